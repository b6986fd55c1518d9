-- Makes :draft from the base with the OID :oid, whose folder tells how far it is. The base's lock is held by
-- whoever calls.
SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals)) AS can_clone,
       b.oid AS base_oid, substring(shobj_description(b.oid, 'pg_database') FROM 'data time ([^;]+)') AS data_time,
       'test server console: draft of ' || :'base' || :'mark' AS note, b.datname AS base_db, b.datallowconn AS open
  FROM pg_database b WHERE b.datname = 'base_' || :'base' \gset

-- One session on the base would make CREATE DATABASE fail.
\if :open
  ALTER DATABASE :"base_db" ALLOW_CONNECTIONS false;
\endif
\set target_db :base_db
\ir end_sessions.sql

\if :can_clone
  SET file_copy_method = clone;
\endif
CREATE DATABASE :"draft" OWNER :"owner" TEMPLATE :"base_db" STRATEGY file_copy ALLOW_CONNECTIONS false OID :oid;
BEGIN;
SET LOCAL synchronous_commit = off;
COMMENT ON DATABASE :"draft" IS :'note';
COMMIT;
SELECT 'base_oid=' || :'base_oid', 'data_time=' || :'data_time' \g (format=unaligned fieldsep='\n')
