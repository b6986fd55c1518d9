-- Stops with a sentence unless :copy can be made of this console's savepoint :keep, for :owner.
SELECT set_config('console.base', :'base', false),
       set_config('console.copy', :'copy', false),
       set_config('console.keep', :'keep', false) \g /dev/null

DO $$
DECLARE
  base text := current_setting('console.base');
  copy text := current_setting('console.copy');
  keep text := current_setting('console.keep');
  seen record;
BEGIN
  SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS note INTO seen FROM pg_database WHERE datname = keep;
  IF NOT FOUND OR NOT starts_with(seen.note, format('test server console: keep of %s;', base)) THEN
    RAISE EXCEPTION 'There is no savepoint % on this database host: somebody has dropped it.', keep;
  END IF;

  SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS note INTO seen FROM pg_database WHERE datname = copy;
  IF FOUND AND NOT starts_with(seen.note, format('test server console: copy of %s;', base)) THEN
    RAISE EXCEPTION 'The database % is not a copy of % made by the console (its comment says so): it is left alone. '
      'Rename or drop it by hand.', copy, base;
  END IF;
END $$;
\set seen :keep
\ir refuse_other.sql
\set seen :copy
\ir refuse_other.sql
\ir refuse_owner.sql
