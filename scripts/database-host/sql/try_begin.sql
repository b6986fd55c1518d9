-- For try.sql: as the app's role, and as pg_restore would, but with the search_path that the database has.
SET ROLE :"owner";
SET check_function_bodies = false;
SET xmloption = content;
SET row_security = off;
CREATE FUNCTION pg_temp.console_try(statement text, function text, OUT state text, OUT reason text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
  state := SQLSTATE;
  reason := pg_catalog.translate(SQLERRM, E'\n\r', '  ');
  -- The right to a language is asked before the name.
  IF state = '42501' AND function <> '' THEN
    BEGIN
      state := CASE WHEN pg_catalog.to_regprocedure(function) IS NULL THEN state ELSE '42723' END;
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END IF;
END $$;
