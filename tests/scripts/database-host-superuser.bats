#!/usr/bin/env bats
#
# Stories of a dump as live has it: extensions of many kinds, an event trigger, a publication, large objects, a locale
# of ICU, grants to several roles. What takes a superuser is prepared by the administrator of this host, or skipped as
# the settings say, or refuses the dump with the line to add.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell, with output and status of its own

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  start_postgres
  at_live ask 'CREATE ROLE gone; CREATE ROLE away'
  [[ -z $(find /usr/share/postgresql -name postgis.control) ]] || touch "$place/postgis"
  at_live ask "CREATE DATABASE live OWNER shop TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'"
  ask "$(whole)" live
  dump shop.dump
  [[ ! -e $place/postgis ]] || ask "$(places)" live
  dump geo.dump
  at_live ask 'DROP DATABASE live'
  [[ $live_host != "$PGHOST" ]] || ask 'DROP ROLE gone; DROP ROLE away'
}

# By postgres, as it is on many a live host.
whole() {
  cat <<'END'
    CREATE EXTENSION pg_stat_statements; CREATE EXTENSION postgres_fdw; CREATE EXTENSION dblink;
    CREATE EXTENSION pgcrypto; CREATE SCHEMA types AUTHORIZATION shop; CREATE EXTENSION citext SCHEMA types;
    CREATE EXTENSION hstore;
    CREATE TABLE customer (id int PRIMARY KEY, name types.citext, more hstore, secret bytea, picture oid);
    INSERT INTO customer SELECT g, chr(96 + g), hstore('a', g::text), pgp_sym_encrypt('x' || g, 'key'),
      lo_from_bytea(0, convert_to('picture ' || g, 'UTF8')) FROM generate_series(1, 9) g;
    INSERT INTO customer VALUES (10, 'Öl'), (11, 'Adler'), (12, 'äpfel'), (13, 'Zoo');
    ALTER TABLE customer OWNER TO shop;
    CREATE VIEW slow AS SELECT query FROM pg_stat_statements; ALTER VIEW slow OWNER TO shop;
    CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'live.example');
    CREATE FUNCTION watched() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watched();
    CREATE EVENT TRIGGER see ON sql_drop EXECUTE FUNCTION watched();
    CREATE PUBLICATION news FOR TABLE customer;
    GRANT SELECT ON customer TO report, gone; GRANT UPDATE ON customer TO away;
END
}

# PostGIS' own table has a row of the users', as many have.
places() {
  cat <<'END'
    CREATE EXTENSION postgis;
    INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
      SELECT 990001, 'own', 1, srtext, proj4text FROM spatial_ref_sys WHERE srid = 4326;
    CREATE TABLE place (id int, at geometry(Point, 4326)); ALTER TABLE place OWNER TO shop;
    INSERT INTO place VALUES (1, ST_SetSRID(ST_MakePoint(8.5, 47.4), 4326)); CREATE INDEX ON place USING gist (at);
END
}

setup() { true; }

teardown() {
  end_begun
  at_live ask 'DROP DATABASE IF EXISTS live'
  sed -i '/^extensions=/d' "$configuration"
}

# listed NAME ITEM...: one of the settings' lists.
listed() { printf 'file.%s=%s' "$1" "$(printf '%s\n' "${@:2}" | base64 -w 0)"; }

in_copy() {
  local answer
  answer=$(ask "$1" copy_shop_qa01 "${3-postgres}")
  [[ $answer == "$2" ]] || { echo "$1: $answer" && return 1; }
}

# In the copy there is all that a superuser was not needed for.
is_whole() {
  last_line '@exit 0' || { echo "$output" && return 1; }
  call copy base=shop server=qa01 owner=shop
  in_copy "SELECT more -> 'a', pgp_sym_decrypt(secret, 'key'), convert_from(lo_get(picture), 'UTF8') FROM customer
    WHERE name OPERATOR(types.=) 'C'" '3|x3|picture 3' shop
  in_copy 'SELECT string_agg(name::text, $$ $$ ORDER BY name::text) FROM customer WHERE id > 9' 'Adler äpfel Öl Zoo'
  in_copy "SELECT relacl FROM pg_class WHERE relname = 'customer'" '{shop=arwdDxt/shop,report=r/shop}'
}

