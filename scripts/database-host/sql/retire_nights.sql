-- Makes old ones of the nights of :base beyond the :nights newest, and tells their names. Of this console alone.
WITH night AS (
  SELECT oid, datname, row_number() OVER (ORDER BY substring(note FROM 'data time ([^;]+)') DESC,
                                                   substring(note FROM 'restored ([^;]+)') DESC) AS place
    FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) d
   WHERE datname ~ ('^night_' || :'base' || '_[0-9]+$')
     AND note ~ format('^test server console: night of %s%s; data time', :'base', :'mark'))
SELECT format('COMMENT ON DATABASE %I IS %L', datname,
              format('test server console: old of %s%s; was a night', :'base', :'mark')),
       format('ALTER DATABASE %I RENAME TO %I', datname, format('old_%s_%s', :'base', oid)),
       format('SELECT %L', 'old=' || format('old_%s_%s', :'base', oid))
  FROM night WHERE place > :nights \gexec
