-- The data time of :base now, and the newest kept night of this console's with the data time :night.
SELECT 'base_time=' || coalesce(substring(shobj_description(oid, 'pg_database') FROM 'data time ([^;]+)'), '')
  FROM pg_database WHERE datname = 'base_' || :'base';
SELECT 'night=' || datname, 'size=' || pg_database_size(oid)
  FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) d
 WHERE datname ~ ('^night_' || :'base' || '_[0-9]+$')
   AND note ~ format('^test server console: night of %s%s; data time %s;', :'base', :'mark', :'night')
 ORDER BY substring(note FROM 'restored ([^;]+)') DESC LIMIT 1 \g (format=unaligned fieldsep='\n')
\ir can_clone.sql
