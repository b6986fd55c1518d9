-- The draft is complete: it becomes a spare. Name and comment come in one transaction.
SELECT format('test server console: spare of %s%s; data time %s; method %s; ready of %s',
              :'base', :'mark', :'data_time', :'method', :'base_oid') AS note \gset
\ir settings_of_base.sql
\set model :source
BEGIN;
\ir copy_privileges.sql
ALTER DATABASE :"draft" RENAME TO :"spare";
COMMENT ON DATABASE :"spare" IS :'note';
COMMIT;
