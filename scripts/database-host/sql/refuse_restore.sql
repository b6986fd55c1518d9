-- Stops with a sentence unless base_BASE is the console's or absent, and :owner is a role that may own it.
SELECT set_config('console.base', :'base', false) \g /dev/null
DO $$
DECLARE
  base text := current_setting('console.base');
  note text := (SELECT coalesce(shobj_description(oid, 'pg_database'), '')
                  FROM pg_database WHERE datname = 'base_' || base);
BEGIN
  IF note IS NOT NULL AND NOT starts_with(note, format('test server console: base of %s;', base)) THEN
    RAISE EXCEPTION 'The database base_% is not the console''s own (its comment says so): it is left alone. '
      'Rename it, then restore the base.', base;
  END IF;
END $$;
\set seen base_ :base
\ir refuse_other.sql
\ir refuse_owner.sql
SELECT 'size=' || pg_database_size(oid) FROM pg_database WHERE datname = 'base_' || :'base';
