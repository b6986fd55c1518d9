-- The server's version, and what the console's role lacks, a sentence each with what gives it. It belongs to the roles
-- that own bases.
SELECT 'server=' || split_part(current_setting('server_version'), ' ', 1);
SELECT 'fault=The role ' || rolname || ' may not make databases. Run as a superuser of PostgreSQL: ALTER ROLE '
       || quote_ident(rolname) || ' CREATEDB'
  FROM pg_roles WHERE rolname = current_user AND NOT rolcreatedb AND NOT rolsuper;
SELECT 'fault=The role ' || current_user || ' may not end sessions on old copies. Run as a superuser of PostgreSQL: '
       || 'GRANT pg_signal_backend TO ' || quote_ident(current_user)
 WHERE NOT pg_has_role(current_user, 'pg_signal_backend', 'MEMBER');
SELECT CASE
         WHEN rolname IS NULL
         THEN 'fault=There is no role ' || owner || '. Run as a superuser of PostgreSQL: CREATE ROLE '
              || quote_ident(owner) || ' LOGIN; GRANT ' || quote_ident(owner) || ' TO ' || quote_ident(current_user)
         ELSE 'fault=The role ' || current_user || ' does not belong to ' || owner
              || ', which owns a base. Run as a superuser of PostgreSQL: GRANT ' || quote_ident(owner) || ' TO '
              || quote_ident(current_user)
       END
  FROM unnest(string_to_array(:'owners', ' ')) owner LEFT JOIN pg_roles ON rolname = owner
 WHERE rolname IS NULL OR NOT pg_has_role(current_user, rolname::name, 'MEMBER');
