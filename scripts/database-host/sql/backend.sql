SELECT 'backend=' || pg_backend_pid();
