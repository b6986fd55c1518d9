-- Stops with a sentence unless :owner may own a copy.
SELECT set_config('console.owner', :'owner', false) \g /dev/null

DO $$
DECLARE
  owner text := current_setting('console.owner');
  seen record;
BEGIN
  SELECT rolsuper, pg_has_role(current_user, oid, 'MEMBER') AS ours INTO seen
    FROM pg_roles WHERE rolname = owner;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'There is no role % on this database host. Create it, and make % a member of it.',
      owner, current_user;
  ELSIF seen.rolsuper THEN
    RAISE EXCEPTION 'The role % is a superuser and cannot own a copy. Name the app''s own role.', owner;
  ELSIF NOT seen.ours THEN
    RAISE EXCEPTION 'The role % is not a member of %. GRANT it.', current_user, owner;
  END IF;
END $$;
