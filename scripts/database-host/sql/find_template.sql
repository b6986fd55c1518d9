-- What a draft is made from: a template that a superuser has prepared for this base, with extensions that only a
-- superuser may create; else PostgreSQL's empty one. What only looks like one is told.
SELECT 'template=' || coalesce(min(d.datname) FILTER (WHERE d.datistemplate AND r.rolsuper), 'template0'),
       'refused=' || coalesce(min(d.datname) FILTER (WHERE NOT (d.datistemplate AND r.rolsuper)), ''),
       'server=' || current_setting('server_version')
  FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
 WHERE d.datname = 'template_' || :'base' \g (format=unaligned fieldsep='\n')
