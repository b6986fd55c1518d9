-- Makes old ones of the spares that no load shall take any more (of a former base, or beyond the number :spares), and
-- of the twins whose savepoint is not there any more; lists the old ones of :base; of this console alone, and of the
-- time before ids.
-- Under the lock of those who take spares, so that none is dropped under their hands.
SELECT pg_advisory_lock(hashtextextended('test server console: spares of ' || :'base', 0)) \g /dev/null

WITH spare AS (
  SELECT s.oid, s.datname,
         row_number() OVER (ORDER BY note !~ ('; ready of ' || coalesce(b.oid, 0) || '$'), s.oid) AS place,
         note ~ ('; ready of ' || coalesce(b.oid, 0) || '$') AS ready
    FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) s
    LEFT JOIN pg_database b ON b.datname = 'base_' || :'base'
   WHERE s.datname ~ ('^spare_' || :'base' || '_[0-9]+$')
     AND s.note ~ format('^test server console: spare of %s(%s)?; data time', :'base', :'mark'))
SELECT format('COMMENT ON DATABASE %I IS %L', datname,
              format('test server console: old of %s%s; was a spare', :'base', :'mark')),
       format('ALTER DATABASE %I RENAME TO %I', datname, format('old_%s_%s', :'base', oid))
  FROM spare WHERE NOT ready OR place > :spares \gexec

SELECT format('COMMENT ON DATABASE %I IS %L', datname,
              format('test server console: old of %s%s; was a twin', :'base', :'mark')),
       format('ALTER DATABASE %I RENAME TO %I', datname, format('old_%s_%s', :'base', oid))
  FROM (SELECT oid, datname, shobj_description(oid, 'pg_database') AS note FROM pg_database) t
 WHERE datname ~ ('^twin_' || :'base' || '_[0-9]+$')
   AND note ~ format('^test server console: twin of %s%s; data time', :'base', :'mark')
   AND NOT EXISTS (SELECT FROM pg_database k
                    WHERE k.datname = 'keep_' || substr(t.datname, 6) AND note ~ ('; ready of ' || k.oid || '$')) \gexec

SELECT 'old=' || datname FROM pg_database
 WHERE datname ~ ('^old_' || :'base' || '_[0-9]+$')
   AND shobj_description(oid, 'pg_database')
         ~ format('^test server console: old of %s(%s)?; (since|was)', :'base', :'mark');
