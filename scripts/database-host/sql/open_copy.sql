-- Opens the door of a copy that a load closed and did not replace.
SELECT count(*) > 0 AS closed FROM pg_database
 WHERE datname = :'copy' AND NOT datallowconn AND shobj_description(oid, 'pg_database') LIKE 'test server console: copy of %' \gset
\if :closed
  ALTER DATABASE :"copy" ALLOW_CONNECTIONS true;
  SELECT 'opened=' || :'copy';
\endif
