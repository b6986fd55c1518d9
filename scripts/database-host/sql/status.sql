SELECT 'version=' || split_part(current_setting('server_version'), ' ', 1);
\ir can_clone.sql

WITH own AS (
  SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database
   WHERE shobj_description(oid, 'pg_database') LIKE 'test server console: %')
SELECT line FROM (
  SELECT 'base.' || substr(b.datname, 6) AS thing, b.oid, b.datname, b.note FROM own b WHERE b.note LIKE '%: base of %' AND b.datname LIKE 'base\_%'
  UNION ALL
  SELECT 'copy.' || c.datname, c.oid, c.datname, c.note FROM own c WHERE c.note LIKE '%: copy of %' AND c.datname LIKE 'copy\_%') found,
  LATERAL (VALUES
    (thing || '.size=' || pg_database_size(datname)),
    (thing || '.data_time=' || substring(note FROM 'data time ([^;]+)')),
    (thing || '.restored=' || substring(note FROM 'restored ([^;]+)')),
    (thing || '.method=' || substring(note FROM 'method ([^;]+)')),
    (thing || '.spares=' || CASE WHEN thing LIKE 'base.%' THEN (
      SELECT count(*) FROM own s WHERE s.note ~ ('^test server console: spare of ' || substr(found.datname, 6) || ';.*; ready of ' || found.oid || '$')) END)) lines (line)
 WHERE line IS NOT NULL ORDER BY thing, line;
