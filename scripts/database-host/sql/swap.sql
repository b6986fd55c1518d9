-- Puts :draft in the place of :copy. The old copy keeps serving unless everything succeeds: its door is closed first so
-- that nobody comes back, and both names change in one transaction. (Whoever calls opens the door again when this stops
-- half-way.)
SELECT count(*) > 0 AS replaced, coalesce(max(datname), 'base_' || :'base') AS model,
       'old_' || :'base' || '_' || coalesce(max(oid::bigint), 0) AS old,
       format('test server console: old of %s%s; since %s', :'base', :'mark',
              to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS old_note,
       format('test server console: copy of %s%s; data time %s; copied %s; method %s', :'base', :'mark', :'data_time',
              to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), :'method') AS note
  FROM pg_database WHERE datname = :'copy' \gset
\ir settings_of_base.sql
\if :{?number}
  SELECT :'note' || '; savepoint ' || :'number' AS note \gset
\endif
SELECT :'note' || CASE WHEN :'sets' = '' THEN '' ELSE '; sets ' || :'sets' END AS note \gset

\if :replaced
  \set target_db :copy
  ALTER DATABASE :"copy" ALLOW_CONNECTIONS false;
  \ir end_sessions.sql
\endif

BEGIN;
\ir copy_privileges.sql
\if :replaced
  ALTER DATABASE :"copy" RENAME TO :"old";
  COMMENT ON DATABASE :"old" IS :'old_note';
\endif
ALTER DATABASE :"draft" RENAME TO :"copy";
ALTER DATABASE :"copy" ALLOW_CONNECTIONS true;
COMMENT ON DATABASE :"copy" IS :'note';
COMMIT;

SELECT 'method=' || :'method', 'data_time=' || :'data_time', 'size=' || pg_database_size(:'copy')
    \g (format=unaligned fieldsep='\n')
\ir left_out.sql
