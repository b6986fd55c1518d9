-- How :draft sorts, to be read: the columns have other names in other versions.
SELECT 'locale=' || CASE d ->> 'datlocprovider'
         WHEN 'i' THEN coalesce(d ->> 'datlocale', d ->> 'daticulocale') || ' of ICU'
         WHEN 'b' THEN coalesce(d ->> 'datlocale', '') || ' of PostgreSQL itself'
         ELSE d ->> 'datcollate' END
  FROM (SELECT to_jsonb(d) AS d FROM pg_database d WHERE datname = :'draft') found;
