-- Makes :draft from the copy :copy. CREATE DATABASE wants nobody connected to it: its door is closed first, and opened
-- as soon as the copying has ended. (Whoever calls opens it when this stops half-way.)
SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals)) AS can_clone,
       clock_timestamp() AS closed_at, 'test server console: draft of ' || :'base' || :'mark' AS note \gset
\if :can_clone
  SET file_copy_method = clone;
\endif

ALTER DATABASE :"copy" ALLOW_CONNECTIONS false;
\set target_db :copy
\ir end_sessions.sql
CREATE DATABASE :"draft" OWNER :"owner" TEMPLATE :"copy" STRATEGY file_copy ALLOW_CONNECTIONS false OID :oid;
ALTER DATABASE :"copy" ALLOW_CONNECTIONS true;
SELECT 'closed=' || round(extract(epoch FROM clock_timestamp() - :'closed_at')::numeric, 3);
COMMENT ON DATABASE :"draft" IS :'note';
