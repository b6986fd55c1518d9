-- The complete :draft becomes the savepoint :keep: name and comment at once.
SELECT format('test server console: keep of %s%s; data time %s; server %s; kept %s; method %s; name %s', :'base',
              :'mark', :'data_time', :'server', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
              :'method', :'name') AS note \gset
BEGIN;
ALTER DATABASE :"draft" RENAME TO :"keep";
COMMENT ON DATABASE :"keep" IS :'note';
COMMIT;
SELECT 'size=' || pg_database_size(:'keep');
