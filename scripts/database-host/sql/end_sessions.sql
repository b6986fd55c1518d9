-- Ends every session on :target_db, whose door is closed already. All are told at once, then it looks every 2 ms:
-- pg_terminate_backend's own waiting takes 100 ms a session. Only a superuser may end a superuser's session, and the
-- attempt would stop the whole statement.
SELECT set_config('console.target_db', :'target_db', false),
       set_config('client_min_messages', 'error', false) \g /dev/null

DO $$
DECLARE
  target oid := (SELECT oid FROM pg_database WHERE datname = current_setting('console.target_db'));
  deadline timestamptz := clock_timestamp() + interval '5 s';
  other record;
BEGIN
  LOOP
    SELECT s.pid, s.usename INTO other FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid
     WHERE s.datid = target AND r.rolsuper AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'A session of the superuser % (process %) is connected to %, and only a superuser can end it. '
        'Close it, then try again.',
        other.usename, other.pid, current_setting('console.target_db');
    END IF;
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datid = target AND usesysid IS NOT NULL;
    EXIT WHEN NOT FOUND;
    IF clock_timestamp() > deadline THEN
      RAISE EXCEPTION 'The sessions on % did not end within 5 s. Look for them in pg_stat_activity, then try again.',
        current_setting('console.target_db');
    END IF;
    PERFORM pg_sleep(0.002), pg_stat_clear_snapshot();
  END LOOP;
END $$;

SELECT set_config('client_min_messages', 'warning', false) \g /dev/null
