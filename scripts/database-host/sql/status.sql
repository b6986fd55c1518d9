-- Bases, copies, spares and savepoints of every console on this host. The size of one that this role may not connect to
-- is left out.
SELECT 'version=' || split_part(current_setting('server_version'), ' ', 1);
SELECT 'cluster=' || system_identifier FROM pg_control_system();
\ir can_clone.sql

WITH own AS (
  SELECT oid, datname, note, substring(note FROM '^test server console: ([a-z]+) of ') AS kind,
         substring(note FROM '^test server console: [a-z]+ of ([a-z0-9_]+)') AS base
    FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) d
   WHERE note LIKE 'test server console: %')
SELECT line FROM (
  SELECT kind || '.' || CASE kind WHEN 'base' THEN substr(datname, 6) ELSE datname END AS thing, own.* FROM own
   WHERE kind IN ('base', 'copy', 'spare', 'night', 'keep', 'twin') AND starts_with(datname, kind || '_')) found,
  LATERAL (VALUES
    (thing || '.size=' || CASE
      WHEN has_database_privilege(oid, 'CONNECT') OR pg_has_role(current_user, 'pg_read_all_stats', 'MEMBER')
      THEN pg_database_size(oid) END),
    (thing || '.data_time=' || substring(note FROM 'data time ([^;]+)')),
    (thing || '.restored=' || substring(note FROM 'restored ([^;]+)')),
    (thing || '.method=' || substring(note FROM 'method ([^;]+)')),
    (thing || '.of=' || base),
    (thing || '.console=' || substring(note FROM '^test server console: [^;]*; console ([^;]*)')),
    (thing || '.savepoint=' || CASE kind WHEN 'copy' THEN substring(note FROM '; savepoint ([0-9]+)') END),
    (thing || '.server=' || CASE kind WHEN 'keep' THEN substring(note FROM '; server ([^;]+)') END),
    (thing || '.gone=' || substring(note FROM '; gone since ([^;]*)')),
    (thing || '.spares=' || CASE WHEN kind = 'base' THEN (
      SELECT count(*) FROM own s
       WHERE s.note ~ format('^test server console: spare of %s(%s)?; data time .*; ready of %s$',
                             substr(found.datname, 6), :'mark', found.oid)) END)) lines (line)
 WHERE line IS NOT NULL ORDER BY thing, line;
