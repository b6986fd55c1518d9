-- Stops with a sentence when the database :seen is another console's than the one that calls.
SELECT set_config('console.seen', :'seen', false),
       set_config('console.id', :'console', false) \g /dev/null

DO $$
DECLARE
  seen text := current_setting('console.seen');
  own text := current_setting('console.id');
  whose text := (
    SELECT substring(shobj_description(oid, 'pg_database') FROM '^test server console: [^;]*; console ([^;]*)')
      FROM pg_database WHERE datname = seen);
BEGIN
  IF whose <> own AND own = '' THEN
    RAISE EXCEPTION 'The database % is of the console %, and this call names no console: it is left alone. '
      'Install a console as new as the scripts here.', seen, whose;
  ELSIF whose <> own THEN
    RAISE EXCEPTION 'The database % is of the console %, not of this one, which is %: it is left alone. '
      'Give base or server another name here or there. If that console is no more: '
      'stop this one, write "id": "%" into state.json of its state, and start it.', seen, whose, own, whose;
  END IF;
END $$;
