-- Stops with a sentence unless :copy is a copy of :base that this console may keep as :keep.
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
  SELECT coalesce(shobj_description(oid, 'pg_database'), '') AS note INTO seen FROM pg_database WHERE datname = copy;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no database % on this database host. Build the database first.', copy;
  ELSIF NOT starts_with(seen.note, format('test server console: copy of %s;', base)) THEN
    RAISE EXCEPTION 'The database % is not a copy of % made by the console (its comment says so): it is left alone. '
      'Rename or drop it by hand.', copy, base;
  ELSIF EXISTS (SELECT FROM pg_database WHERE datname = keep) THEN
    RAISE EXCEPTION 'There is a database % on this database host already: it is left alone. Keep it once more.', keep;
  END IF;
END $$;
\set seen :copy
\ir refuse_other.sql
\ir refuse_owner.sql

SELECT 'size=' || pg_database_size(oid),
       'data_time=' || coalesce(substring(shobj_description(oid, 'pg_database') FROM 'data time ([^;]+)'), '')
  FROM pg_database WHERE datname = :'copy' \g (format=unaligned fieldsep='\n')
\ir can_clone.sql
