SELECT oid FROM pg_database;
