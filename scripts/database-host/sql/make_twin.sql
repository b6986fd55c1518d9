-- The complete :draft becomes the twin of the savepoint :keep: name and comment at once. Not of one that was dropped
-- meanwhile.
SELECT set_config('console.keep', :'keep', false) \g /dev/null
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_database WHERE datname = current_setting('console.keep')) THEN
    RAISE EXCEPTION 'The savepoint % was dropped meanwhile.', current_setting('console.keep');
  END IF;
END $$;
SELECT format('test server console: twin of %s%s; data time %s; method %s; ready of %s', :'base', :'mark',
              coalesce(substring(shobj_description(oid, 'pg_database') FROM 'data time ([^;]+)'), ''), :'method', oid)
         AS note
  FROM pg_database WHERE datname = :'keep' \gset
BEGIN;
ALTER DATABASE :"draft" RENAME TO :"twin";
COMMENT ON DATABASE :"twin" IS :'note';
COMMIT;
