-- Gives :draft the owner :owner and, as :model has them, its grants and connection limit; and settings (ALTER DATABASE
-- ... SET and ALTER ROLE ... IN DATABASE): CREATE DATABASE passes none of them on. Those of :source that came with its
-- dump go before all; then those that somebody has set by hand for :model, which is replaced; then what is set by hand
-- for :source. A comment says after "sets" which ones came with a dump. What may not be set by the owner is put into
-- console.left_out. Runs inside a transaction.
SELECT set_config('console.draft', :'draft', true),
       set_config('console.model', :'model', true),
       set_config('console.source', :'source', true),
       set_config('console.sets', :'sets', true),
       set_config('console.owner', :'owner', true),
       set_config('console.left_out', '', false) \g /dev/null

DO $$
DECLARE
  draft text := current_setting('console.draft');
  owner text := current_setting('console.owner');
  sets text[] := string_to_array(current_setting('console.sets'), ',');
  draft_db oid := (SELECT oid FROM pg_database WHERE datname = current_setting('console.draft'));
  source_db oid := (SELECT oid FROM pg_database WHERE datname = current_setting('console.source'));
  model pg_database%ROWTYPE;
  model_sets text[];
  item record;
BEGIN
  SELECT * INTO model FROM pg_database WHERE datname = current_setting('console.model');
  model_sets := string_to_array(
    coalesce(substring(shobj_description(model.oid, 'pg_database') FROM '; sets ([^;]*)'), ''), ',');
  EXECUTE format('ALTER DATABASE %I OWNER TO %I', draft, owner);
  EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT %s', draft, greatest(coalesce(model.datconnlimit, -1), -1));
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I', draft, owner);
  FOR item IN
    SELECT a.privilege_type AS what, a.is_grantable AND a.grantee NOT IN (0, model.datdba) AS on,
           CASE a.grantee
             WHEN 0 THEN 'PUBLIC'
             WHEN model.datdba THEN quote_ident(owner)
             ELSE quote_ident(r.rolname)
           END AS whom
      FROM aclexplode(coalesce(model.datacl, acldefault('d', coalesce(model.datdba, owner::regrole::oid))))
           WITH ORDINALITY a
      LEFT JOIN pg_roles r ON r.oid = a.grantee
     WHERE a.grantee = 0 OR r.oid IS NOT NULL
     ORDER BY a.ordinality
  LOOP
    EXECUTE format('GRANT %s ON DATABASE %I TO %s', item.what, draft, item.whom)
            || CASE WHEN item.on THEN ' WITH GRANT OPTION' ELSE '' END;
  END LOOP;

  FOR item IN
    WITH setting AS (
      SELECT s.setdatabase AS db, r.rolname AS role,
             split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS text,
             s.setrole || '/' || split_part(c, '=', 1) AS key, place
        FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) WITH ORDINALITY c (c, place)
        LEFT JOIN pg_roles r ON r.oid = s.setrole
       WHERE s.setdatabase IN (draft_db, source_db, model.oid) AND (s.setrole = 0 OR r.oid IS NOT NULL)),
    wanted AS (
      SELECT DISTINCT ON (key) * FROM setting
       WHERE db = source_db OR db = model.oid AND key <> ALL (model_sets)
       ORDER BY key, (db = source_db) = (key = ANY (sets)) DESC)
    SELECT w.role, w.name, w.text, d.datname AS whose FROM wanted w JOIN pg_database d ON d.oid = w.db
     WHERE NOT EXISTS (SELECT FROM setting s WHERE s.db = draft_db AND s.key = w.key AND s.text = w.text)
     ORDER BY w.db = source_db, w.role, w.place
  LOOP
    BEGIN
      -- A list of names is stored quoted: only FROM CURRENT passes it on as it is.
      IF item.name IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries') THEN
        PERFORM pg_catalog.set_config(item.name, item.text, true);
        item.text := 'FROM CURRENT';
      ELSE
        item.text := pg_catalog.format('TO %L', item.text);
      END IF;
      EXECUTE pg_catalog.format('SET LOCAL ROLE %I', coalesce(item.role, owner));
      IF item.role IS NULL THEN
        EXECUTE pg_catalog.format('ALTER DATABASE %I SET %I %s', draft, item.name, item.text);
      ELSE
        EXECUTE pg_catalog.format('ALTER ROLE %I IN DATABASE %I SET %I %s', item.role, draft, item.name, item.text);
      END IF;
      EXECUTE 'SET LOCAL ROLE NONE';
      SET LOCAL search_path TO DEFAULT;
      SET LOCAL temp_tablespaces TO DEFAULT;
    EXCEPTION WHEN OTHERS THEN
      PERFORM set_config('console.left_out', current_setting('console.left_out') || E'\n' || translate(
        pg_catalog.format('The setting %s of %s could not be carried over to the new one: %s',
                          item.name, item.whose, SQLERRM), E'\n\r', '  '), false);
    END;
  END LOOP;
END $$;