@test "What takes a superuser refuses the dump before its data are loaded, and the line that is told lets it pass" {
  make_base shop 1
  call restore base=shop owner=shop dump=shop.dump file.skip=
  says '@error shop.dump needs a superuser of PostgreSQL for the extension dblink, the extension pg_stat'
  says "To restore without, write for the base shop in the console's settings: \"skip\": [\"extension dblink\", "
  says ', "event triggers"]'
  says '; or to have dblink pg_stat_statements postgres_fdw, write extensions=dblink pg_stat_statements postgres_fdw '
  local items
  items=$(sed -nE 's/^What the settings of shop would have to say: "skip": \["(.*)"\]$/\1/p' <<<"$output")
  yesterday_serves
  call restore base=shop owner=shop dump=shop.dump "$(listed skip "${items//\", \"/$'\n'}" 'role gone' 'functions x')"
  says '@left-out the event triggers see, watch: the settings of the base skip them'
  says '@left-out the publication news: the settings of the base skip it'
  says '@left-out the extensions dblink, pg_stat_statements, postgres_fdw: the settings of the base skip them'
  says '@left-out the view public.slow, which needs the extension pg_stat_statements'
  says '@left-out the server far, which needs the extension postgres_fdw'
  says '@left-out the grants to the role gone, which the settings of the base skip, on table public.customer'
  says '@left-out the grants to the role away, which this host does not have, on table public.customer'
  says "The settings of shop skip 'functions x', and the dump has none of it."
  is_whole
}

@test "What this host allows is made before anything of the dump is, and what its administrator has to do is told" {
  echo 'extensions=pg_stat_statements postgres_fdw dblink postgis' >>"$configuration"
  call restore base=shop owner=shop dump=shop.dump
  says 'The extension pg_stat_statements, which this host allows, could not be made: '
  says "Run as a superuser of PostgreSQL: $scripts/database-host/allow-extensions $configuration."
  says '@left-out the extension pg_stat_statements: permission denied'
  is_whole
  run "$scripts/database-host/allow-extensions" "$configuration"
  [[ ${lines[0]} == 'console may have made: dblink, pg_stat_statements, postgis, postgres_fdw.' ]]
  [[ -e $place/postgis || ${lines[1]} == 'No package here has the extension postgis: install it.' ]]
  call restore base=shop owner=shop dump=geo.dump "$(listed skip 'server far' 'event triggers' publications roles)"
  says 'Made the extension pg_stat_statements, which this host allows.'
  [[ $output != *'left-out the extension'* && $output != *'left-out the view'* ]]
  says '@left-out the server far: the settings of the base skip it'
  is_whole
  in_copy "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension WHERE extname <> 'postgis'" \
    'citext dblink hstore pg_stat_statements pgcrypto plpgsql postgres_fdw'
  in_copy "SELECT count(*) FROM pg_views WHERE viewname = 'slow' AND viewowner = 'shop'" 1
  [[ -e $place/postgis ]] || skip 'all but PostGIS is shown: the package postgresql-15-postgis-3 is not here'
  in_copy 'SELECT ST_X(at), (SELECT auth_name FROM spatial_ref_sys WHERE srid = 990001) FROM place' '8.5|own' shop
}

# as_console DRAFT EXTENSION: what the function says.
as_console() { run ask "SELECT console_extensions.make('$1', '$2', 'public')" postgres "${3-console}"; }

@test "The function makes what is on the list, in an empty draft of the caller's, and nothing else" {
  echo 'extensions=dblink' >>"$configuration"
  "$scripts/database-host/allow-extensions" "$configuration"
  ask 'CREATE DATABASE draft_shop_1 OWNER shop; ' && ask 'CREATE DATABASE draft_shop_2'
  as_console draft_shop_1 file_fdw
  [[ $output == *'does not allow console to have the extension file_fdw'* ]]
  as_console draft_shop_2 dblink
  [[ $output == *'The database draft_shop_2 is no draft of console'* ]]
  as_console postgres dblink
  [[ $output == *'is no draft of console'* ]]
  as_console draft_shop_1 dblink report
  [[ $output == *'permission denied for schema console_extensions'* ]]
  run ask "SELECT console_extensions.call('postgres', 'ALTER ROLE console SUPERUSER')" postgres console
  [[ $output == *'permission denied for function call'* ]]
  run ask 'DELETE FROM console_extensions.allowed' postgres console
  [[ $output == *'permission denied for table allowed'* ]]
  ask "CREATE FUNCTION trap(int) RETURNS int LANGUAGE sql AS 'SELECT 1'" draft_shop_1 shop
  as_console draft_shop_1 dblink
  [[ $output == *'The database draft_shop_1 is not empty any more'* ]]
  ask 'DROP FUNCTION trap' draft_shop_1
  as_console draft_shop_1 dblink
  [[ $status == 0 && -z $output ]]
  sed -i 's/^extensions=.*/extensions=/' "$configuration"
  run "$scripts/database-host/allow-extensions" "$configuration"
  [[ $output == 'console may have made: nothing.' ]]
  as_console draft_shop_1 dblink
  [[ $output == *'does not allow console'* ]]
  PGUSER=console run "$scripts/database-host/allow-extensions" "$configuration"
  [[ $output == *'console is no superuser.'* && $status != 0 ]]
}

# live_with SQL: a small shop with something more, as bad.dump.
live_with() {
  at_live ask 'DROP DATABASE IF EXISTS live' && at_live ask 'CREATE DATABASE live OWNER shop'
  ask "CREATE TABLE customer (id int PRIMARY KEY, name text);
    INSERT INTO customer SELECT g, chr(96 + g) FROM generate_series(1, 9) g; $1" live shop
  dump bad.dump
}

@test "A materialized view that leans on the search_path is refreshed at the end; one that still fails is named" {
  live_with "CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql AS 'SELECT name FROM customer';
    CREATE FUNCTION torn() RETURNS int LANGUAGE plpgsql AS
      'BEGIN IF current_database() <> ''live'' THEN RAISE ''it is torn''; END IF; RETURN 1; END';
    CREATE MATERIALIZED VIEW z AS SELECT n FROM names() n; CREATE UNIQUE INDEX ON z (n);
    CREATE MATERIALIZED VIEW a AS SELECT count(*) AS n FROM z; CREATE VIEW between AS SELECT n FROM a;
    CREATE MATERIALIZED VIEW b AS SELECT n FROM between;
    CREATE MATERIALIZED VIEW c AS SELECT torn() AS n; CREATE MATERIALIZED VIEW d AS SELECT n FROM c"
  call restore base=shop owner=shop dump=bad.dump
  last_line '@exit 0'
  says '@left-out the data of the materialized view public.c: it is torn'
  says '@left-out the data of the materialized view public.d, which needs the data of the materialized view public.c'
  call copy base=shop server=qa01 owner=shop
  if (($(ask 'SHOW server_version_num') < 170000)); then
    [[ $(grep -c '^@left-out' <<<"$output") == 0 ]]
    in_copy 'SELECT a.n, b.n, (SELECT count(*) FROM z) FROM a, b' '9|9|9'
  fi
}

@test "An error that the settings allow is left out and told, and any other refuses the dump" {
  make_base shop 1
  live_with "CREATE FUNCTION one(int) RETURNS int LANGUAGE sql IMMUTABLE AS
      'SELECT CASE current_database() WHEN ''live'' THEN \$1 ELSE 1 END';
    CREATE UNIQUE INDEX old_index ON customer (public.one(id));
    CREATE TABLE small (id serial, n int CHECK (public.one(n) = n)); INSERT INTO small (n) VALUES (1), (2)"
  call restore base=shop owner=shop dump=bad.dump "$(listed errors '^index public[.]old_')"
  says '@error bad.dump could not be restored: COPY failed for table "small"'
  yesterday_serves
  call restore base=shop owner=shop dump=bad.dump "$(listed errors '^data of the table public[.]small: ' 'torn')"
  says '@error bad.dump could not be restored: the index public.old_index could not be made: could not create unique'
  yesterday_serves
  call restore base=shop owner=shop dump=bad.dump "$(listed errors '^index public[.]old_' 'COPY failed .*small')"
  says '@left-out the index public.old_index: could not create unique index "old_index"; the settings of the base al'
  says '@left-out the data of the table public.small: COPY failed for table "small"'
  last_line '@exit 0'
  call restore base=shop owner=shop dump=bad.dump "$(listed errors '(')"
  says "@error The entries of bad.dump could not be sorted: '(' in allowErrors of the base is no pattern"
  call restore base=shop owner=shop dump=bad.dump "$(listed skip 'table public.small' 'index public.old_index')"
  says '@left-out the table public.small: the settings of the base skip it'
  [[ $(grep -c '^@left-out' <<<"$output") == 2 ]]
  last_line '@exit 0'
}

@test "Entries that fail in the same moment are told all the same, as one job loads them again" {
  make_base shop 1
  live_with "CREATE FUNCTION one(int) RETURNS int LANGUAGE sql IMMUTABLE AS
      'SELECT CASE current_database() WHEN ''live'' THEN \$1 ELSE 1 END';
    $(printf 'CREATE UNIQUE INDEX old_%s ON customer (public.one(id));' {1..40})"
  local errors
  errors=$(listed errors '^index public[.]old_')
  call restore base=shop owner=shop dump=bad.dump jobs=4 "$errors"
  last_line '@exit 0'
  [[ $(grep -c '^@left-out the index public.old_' <<<"$output") == 40 ]]
  both_at_once
  call restore base=shop owner=shop dump=bad.dump jobs=2 "$errors"
  last_line '@exit 0'
  says 'Several entries of bad.dump ended in the same moment, and not all were taken: could not create unique index'
  says 'all of it is loaded once more, by one job.'
  [[ $(grep -c '^@left-out the index public.old_' <<<"$output") == 40 ]]
  [[ $(databases) == base_shop ]]
  nothing_left
  # What is not allowed is refused as with one job.
  call restore base=shop owner=shop dump=bad.dump jobs=2
  sed -i "s|^bin=.*|bin=$client_bin|" "$configuration"
  says '@error bad.dump could not be restored: the index public.old_'
  [[ $(databases) == base_shop ]]
  nothing_left
}

# A pg_restore of whose two jobs each names its entry before the other one's error is told.
both_at_once() {
  mkdir -p "$place/both"
  ln -sf "$client_bin"/* "$place/both"
  rm "$place/both/pg_restore"
  cat >"$place/both/pg_restore" <<END
#!/bin/bash
[[ " \$* " == *' --jobs=2 '* ]] || exec '$client_bin/pg_restore' "\$@"
'$client_bin/pg_restore' "\$@" 2>&1 | sed -u '0,/from TOC entry/s/.*from TOC entry.*/&\n&/' >&2
exit "\${PIPESTATUS[0]}"
END
  chmod +x "$place/both/pg_restore"
  sed -i "s|^bin=.*|bin=$place/both|" "$configuration"
}
