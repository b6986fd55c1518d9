-- How many spares of the present base this console may take, and the base's size.
SELECT 'ready=' || count(s.*), 'base_size=' || pg_database_size(b.datname)
  FROM pg_database b
  LEFT JOIN pg_database s ON s.datname ~ ('^spare_' || :'base' || '_[0-9]+$')
        AND shobj_description(s.oid, 'pg_database')
              ~ format('^test server console: spare of %s(%s)?; data time .*; ready of %s$', :'base', :'mark', b.oid)
 WHERE b.datname = 'base_' || :'base' GROUP BY b.datname \g (format=unaligned fieldsep='\n')
\ir can_clone.sql
