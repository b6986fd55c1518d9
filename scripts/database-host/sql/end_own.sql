-- Ends what the sessions of this run are still doing on the server: a killed client's statement goes on until its
-- backend looks.
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()
   AND backend_type IS DISTINCT FROM 'parallel worker' \g /dev/null
