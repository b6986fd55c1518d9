-- Stops with a sentence unless :base can be copied to :copy for :owner.
SELECT set_config('console.base', :'base', false),
       set_config('console.copy', :'copy', false) \g /dev/null

DO $$
DECLARE
  base text := current_setting('console.base');
  copy text := current_setting('console.copy');
  seen record;
BEGIN
  SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS note INTO seen
    FROM pg_database WHERE datname = 'base_' || base;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no base % on this database host. Restore it first.', base;
  ELSIF NOT starts_with(seen.note, format('test server console: base of %s;', base)) THEN
    RAISE EXCEPTION 'The database base_% is not the console''s own (its comment says so): it is left alone. '
      'Rename it, then restore the base.', base;
  END IF;

  SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS note INTO seen
    FROM pg_database WHERE datname = copy;
  IF FOUND AND NOT starts_with(seen.note, format('test server console: copy of %s;', base)) THEN
    RAISE EXCEPTION 'The database % is not a copy of % made by the console (its comment says so): it is left alone. '
      'Rename or drop it by hand.', copy, base;
  END IF;
END $$;
\set seen base_ :base
\ir refuse_other.sql
\set seen :copy
\ir refuse_other.sql
\ir refuse_owner.sql
