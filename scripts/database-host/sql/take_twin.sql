-- Puts the ready twin of the savepoint :keep in the place of :copy, or says that there is none. One at a time for each
-- savepoint, so that no two take the same twin. "Ready of OID" is written last: what is half made, or of a former
-- savepoint of that number, is never taken.
\ir refuse_back.sql
SELECT pg_advisory_lock(hashtextextended('test server console: twin of ' || :'keep', 0)) \g /dev/null

SELECT coalesce(min(t.datname), '') AS draft, count(t.*) > 0 AS have_twin,
       coalesce(min(substring(shobj_description(k.oid, 'pg_database') FROM 'data time ([^;]+)')), '') AS data_time
  FROM pg_database k
  LEFT JOIN pg_database t ON t.datname = :'twin'
        AND shobj_description(t.oid, 'pg_database')
              ~ format('^test server console: twin of %s%s; data time .*; ready of %s$', :'base', :'mark', k.oid)
 WHERE k.datname = :'keep' \gset

\if :have_twin
  \set method twin
  \ir swap.sql
\else
  SELECT 'keep_size=' || pg_database_size(:'keep'), 'data_time=' || :'data_time'
      \g (format=unaligned fieldsep='\n')
  \ir can_clone.sql
\endif
