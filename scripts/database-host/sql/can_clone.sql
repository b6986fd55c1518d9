-- Whether this PostgreSQL has the setting; whether the file system clones is another question.
SELECT 'can_clone=' || EXISTS (SELECT FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals));
