-- The draft (in which this runs) as it came from the dump, and what the present base says it came with.
SELECT 'tables=' || count(*), 'raw_size=' || pg_database_size(current_database()),
       'tables_before=' || coalesce(max(substring(b.note FROM 'tables ([0-9]+)')), '0'),
       'raw_size_before=' || coalesce(max(substring(b.note FROM 'raw size ([0-9]+)')), '0')
  FROM (SELECT shobj_description(max(oid), 'pg_database') AS note FROM pg_database WHERE datname = 'base_' || :'base') b
  LEFT JOIN pg_class t ON t.relkind IN ('r', 'p')
       AND t.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
       AND t.relnamespace::regnamespace::text NOT LIKE 'pg\_%' \g (format=unaligned fieldsep='\n')
