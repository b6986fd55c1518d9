-- Makes old ones of the savepoint :keep and its twin, at once, and lists them. Of this console alone.
\set seen :keep
\ir refuse_other.sql
BEGIN;
SELECT format('COMMENT ON DATABASE %I IS %L', datname,
              format('test server console: old of %s%s; was a savepoint', :'base', :'mark')),
       format('ALTER DATABASE %I RENAME TO %I', datname, format('old_%s_%s', :'base', oid)),
       format('SELECT %L', 'old=' || format('old_%s_%s', :'base', oid))
  FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) d
 WHERE datname IN (:'keep', :'twin')
   AND note ~ format('^test server console: (keep|twin) of %s%s; data time', :'base', :'mark') \gexec
COMMIT;
