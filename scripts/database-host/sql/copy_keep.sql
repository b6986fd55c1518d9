-- Makes :draft from the savepoint :keep, which is closed.
SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals)) AS can_clone,
       'test server console: draft of ' || :'base' || :'mark' AS note \gset
\if :can_clone
  SET file_copy_method = clone;
\endif
\set target_db :keep
\ir end_sessions.sql
CREATE DATABASE :"draft" OWNER :"owner" TEMPLATE :"keep" STRATEGY file_copy ALLOW_CONNECTIONS false OID :oid;
COMMENT ON DATABASE :"draft" IS :'note';
