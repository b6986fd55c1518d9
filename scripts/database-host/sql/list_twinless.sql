-- This console's savepoints of :base that have no ready twin: name, size, and whether PostgreSQL can clone.
SELECT k.datname, pg_database_size(k.oid),
       EXISTS (SELECT FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals))::text
  FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) k
 WHERE k.datname ~ ('^keep_' || :'base' || '_[0-9]+$')
   AND k.note ~ format('^test server console: keep of %s%s; data time', :'base', :'mark')
   AND :'mark' <> ''
   AND NOT EXISTS (SELECT FROM pg_database t WHERE t.datname = 'twin_' || substr(k.datname, 6))
 ORDER BY k.oid \g (format=unaligned fieldsep='|')
