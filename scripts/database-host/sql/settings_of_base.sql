-- Sets :source to the base's database, and :sets to which of its settings came with its dump.
SELECT 'base_' || :'base' AS source,
       coalesce(min(substring(shobj_description(oid, 'pg_database') FROM '; sets ([^;]*)')), '') AS sets
  FROM pg_database WHERE datname = 'base_' || :'base' \gset
