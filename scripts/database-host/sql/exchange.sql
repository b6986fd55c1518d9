-- The sealed :draft becomes the base, in one transaction. The base's lock is held by whoever calls, so nobody is
-- copying it.
\set seen base_ :base
\ir refuse_other.sql
SELECT 'base_' || :'base' AS base_db, 'base_' || :'base' AS model, count(*) > 0 AS replaced,
       CASE WHEN :nights > 0 THEN 'night_' ELSE 'old_' END || :'base' || '_' || coalesce(max(oid::bigint), 0) AS old,
       CASE WHEN :nights > 0 AND count(*) > 0
         THEN regexp_replace(max(shobj_description(oid, 'pg_database')),
                             '^test server console: base of [a-z0-9_]+(; console [^;]*)?',
                             format('test server console: night of %s%s', :'base', :'mark'))
         ELSE format('test server console: old of %s%s; since %s', :'base', :'mark', :'now') END AS old_note,
       format('test server console: base of %s%s; data time %s; restored %s; tables %s; raw size %s',
              :'base', :'mark', :'data_time', :'now', :'tables', :'raw_size') AS note
  FROM pg_database WHERE datname = 'base_' || :'base' \gset

-- What is set for the draft came with its dump.
SELECT coalesce(string_agg(s.setrole || '/' || split_part(c, '=', 1), ','), '') AS sets, :'draft' AS source
  FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c JOIN pg_database d ON d.oid = s.setdatabase
 WHERE d.datname = :'draft' \gset
SELECT :'note' || CASE WHEN :'sets' = '' THEN '' ELSE '; sets ' || :'sets' END AS note \gset

BEGIN;
\ir copy_privileges.sql
\if :replaced
  ALTER DATABASE :"base_db" RENAME TO :"old";
  ALTER DATABASE :"old" IS_TEMPLATE false;
  COMMENT ON DATABASE :"old" IS :'old_note';
\endif
ALTER DATABASE :"draft" RENAME TO :"base_db";
ALTER DATABASE :"base_db" ALLOW_CONNECTIONS false;
COMMENT ON DATABASE :"base_db" IS :'note';
COMMIT;

SELECT 'size=' || pg_database_size(:'base_db'), CASE WHEN :'replaced' AND :nights = 0 THEN 'old=' || :'old' END
    \g (format=unaligned fieldsep='\n')
\ir left_out.sql
