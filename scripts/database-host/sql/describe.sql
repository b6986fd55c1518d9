SELECT 'database=' || datname, 'note=' || coalesce(shobj_description(oid, 'pg_database'), '')
  FROM pg_database WHERE datname = :'database' \g (format=unaligned fieldsep='\n')
