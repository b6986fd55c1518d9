-- Opens the door of a copy that a load locked and did not replace.
SELECT count(*) > 0 AS locked FROM pg_database
 WHERE datname = :'copy' AND NOT datallowconn
   AND shobj_description(oid, 'pg_database') LIKE 'test server console: copy of %' \gset
\if :locked
  ALTER DATABASE :"copy" ALLOW_CONNECTIONS true;
  SELECT 'opened=' || :'copy';
\endif
