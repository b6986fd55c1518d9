-- Drops :database, if it is there, whoever is connected. Names of the console's closed list only; who calls has looked
-- at the comment. What a cut DROP has left (its connection limit is -2) can only be dropped.
SELECT count(*) > 0 AS present, coalesce(bool_or(datistemplate), false) AS template,
       coalesce(bool_and(datconnlimit <> -2), false) AS whole
  FROM pg_database WHERE datname = :'database' \gset
\if :present
  \if :template
    ALTER DATABASE :"database" IS_TEMPLATE false;
  \endif
  \if :whole
    ALTER DATABASE :"database" ALLOW_CONNECTIONS false;
    \set target_db :database
    \ir end_sessions.sql
  \endif
  DROP DATABASE :"database" WITH (FORCE);
  SELECT 'dropped=1';
\endif
