-- Lets :role have the extensions :extensions made (names with a blank between them), and no other. Run in the database
-- postgres by a superuser, who then owns the function and is whom it connects as: see allow-extensions.
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    RAISE EXCEPTION '% is no superuser. Run this as one: sudo -u postgres, or PGUSER.', current_user;
  ELSIF EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
                 WHERE n.nspname IN ('console_extensions', 'console_dblink') AND NOT r.rolsuper) THEN
    RAISE EXCEPTION 'There is a schema console_extensions or console_dblink that is no superuser''s: '
      'look whose it is, and drop it.';
  END IF;
END $$;

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL search_path = pg_catalog;
CREATE SCHEMA IF NOT EXISTS console_extensions;
CREATE SCHEMA IF NOT EXISTS console_dblink;
REVOKE ALL ON SCHEMA console_extensions, console_dblink FROM PUBLIC;
GRANT USAGE ON SCHEMA console_extensions TO :"role";
CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA console_dblink;

CREATE TABLE IF NOT EXISTS console_extensions.allowed (role name, extension name, PRIMARY KEY (role, extension));
REVOKE ALL ON console_extensions.allowed FROM PUBLIC;
DELETE FROM console_extensions.allowed WHERE role = :'role';
INSERT INTO console_extensions.allowed
SELECT DISTINCT :'role'::name, e::name FROM unnest(string_to_array(:'extensions', ' ')) e WHERE e <> '';

CREATE OR REPLACE FUNCTION console_extensions.call(place text, statement text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $call$
DECLARE
  door text := '';
  item record;
BEGIN
  FOR item IN VALUES ('host', trim(split_part(current_setting('unix_socket_directories'), ',', 1))),
                     ('port', current_setting('port')), ('user', current_user::text), ('dbname', place),
                     ('application_name', 'console extensions'), ('options', '-c search_path=pg_catalog')
  LOOP
    door := door || format('%s=''%s'' ', item.column1, replace(replace(item.column2, '\', '\\'), '''', '\'''));
  END LOOP;
  EXECUTE format('SELECT %I.dblink_exec($1, $2)', (
    SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'dblink'))
    USING door, statement;
END $call$;
REVOKE ALL ON FUNCTION console_extensions.call FROM PUBLIC;

-- In a database of the caller's, while there is nothing of anybody's in it that the extension's script could meet.
-- The rows that a dump has for an extension's own tables can then be put there by the database's owner.
CREATE OR REPLACE FUNCTION console_extensions.make(draft text, extension text, place text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $make$
DECLARE
  owner text := (SELECT r.rolname FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
                  WHERE d.datname = draft AND draft ~ '^draft_[a-z][a-z0-9_]*_[0-9]+$'
                    AND NOT r.rolsuper AND pg_has_role(session_user, r.oid, 'MEMBER'));
BEGIN
  IF NOT EXISTS (SELECT FROM console_extensions.allowed a
                  WHERE a.role = session_user AND a.extension = make.extension) THEN
    RAISE EXCEPTION 'The list of console_extensions does not allow % to have the extension %.', session_user, extension
      USING ERRCODE = 'insufficient_privilege';
  ELSIF owner IS NULL THEN
    RAISE EXCEPTION 'The database % is no draft of %.', draft, session_user USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM console_extensions.call(draft, format('DO %L', format($body$
    DECLARE
      item record;
    BEGIN
      IF EXISTS (
        SELECT FROM (SELECT tableoid AS class, oid, relowner AS owner FROM pg_class
                     UNION ALL SELECT tableoid, oid, proowner FROM pg_proc
                     UNION ALL SELECT tableoid, oid, typowner FROM pg_type
                     UNION ALL SELECT tableoid, oid, oprowner FROM pg_operator) o
          JOIN pg_roles r ON r.oid = o.owner
         WHERE NOT r.rolsuper AND NOT EXISTS (
           SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')) THEN
        RAISE EXCEPTION 'The database %% is not empty any more.', current_database();
      END IF;
      CREATE EXTENSION IF NOT EXISTS %1$I WITH SCHEMA %2$I;
      FOR item IN SELECT c.oid::regclass AS name, c.relkind FROM pg_extension e
                    CROSS JOIN unnest(e.extconfig) t JOIN pg_class c ON c.oid = t WHERE e.extname = %1$L
      LOOP
        IF item.relkind = 'S' THEN
          EXECUTE format('GRANT SELECT, UPDATE ON SEQUENCE %%s TO %%I', item.name, %3$L);
        ELSE
          EXECUTE format('GRANT SELECT, INSERT ON %%s TO %%I', item.name, %3$L);
        END IF;
      END LOOP;
    END $body$, extension, place, owner)));
END $make$;
REVOKE ALL ON FUNCTION console_extensions.make FROM PUBLIC;
GRANT EXECUTE ON FUNCTION console_extensions.make TO :"role";
COMMIT;

-- Whether PostgreSQL lets it in is seen now, not at night.
SELECT console_extensions.call('postgres', 'DO ''BEGIN END''') \g /dev/null
SELECT format('%s may have made: %s.', :'role', coalesce(string_agg(extension, ', ' ORDER BY extension), 'nothing'))
  FROM console_extensions.allowed WHERE role = :'role';
SELECT format('No package here has the extension %s: install it.', a.extension)
  FROM console_extensions.allowed a
 WHERE a.role = :'role' AND NOT EXISTS (SELECT FROM pg_available_extensions e WHERE e.name = a.extension);
