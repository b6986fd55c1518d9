CREATE DATABASE :"draft" OWNER :"owner" TEMPLATE template0 OID :oid;
REVOKE ALL ON DATABASE :"draft" FROM PUBLIC;
SELECT 'test server console: draft of ' || :'base' || :'mark' AS note \gset
COMMENT ON DATABASE :"draft" IS :'note';
