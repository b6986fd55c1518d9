-- Makes an old one of base_BASE, and tells its name. Of this console alone, never of the time before ids.
\set seen base_ :base
\ir refuse_other.sql
BEGIN;
SELECT format('ALTER DATABASE %I IS_TEMPLATE false', datname),
       format('COMMENT ON DATABASE %I IS %L', datname,
              format('test server console: old of %s%s; was the base', :'base', :'mark')),
       format('ALTER DATABASE %I RENAME TO %I', datname, format('old_%s_%s', :'base', oid)),
       format('SELECT %L', 'old=' || format('old_%s_%s', :'base', oid))
  FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) d
 WHERE datname = 'base_' || :'base' AND :'mark' <> ''
   AND starts_with(note, format('test server console: base of %s%s;', :'base', :'mark')) \gexec
COMMIT;
