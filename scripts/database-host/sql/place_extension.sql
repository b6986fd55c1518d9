-- As the app's role: the schema :place, and the extension :name in it where that takes no superuser.
SET ROLE :"owner";
SELECT :'place' NOT IN ('public', 'pg_catalog') AS elsewhere,
       EXISTS (SELECT FROM pg_catalog.pg_available_extensions e
                 JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
                WHERE e.name = :'name' AND (v.trusted OR NOT v.superuser)) AS may \gset
\if :elsewhere
  CREATE SCHEMA IF NOT EXISTS :"place";
\endif
\if :may
  CREATE EXTENSION IF NOT EXISTS :"name" WITH SCHEMA :"place";
\endif
