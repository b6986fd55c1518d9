-- Makes :draft from :template, with the :options of the dump's CREATE DATABASE, and says how it sorts.
CREATE DATABASE :"draft" OWNER :"owner" TEMPLATE :"template" :options ALLOW_CONNECTIONS true IS_TEMPLATE false OID :oid;
REVOKE ALL ON DATABASE :"draft" FROM PUBLIC;
SELECT 'test server console: draft of ' || :'base' || :'mark' AS note \gset
COMMENT ON DATABASE :"draft" IS :'note';
\ir locale_of.sql
