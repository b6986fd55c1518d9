-- Writes into the comment of :copy since when its server is not seen, or takes that out when :since is empty.
-- Only in a copy of the console that calls.
\set seen :copy
\ir refuse_other.sql
SELECT count(*) > 0 AS ours,
       coalesce(max(regexp_replace(note, '; gone since [^;]*', '')), '')
         || CASE WHEN :'since' <> '' THEN '; gone since ' || :'since' ELSE '' END AS note
  FROM (SELECT shobj_description(oid, 'pg_database') AS note FROM pg_database WHERE datname = :'copy') d
 WHERE starts_with(note, format('test server console: copy of %s%s;', :'base', :'mark')) \gset
\if :ours
  COMMENT ON DATABASE :"copy" IS :'note';
  SELECT 'told=1';
\endif
