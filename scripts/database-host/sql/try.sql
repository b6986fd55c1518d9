-- Tries one statement of the dump's entry :id by itself; NUMBER|MISSING ROLES|SQLSTATE|REASON.
SELECT :'id', :'missing', coalesce(state, ''), coalesce(reason, '')
  FROM pg_temp.console_try(pg_catalog.convert_from(pg_catalog.decode(:'text', 'base64'), :'encoding'), :'function');
