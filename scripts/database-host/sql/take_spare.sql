-- Puts a ready spare of the present base in the place of :copy, or says that there is none. One at a time for each
-- base, so that no two take the same spare. "Ready of OID" is written last: a half-made spare or one of a former base
-- is never taken, nor another console's.
\ir refuse_copy.sql
SELECT pg_advisory_lock(hashtextextended('test server console: spares of ' || :'base', 0)) \g /dev/null

SELECT coalesce(min(s.datname), '') AS draft, count(s.*) > 0 AS have_spare,
       coalesce(min(substring(shobj_description(b.oid, 'pg_database') FROM 'data time ([^;]+)')), '') AS data_time
  FROM pg_database b
  LEFT JOIN pg_database s ON s.datname ~ ('^spare_' || :'base' || '_[0-9]+$')
        AND shobj_description(s.oid, 'pg_database')
              ~ format('^test server console: spare of %s(%s)?; data time .*; ready of %s$', :'base', :'mark', b.oid)
 WHERE b.datname = 'base_' || :'base' \gset

\if :have_spare
  \set method spare
  \ir swap.sql
\else
  SELECT 'base_size=' || pg_database_size('base_' || :'base');
  \ir can_clone.sql
\endif
