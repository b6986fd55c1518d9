-- Gives :draft the owner :owner and, as :model has them, its grants, connection limit, ALTER DATABASE ... SET and ALTER ROLE ... IN DATABASE
-- settings: CREATE DATABASE passes none of them on. What may not be set by this role is told and left out. Runs inside a transaction.
SELECT set_config('console.draft', :'draft', true),
       set_config('console.model', :'model', true),
       set_config('console.owner', :'owner', true) \g /dev/null

DO $$
DECLARE
  draft text := current_setting('console.draft');
  owner text := current_setting('console.owner');
  model pg_database%ROWTYPE;
  item record;
BEGIN
  SELECT * INTO model FROM pg_database WHERE datname = current_setting('console.model');
  EXECUTE format('ALTER DATABASE %I OWNER TO %I', draft, owner);
  EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT %s', draft, greatest(coalesce(model.datconnlimit, -1), -1));
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I', draft, owner);
  FOR item IN
    SELECT a.privilege_type AS what, a.is_grantable AND a.grantee NOT IN (0, model.datdba) AS on,
           CASE a.grantee WHEN 0 THEN 'PUBLIC' WHEN model.datdba THEN quote_ident(owner) ELSE quote_ident(r.rolname) END AS whom
      FROM aclexplode(coalesce(model.datacl, acldefault('d', coalesce(model.datdba, owner::regrole::oid)))) a
      LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE a.grantee = 0 OR r.oid IS NOT NULL
  LOOP
    EXECUTE format('GRANT %s ON DATABASE %I TO %s', item.what, draft, item.whom) || CASE WHEN item.on THEN ' WITH GRANT OPTION' ELSE '' END;
  END LOOP;

  FOR item IN
    SELECT r.rolname AS role, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS text
      FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c LEFT JOIN pg_roles r ON r.oid = s.setrole
     WHERE s.setdatabase = model.oid AND (s.setrole = 0 OR r.oid IS NOT NULL)
  LOOP
    BEGIN
      -- A list of names is stored quoted: only FROM CURRENT passes it on as it is.
      IF item.name IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries') THEN
        PERFORM pg_catalog.set_config(item.name, item.text, true);
        item.text := 'FROM CURRENT';
      ELSE
        item.text := pg_catalog.format('TO %L', item.text);
      END IF;
      IF item.role IS NULL THEN
        EXECUTE pg_catalog.format('ALTER DATABASE %I SET %I %s', draft, item.name, item.text);
      ELSE
        EXECUTE pg_catalog.format('SET LOCAL ROLE %I', item.role);
        EXECUTE pg_catalog.format('ALTER ROLE %I IN DATABASE %I SET %I %s', item.role, draft, item.name, item.text);
        EXECUTE 'SET LOCAL ROLE NONE';
      END IF;
      SET LOCAL search_path TO DEFAULT;
      SET LOCAL temp_tablespaces TO DEFAULT;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'The setting % of % could not be carried over to the new one: %', item.name, model.datname, SQLERRM;
    END;
  END LOOP;
END $$;
