-- Sets :name to :values for the database :draft, or for :role in it; tells why it may not be. :values is SQL that
-- read-properties has written from texts alone.
SELECT set_config('console.draft', :'draft', false),
       set_config('console.owner', :'owner', false),
       set_config('console.role', :'role', false),
       set_config('console.name', :'name', false),
       set_config('console.values', :'values', false),
       set_config('console.reason', '', false) \g /dev/null

DO $$
DECLARE
  draft text := current_setting('console.draft');
  setting text := current_setting('console.name');
  role text := current_setting('console.role');
  own text := CASE WHEN role = '' THEN current_setting('console.owner') ELSE role END;
BEGIN
  -- The right is asked of the app's role: what a superuser alone may set is not the console's to set.
  EXECUTE format('SET LOCAL ROLE %I', own);
  EXECUTE format('ALTER %s %I SET %I TO %s',
                 CASE WHEN role = '' THEN 'DATABASE' ELSE format('ROLE %I IN DATABASE', role) END,
                 draft, setting, current_setting('console.values'));
EXCEPTION WHEN OTHERS THEN
  PERFORM set_config('console.reason', translate(SQLERRM, E'\n\r', '  ') || CASE
    WHEN SQLSTATE <> '42501' THEN ''
    WHEN NOT pg_has_role(session_user, own, 'MEMBER')
      THEN format('; GRANT %I TO %I lets the console make it', own, session_user)
    ELSE format('; GRANT SET ON PARAMETER %I TO %I lets the console make it', setting, own) END, false);
END $$;
RESET ROLE;
SELECT 'reason=' || current_setting('console.reason');
