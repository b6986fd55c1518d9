#!/usr/bin/env bats
#
# Stories of dumps with statements that this host does not take: each costs
# itself and what needs it, and is told; the rest is there. Dumps are made by
# pg_dump itself, one foreign statement each.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell, with output and status of its own
# shellcheck disable=SC2016 # names and statements are not the shell's

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  start_postgres
  ask 'CREATE ROLE other LOGIN; GRANT other TO console'
  at_live ask 'CREATE ROLE gone; CREATE ROLE "Odd, ""Role"""'
  [[ $live_host == "$PGHOST" ]] || at_live ask 'CREATE ROLE other'
  mkdir "$place/fast"
  at_live ask "CREATE TABLESPACE fast LOCATION '$place/fast'"
}

# A story that needs a base has it made.
setup() { true; }

teardown() {
  end_all_own
  drop_all
  at_live ask 'DROP DATABASE IF EXISTS live' && at_live ask 'DROP DATABASE IF EXISTS "we""ird ; -- $(name)"'
  ask 'ALTER DATABASE template_shop IS_TEMPLATE false' 2>/dev/null && ask 'DROP DATABASE template_shop'
  back
  rm -f "$place"/dumps/*
}

# dump_of SQL [OPTIONS OF CREATE DATABASE]: a shop with something more, which postgres has made.
dump_of() {
  at_live ask 'DROP DATABASE IF EXISTS live' 2>/dev/null
  at_live ask "CREATE DATABASE live OWNER shop TEMPLATE template0 ${2-}"
  ask 'CREATE TABLE customer (id int PRIMARY KEY, name text);
       INSERT INTO customer SELECT g, chr(96 + g) FROM generate_series(1, 9) g' live shop
  ask "$1" live
  dump shop.dump "${@:3}"
  here_only "$1"
}

# Roles that live has and this host has not: where both are one cluster they are dropped while the dump is restored.
here_only() {
  [[ ${1-} != *SUBSCRIPTION* ]] ||
    ask 'ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s' live >/dev/null 2>&1 || true
  at_live ask 'DROP DATABASE live'
  [[ $live_host != "$PGHOST" ]] || ask 'DROP ROLE IF EXISTS gone; DROP ROLE IF EXISTS "Odd, ""Role"""'
}

back() { [[ $live_host != "$PGHOST" ]] || ask 'CREATE ROLE gone; CREATE ROLE "Odd, ""Role"""' 2>/dev/null || true; }

restore() {
  call restore base=shop owner=shop dump=shop.dump
  back
}

copied() {
  last_line '@exit 0' || { echo "$output" && return 1; }
  call copy base=shop server=qa01 owner=shop
  [[ $(ask 'SELECT count(*) FROM customer' copy_shop_qa01 shop) == 9 ]]
}

# Foreign statements, a dump for each paragraph, and the beginning of each line that is told of them.
foreign() {
  cat <<'END'
CREATE EXTENSION pg_stat_statements
-> the extension pg_stat_statements: permission denied
CREATE EXTENSION bloom; CREATE INDEX b ON customer USING bloom (id)
-> the extension bloom: permission denied
-> the index public.b, which needs the extension bloom
CREATE EXTENSION pageinspect
-> the extension pageinspect
CREATE EXTENSION dblink; CREATE VIEW v AS SELECT * FROM dblink('x', 'y') AS t (id int)
-> the extension dblink: permission denied
-> the view public.v, which needs the extension dblink
CREATE FOREIGN DATA WRAPPER own
-> the foreign data wrapper own
CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION et()
-> the event trigger watch
CREATE PUBLICATION p FOR TABLE customer
-> the publication p
-> the publication table public.p customer
CREATE FUNCTION f(int) RETURNS int LANGUAGE internal IMMUTABLE AS 'int4abs'
-> the function public.f(integer): permission denied
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler
-> the access method heap2
CREATE TABLE hot (id int) TABLESPACE fast; CREATE INDEX cold ON customer (name) TABLESPACE fast
-> the tablespaces fast
GRANT SELECT ON customer TO gone, report; REVOKE ALL ON SCHEMA public FROM PUBLIC
-> the grants to the role gone, which this host does not have, on table public.customer
ALTER DATABASE live SET log_min_duration_statement TO 10
-> the setting log_min_duration_statement of the database: permission denied
-> the owner postgres (of 

CREATE EXTENSION pg_stat_statements; CREATE VIEW a AS SELECT query FROM pg_stat_statements
CREATE VIEW b AS SELECT * FROM a
-> the extension pg_stat_statements: permission denied
-> 2 views that need the extension pg_stat_statements: public.a, public.b
CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw
CREATE USER MAPPING FOR shop SERVER far OPTIONS (password 'se''cret'); CREATE FOREIGN TABLE ft (id int) SERVER far
-> the extension postgres_fdw: permission denied
-> the server far, which needs the extension postgres_fdw
-> the user mapping shop at the server far
-> the foreign table public.ft, which needs the extension postgres_fdw
CREATE EXTENSION file_fdw
-> the extension file_fdw
CREATE PUBLICATION p FOR ALL TABLES
-> the publication p
CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)
-> the subscription s
CREATE FUNCTION f(int) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'
-> the function public.f(integer)
CREATE EXTENSION autoinc
CREATE TRIGGER t BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION autoinc('id', 's')
-> the extension autoinc: permission denied
-> the trigger t of public.customer, which needs the extension autoinc
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE odd (id int) USING heap2
-> the access method heap2
-> the table access methods heap2
ALTER DATABASE live SET default_tablespace TO 'fast'
-> the setting default_tablespace of the database: everything lies where this host keeps its databases
GRANT USAGE ON SCHEMA public TO gone; GRANT CREATE ON SCHEMA public TO report
-> the grants to the role gone, which this host does not have, on schema public
CREATE OPERATOR FAMILY fam USING btree
-> the operator family public.fam
ALTER DATABASE live SET session_preload_libraries TO 'auto_explain'
-> the setting session_preload_libraries of the database
-> the owner postgres (of 

CREATE EXTENSION pg_stat_statements; GRANT SELECT ON pg_stat_statements TO gone; GRANT SELECT ON customer TO gone
-> the extension pg_stat_statements: permission denied
-> the grants to the role gone, which this host does not have, on table public.customer
CREATE FUNCTION f() RETURNS int LANGUAGE sql SET log_min_messages = 'debug1' AS 'SELECT 1'
-> the function public.f()
CREATE LANGUAGE mine HANDLER plpgsql_call_handler
CREATE FUNCTION g() RETURNS int LANGUAGE mine AS 'BEGIN RETURN 1; END'
-> the procedural language mine: extension "mine" is not available
-> the function public.g(), which needs the procedural language mine
CREATE EXTENSION dblink; CREATE MATERIALIZED VIEW m AS SELECT dblink_is_busy('x') AS busy WITH NO DATA
CREATE INDEX mi ON m (busy); COMMENT ON MATERIALIZED VIEW m IS 'x'
-> the extension dblink: permission denied
-> the index public.mi, which needs the extension dblink
-> the materialized view public.m, which needs the extension dblink
ALTER DATABASE live SET default_table_access_method TO 'heap'
-> the setting default_table_access_method of the database: everything lies
CREATE TYPE own; CREATE FUNCTION own_in(cstring) RETURNS own LANGUAGE internal STRICT IMMUTABLE AS 'textin'
CREATE FUNCTION own_out(own) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'textout'
CREATE TYPE own (INPUT = own_in, OUTPUT = own_out, LIKE = text)
-> the shell type public.own
-> 2 functions that need the shell type public.own: public.own_in(cstring), public.own_out(public.own)
-> the type public.own, which needs
CREATE TEXT SEARCH TEMPLATE tmpl (LEXIZE = dsimple_lexize)
-> the text search template public.tmpl
CREATE POLICY pol ON customer TO gone USING (true)
-> the policy pol of public.customer: this host has no role gone
ALTER DATABASE live SET app.x TO 'y'
-> the setting app.x of the database: permission denied to set parameter "app.x"; GRANT SET ON
COMMENT ON DATABASE live IS 'x; DROP TABLE customer'
-> the comment on the database
-> the owner postgres (of 

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SET log_statement = 'none' AS 'BEGIN RETURN NEW; END'
CREATE TRIGGER t BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION f()
-> the function public.f()
-> the trigger t of public.customer, which needs the function public.f()
CREATE SCHEMA "Sales Data"; CREATE EXTENSION dblink
CREATE VIEW "Sales Data"."Far Away" AS SELECT dblink_is_busy('x')
-> the extension dblink: permission denied
-> the view Sales Data.Far Away, which needs the extension dblink
CREATE TEXT SEARCH PARSER pars (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)
-> the text search parser public.pars
CREATE CAST (bytea AS text) WITHOUT FUNCTION
-> the cast (bytea AS text)
GRANT USAGE ON LANGUAGE plpgsql TO gone
-> the grants to the role gone, which this host does not have, on language plpgsql
CREATE POLICY pol ON customer FOR UPDATE TO gone, other USING (name <> 'TO x')
-> the policy pol of public.customer: for the role gone
ALTER ROLE report IN DATABASE live SET work_mem TO '5MB'
-> the setting work_mem of the role report in the database: permission denied to set role "report"; GRANT
ALTER DATABASE live CONNECTION LIMIT 5
-> the database's connection limit of 5
-> the owner postgres (of 

CREATE TABLE "Order Lines" (id int)
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SET log_statement = 'none' AS 'BEGIN RETURN NEW; END'
CREATE TRIGGER "my own" BEFORE INSERT ON "Order Lines" FOR EACH ROW EXECUTE FUNCTION f()
-> the function public.f()
-> the trigger my own of public.Order Lines, which needs the function public.f()
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO report
-> the grants on function pg_catalog.pg_ls_waldir(
GRANT UPDATE (name) ON customer TO "Odd, ""Role"""
-> the grants to the role Odd, "Role", which this host does not have, on column public.customer.name
ALTER DEFAULT PRIVILEGES FOR ROLE gone GRANT SELECT ON TABLES TO report
-> the grants to the role gone
ALTER ROLE gone IN DATABASE live SET work_mem TO '5MB'
-> the setting work_mem of the role gone in the database
REVOKE CONNECT ON DATABASE live FROM PUBLIC
-> the grants on the database itself
-> the owner postgres (of 

CREATE TABLE other_s (id int); ALTER TABLE other_s OWNER TO other
-> the owner other (of 1 thing)
ALTER DEFAULT PRIVILEGES FOR ROLE shop GRANT SELECT ON TABLES TO gone, report
-> the grants to the role gone

CREATE EXTENSION hstore; CREATE TABLE h (h hstore); ALTER TABLE h OWNER TO shop
CREATE EXTENSION pg_trgm; CREATE INDEX tr ON customer USING gin (name gin_trgm_ops)
CREATE SCHEMA "DATA" AUTHORIZATION shop; ALTER TABLE customer SET SCHEMA "DATA"
ALTER DATABASE live SET search_path TO "DATA"
END
}

# restore_foreign SQL TEXT...: each of these is told, and nothing else is.
restore_foreign() {
  local text line told
  dump_of "$1"
  restore
  for text in "${@:2}"; do says "@left-out $text" || return; done
  while IFS= read -r line; do
    told=
    for text in "${@:2}"; do [[ $line != "@left-out $text"* ]] || told=yes; done
    [[ -n $told ]] || { echo "told, too: $line" && return 1; }
  done < <(grep '^@left-out' <<<"$output")
  [[ $output != *secret* && $output != *'grants on table public.pg_stat'* ]] || { echo "$output" && return 1; }
  copied
}

@test "Foreign statements: each is told, and all else is there" {
  local line sql='' told=() count=0
  while IFS= read -r line; do
    case $line in
      '-> '*) told+=("${line#-> }") ;;
      '')
        restore_foreign "$sql" "${told[@]}"
        sql='' told=() count=$((count + 1))
        ;;
      *) sql+="$line;"$'\n' ;;
    esac
  done < <(foreign && echo)
  ((count == 7))
}

@test "A comment on what is not tried at all is not told by itself" {
  dump_of "CREATE PUBLICATION p FOR TABLE customer; COMMENT ON PUBLICATION p IS 'x'"
  restore
  says '@left-out the publication p'
  [[ $output != *'left-out the comment'* ]] || { echo "$output" && return 1; }
  copied
}

@test "A part of a dump is refused, or what it has no data of is told" {
  local option told
  while IFS='|' read -r option told; do
    echo "$option"
    dump_of 'CREATE TABLE part (id int) PARTITION BY RANGE (id);
      CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (1) TO (9);
      ALTER TABLE part OWNER TO shop; ALTER TABLE part1 OWNER TO shop; CREATE INDEX i ON customer (name)' '' "$option"
    restore
    [[ -z $told ]] || says "$told"
    [[ -n $told || $output != *'@left-out'* ]]
    drop_all
  done <<'END'
--data-only|@error shop.dump is no whole dump: it has table data and no table: it is a part of a dump, as --data-only
--section=data|@error shop.dump is no whole dump: it has table data and no table
--section=post-data|@error shop.dump is no whole dump: it has index, constraint and no table
--schema-only|@left-out the data of 2 tables (public.customer, public.part1): the dump has none of it
--exclude-table-data=part1|@left-out the data of 1 table (public.part1): the dump has none of it
--no-comments|
END
}

@test "A dump in another encoding tells its names, and a grant in it costs only itself" {
  local encoding
  for encoding in LATIN1 WIN1252; do
    dump_of "CREATE TABLE ö (id int); ALTER TABLE ö OWNER TO shop; GRANT SELECT ON ö TO gone, report;
      CREATE EXTENSION dblink; CREATE VIEW ä AS SELECT dblink_is_busy('x')" '' "--encoding=$encoding"
    restore
    says '@left-out the view public.ä, which needs the extension dblink'
    says '@left-out the grants to the role gone, which this host does not have, on table public."ö"'
    copied
    [[ $(ask "SELECT relacl FROM pg_class WHERE relname = 'ö'" copy_shop_qa01) == *'report=r/shop'* ]]
  done
}

@test "A dictionary whose files are not here costs itself" {
  dump_of 'CREATE TEXT SEARCH DICTIONARY own (TEMPLATE = ispell, DictFile = ispell_sample, AffFile = ispell_sample);
    CREATE TEXT SEARCH CONFIGURATION words (COPY = simple); ALTER TEXT SEARCH CONFIGURATION words OWNER TO shop;
    ALTER TEXT SEARCH CONFIGURATION words ALTER MAPPING FOR asciiword WITH own, simple;
    CREATE INDEX i ON customer USING gin (to_tsvector($$words$$, name))'
  # Of the same length, and not compressed.
  sed -i 's/ispell_sample/ispell_absent/g' "$place/dumps/shop.dump"
  restore
  says '@left-out the text search dictionary public.own: could not open dictionary file "'
  says '; when its files are installed here, restore again'
  says '@left-out the text search configuration public.words, which needs the text search dictionary public.own'
  copied
}

@test "A dump of some schemas whose tables need another is refused by that one's name, and with the remedy" {
  dump_of 'CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE TABLE ci (s ext.citext);
    ALTER TABLE ci OWNER TO shop' '' --schema=public
  restore
  says "@error shop.dump could not be restored: the table public.ci could not be made: schema \"ext\" does not exist. \
The dump does not bring it: make it of the whole database, without --schema and --table"
}

@test "A function of live that a table's data needs and that leans on the search_path is named with the remedy" {
  dump_of "CREATE FUNCTION known(int) RETURNS bool LANGUAGE sql AS 'SELECT count(*) >= 0 FROM customer';
    CREATE TABLE c (id int CHECK (known(id))); INSERT INTO c VALUES (1); ALTER TABLE c OWNER TO shop"
  restore
  says '@error shop.dump could not be restored: COPY failed for table "c": ERROR:  relation "customer" does not exist. '
  says "exist. The function known leans on a search_path, which a restore does not have. On live: \
ALTER FUNCTION known ... SET search_path = public; then make the dump anew. The base is as it was."
}

@test "What a table needs refuses the dump, with the remedy" {
  make_base shop 1
  dump_of 'CREATE EXTENSION earthdistance CASCADE; CREATE TABLE place (at earth);
    INSERT INTO place VALUES (ll_to_earth(1, 2)); ALTER TABLE place OWNER TO shop'
  restore
  says "@error shop.dump could not be restored: the table public.place could not be made: type \"public.earth\" does \
not exist. It needs the extension earthdistance, which could not be made: permission denied"
  says "To have it: install its package if that is missing, write extensions=earthdistance into $configuration, and \
run as a superuser of PostgreSQL: $scripts/database-host/allow-extensions $configuration. Then restore again. The base"
  yesterday_serves
  echo 'extensions=earthdistance' >>"$configuration"
  "$scripts/database-host/allow-extensions" "$configuration"
  restore
  sed -i '/^extensions=/d' "$configuration"
  [[ $output != *'@left-out'* ]]
  copied
  [[ $(ask 'SELECT count(*) FROM place' copy_shop_qa01 shop) == 1 ]]
}

@test "A function of its own that a table needs can be prepared in an administrator's template" {
  dump_of "CREATE FUNCTION own(int) RETURNS int LANGUAGE internal IMMUTABLE AS 'int4abs';
    CREATE TABLE d (id int DEFAULT own(-3)); ALTER TABLE d OWNER TO shop"
  restore
  says "It needs the function public.own(integer), which could not be made: permission denied for language internal. \
A superuser of PostgreSQL here can prepare it: "
  says "CREATE DATABASE template_shop TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE 'C.UTF-8' \
LC_CTYPE 'C.UTF-8' IS_TEMPLATE true; in it make the same function. Then restore again."
  ask "$(grep -oE -m 1 'CREATE DATABASE template_shop [^;]*' <<<"$output")"
  ask "CREATE FUNCTION own(int) RETURNS int LANGUAGE internal IMMUTABLE AS 'int4abs'" template_shop
  restore
  copied
  [[ $(ask 'INSERT INTO d DEFAULT VALUES RETURNING id' copy_shop_qa01 shop) == 3 ]]
  ask 'ALTER DATABASE template_shop IS_TEMPLATE false'
  restore
  says 'The database template_shop is not used: only one that is a superuser'
  says '@error '
  ask 'DROP DATABASE template_shop'
}

@test "A template with another locale than the dump's is never copied from in silence" {
  ask "CREATE DATABASE template_shop TEMPLATE template0 LOCALE 'C' ENCODING 'LATIN1' IS_TEMPLATE true"
  dump_of 'CREATE EXTENSION pg_stat_statements'
  restore
  ask 'ALTER DATABASE template_shop IS_TEMPLATE false'
  ask 'DROP DATABASE template_shop'
  says '@error The draft of shop could not be made from template_shop: '
  says 'If that has another locale than the dump, C.UTF-8, make it anew: '
}

# in_copy SQL PATTERN: what the copy answers.
in_copy() {
  local answer
  answer=$(ask "$1" copy_shop_qa01)
  # shellcheck disable=SC2053 # a pattern
  [[ $answer == $2 ]] || { echo "$1: $answer" && return 1; }
}

@test "A grant to a role that is not here costs only itself" {
  dump_of 'CREATE SCHEMA own AUTHORIZATION shop; CREATE TABLE own.t (id int, s text); ALTER TABLE own.t OWNER TO shop;
    CREATE FUNCTION own.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$; ALTER FUNCTION own.f() OWNER TO shop;
    REVOKE ALL ON FUNCTION own.f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION own.f() TO gone, report;
    GRANT USAGE ON SCHEMA own TO gone, report; GRANT SELECT ON own.t TO gone WITH GRANT OPTION;
    GRANT SELECT, UPDATE (s) ON own.t TO report; SET ROLE gone; GRANT SELECT ON own.t TO other; RESET ROLE;
    ALTER DEFAULT PRIVILEGES FOR ROLE shop IN SCHEMA own GRANT INSERT ON TABLES TO gone, report;
    ALTER DEFAULT PRIVILEGES FOR ROLE shop REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER TABLE own.t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY p ON own.t AS RESTRICTIVE FOR SELECT TO gone, report USING (s <> $x$ TO gone USING ($x$)'
  restore
  copied
  in_copy "SELECT proacl FROM pg_proc WHERE proname = 'f'" '{shop=X/shop,report=X/shop}'
  in_copy "SELECT relacl, relrowsecurity FROM pg_class WHERE relname = 't'" \
    '{shop=arwd*/shop,report=r/shop,other=r/shop}|t'
  in_copy "SELECT attacl FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid = 'own.t'::regclass" '{report=w/shop}'
  in_copy "SELECT nspacl FROM pg_namespace WHERE nspname = 'own'" '{shop=UC/shop,report=U/shop}'
  in_copy 'SELECT defaclacl FROM pg_default_acl ORDER BY defaclobjtype DESC' $'{report=a/shop}\n{shop=X/shop}'
  in_copy "SELECT polroles = ARRAY['report'::regrole::oid], polcmd, polpermissive FROM pg_policy" 't|r|f'
}

@test "What live grants to its owner is the app's role's, when that has another name here" {
  at_live ask 'DROP DATABASE IF EXISTS live' && at_live ask 'CREATE ROLE "live owner"'
  at_live ask 'CREATE DATABASE live OWNER "live owner" TEMPLATE template0'
  at_live psql -Xq --dbname live <<<'SET ROLE "live owner"; CREATE TABLE customer AS SELECT generate_series(1, 9) AS id;
    REVOKE ALL ON customer FROM "live owner"; GRANT SELECT ON customer TO "live owner";
    ALTER DEFAULT PRIVILEGES FOR ROLE "live owner" GRANT SELECT ON TABLES TO report, gone;
    ALTER TABLE customer ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON customer TO "live owner", gone USING (true);'
  dump shop.dump
  here_only
  [[ $live_host != "$PGHOST" ]] || ask 'DROP ROLE "live owner"'
  restore
  copied
  [[ $(grep -c '^@left-out' <<<"$output") == 0 ]]
  [[ $(ask "SELECT relacl FROM pg_class WHERE relname = 'customer'" copy_shop_qa01) == '{shop=r/shop}' ]]
  [[ $(ask "SELECT defaclacl FROM pg_default_acl" copy_shop_qa01) == *'report=r/shop'* ]]
  [[ $(ask "SELECT polroles = ARRAY['shop'::regrole::oid] FROM pg_policy" copy_shop_qa01) == t ]]
}

# settings_are DATABASE TEXT
settings_are() {
  local found
  found=$(ask "SELECT string_agg(CASE setrole WHEN 0 THEN '' ELSE setrole::regrole || ' ' END || c, ';'
    ORDER BY setrole, c COLLATE \"C\") FROM pg_db_role_setting, unnest(setconfig) c
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = '$1')")
  [[ $found == "$2" ]] || { echo "$1: $found" && echo "$output" && return 1; }
}

@test "Base, spare and copy have the settings of the dump, and a copy what was set there by hand" {
  ask 'GRANT SET ON PARAMETER "app.words" TO shop'
  dump_of "ALTER DATABASE live SET search_path TO \"\$user\", \"Odd, one\", public;
    ALTER DATABASE live SET timezone TO 'Europe/Berlin'; ALTER DATABASE live SET \"app.words\" TO E'it''s \\\\ \n odd';
    ALTER ROLE other IN DATABASE live SET work_mem TO '7MB'"
  restore
  copied
  local all=$'TimeZone=Europe/Berlin;app.words=it\'s \\ \n odd;search_path="$user", "Odd, one", public'
  all+=';other work_mem=7MB'
  settings_are base_shop "$all"
  settings_are copy_shop_qa01 "$all"
  call prepare base=shop owner=shop spares=1
  settings_are "$(databases | grep -o 'spare_[^ ]*')" "$all"
  ask "ALTER DATABASE copy_shop_qa01 SET work_mem TO '9MB'; ALTER DATABASE copy_shop_qa01 SET timezone TO 'UTC'"
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  settings_are copy_shop_qa01 "${all/;other/;work_mem=9MB;other}"
  dump_of "ALTER DATABASE live SET timezone TO 'Asia/Tokyo'"
  restore
  copied
  settings_are base_shop 'TimeZone=Asia/Tokyo'
  settings_are copy_shop_qa01 'TimeZone=Asia/Tokyo;work_mem=9MB'
}

@test "An index whose function leans on the search_path is made after all, or told where PostgreSQL does not take it" {
  dump_of "CREATE FUNCTION strip(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT \$1';
    CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT strip(\$1)';
    CREATE INDEX i ON customer (plain(name)); CREATE INDEX j ON customer (id, name)"
  restore
  if (($(ask 'SHOW server_version_num') < 170000)); then
    [[ $output != *'@left-out the index'* ]]
  else
    says '@left-out the index public.i: function strip(text) does not exist'
  fi
  copied
  [[ $(ask "SELECT count(*) FROM pg_indexes WHERE indexname = 'j'" copy_shop_qa01) == 1 ]]
}

@test "A setting of live that would stop the restore itself does not" {
  dump_of "ALTER DATABASE live SET default_transaction_read_only TO on;
    ALTER DATABASE live SET statement_timeout TO '1ms'; ALTER DATABASE live SET lock_timeout TO '1ms';
    ALTER DATABASE live SET session_preload_libraries TO 'auto_explain'"
  call restore base=shop owner=shop dump=shop.dump "$(hook check 'SELECT count(*) = 9 FROM customer')" \
    "$(hook sanitize "UPDATE customer SET name = 'x'; SELECT pg_sleep(0.1)")"
  back
  says '@left-out the setting session_preload_libraries of the database'
  last_line '@exit 0'
  call copy base=shop server=qa01 owner=shop
  last_line '@exit 0'
  [[ $(ask 'SHOW default_transaction_read_only' copy_shop_qa01) == on ]]
}

locale_of() {
  ask "SELECT pg_encoding_to_char(encoding),
    coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale', datcollate), datctype
    FROM pg_database d WHERE datname = '$1'"
}

@test "Encoding and locale are those of the dump" {
  local options expected
  while IFS='|' read -r options expected; do
    echo "$options"
    dump_of "CREATE TABLE odd (s text); INSERT INTO odd VALUES ('abc'); ALTER TABLE odd OWNER TO shop;
      GRANT SELECT ON odd TO gone, report" "$options"
    restore
    last_line '@exit 0' || { echo "$output" && return 1; }
    [[ $(locale_of base_shop) == "${expected//,/|}" ]] || { locale_of base_shop && return 1; }
    drop_all
  done <<'END'
|UTF8,C.UTF-8,C.UTF-8
LOCALE 'C'|UTF8,C,C
LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'|UTF8,C,C.UTF-8
ENCODING 'LATIN1' LOCALE 'C'|LATIN1,C,C
ENCODING 'SQL_ASCII' LOCALE 'C'|SQL_ASCII,C,C
ENCODING 'EUC_JP' LOCALE 'POSIX'|EUC_JP,C,C
LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'|UTF8,de-DE,C.UTF-8
LOCALE_PROVIDER icu ICU_LOCALE 'sv-u-co-trad' LC_COLLATE 'C' LC_CTYPE 'C'|UTF8,sv-u-co-trad,C
END
}

@test "A copy sorts as live does" {
  dump_of "INSERT INTO customer VALUES (20, 'Öl'), (21, 'Adler'), (22, 'äpfel'), (23, 'Zoo')" \
    "LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'"
  restore
  call copy base=shop server=qa01 owner=shop
  in_copy "SELECT string_agg(name, ' ' ORDER BY name) FROM customer WHERE id >= 20" 'Adler äpfel Öl Zoo'
  [[ $(locale_of base_shop) == "$(locale_of copy_shop_qa01)" ]]
}

@test "A locale that this host does not have is told with the remedy, and the nearest one is taken" {
  command -v localedef >/dev/null && [[ -e /usr/share/i18n/locales/de_DE ]] && ! locale -a | grep -q de_DE ||
    skip 'The package locales is not here, or de_DE is'
  local away=$BATS_TEST_TMPDIR/away
  mkdir -p "$away/locales"
  localedef -i de_DE -f UTF-8 "$away/locales/de_DE.UTF-8" || (($? == 1))
  server_bin=$client_bin data=$away/data make_cluster
  LOCPATH=$away/locales "$client_bin/pg_ctl" --silent --wait --pgdata "$away/data" --log "$away/log" \
    --options "-k $away -p $PGPORT -c listen_addresses= -F" start 3>&- 4>&-
  psql -Xq --host "$away" -c 'CREATE ROLE shop' \
    -c "CREATE DATABASE live OWNER shop TEMPLATE template0 LOCALE 'de_DE.UTF-8'"
  psql -Xq --host "$away" --dbname live \
    -c "CREATE TABLE customer AS SELECT g AS id, (ARRAY['Öl', 'Adler', 'äpfel', 'Zoo'])[g] AS name
      FROM generate_series(1, 4) g" \
    -c 'ALTER TABLE customer OWNER TO shop'
  pg_dump --host "$away" --format=custom --file "$place/dumps/shop.dump" live
  "$client_bin/pg_ctl" --silent --pgdata "$away/data" --mode immediate stop
  call restore base=shop owner=shop dump=shop.dump
  last_line '@exit 0'
  says '@left-out the locale de_DE.UTF-8: invalid'
  says "The base sorts by de-DE of ICU. For the same order as live: as root, put 'de_DE.UTF-8 UTF-8' into \
/etc/locale.gen, run locale-gen, restart PostgreSQL, then restore again."
  call copy base=shop server=qa01 owner=shop
  in_copy "SELECT string_agg(name, ' ' ORDER BY name) FROM customer" 'Adler äpfel Öl Zoo'
}

@test "A dump of some tables has the locale and the settings of its database, too" {
  dump_of "ALTER DATABASE live SET timezone TO 'Europe/Berlin'" "LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'" \
    --table=customer
  restore
  copied
  [[ $(locale_of copy_shop_qa01) == 'UTF8|de-DE|C.UTF-8' && $(ask 'SHOW timezone' copy_shop_qa01) == Europe/Berlin ]]
}

@test "A database of any name is dumped and restored" {
  local name='we"ird ; -- $(name)'
  dump_of 'SELECT 1'
  at_live psql -Xq --set name="$name" <<<'CREATE DATABASE :"name" OWNER shop;'
  at_live psql -Xq --dbname "$name" -c 'CREATE TABLE customer AS SELECT g AS id FROM generate_series(1, 9) g' \
    -c 'ALTER TABLE customer OWNER TO shop'
  at_live psql -Xq --set name="$name" <<<"ALTER DATABASE :\"name\" SET timezone TO 'Europe/Berlin';"
  at_live pg_dump --format=custom --file "$place/dumps/shop.dump" "$name"
  restore
  copied
  [[ $(ask 'SHOW timezone' copy_shop_qa01) == Europe/Berlin ]]
}

@test "A dump of a newer pg_dump, of an unknown one, or of none is told as such, and the base serves" {
  make_base shop 1
  dump_of 'SELECT 1'
  local bytes told
  while IFS='|' read -r bytes told; do
    cp "$place/dumps/shop.dump" "$place/dumps/bad.dump"
    printf '%b' "$bytes" | dd of="$place/dumps/bad.dump" bs=1 seek=5 conv=notrunc status=none
    call restore base=shop owner=shop dump=bad.dump
    says "$told"
    [[ $output != *'cut or damaged'* ]]
  done <<'END'
\x01\x10|@error bad.dump was made by a newer pg_dump (archive version 1.16), which pg_restore here, 15
\x01\x0f|Install PostgreSQL's client programs of version 16 or newer on this database host, name their folder in
\x01\x40|@error bad.dump was made by a newer pg_dump (archive version 1.64), which pg_restore here
\x00\x05|@error bad.dump has the archive version 0.5, which no pg_dump
\x01\x0e\x00\x04\x08\x03|is of an unknown kind
END
  back
  yesterday_serves
}

# A script of random statements, each with pieces that hold what would end another.
random_script() {
  perl -e '
    srand $ARGV[0];
    my @piece = ("\x27it\x27\x27s; \\\x27", "E\x27\\\x27; \\\\\x27", "\$a\$; \$\$ \x27\" \$a\$", "\$\$;\x27\$\$",
      "\"we;\"\"ird\"", "/* ; /* \x27 */ \" */ 1", "-- ; \x27 \"\n 2", "(SELECT 1)", "\x27\n\\connect x\n\x27",
      "\x27-- TOC entry 7 (class\x27", "1 ::int", "\x27ä;\x27");
    for my $n (1 .. 200) {
      print "-- TOC entry $n (class 1 OID 2)\n-- Name: x; Type: y;\n\n";
      print rand() < .2
        ? "CREATE OR REPLACE FUNCTION f$n() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN "
          . $piece[rand @piece] . "\n ELSE 0 END; SELECT 2; END;\n"
        : "SELECT " . join(", ", map { $piece[rand @piece] . "\n" } 0 .. rand 4) . ";\n\n\n";
    }' "$1"
}

@test "A script is cut where psql cuts it" {
  local seed
  for seed in 1 2 3 4 5; do
    random_script "$seed" >"$BATS_TEST_TMPDIR/script"
    # psql tells what it sends.
    sed '/^-- TOC/,/^$/d' "$BATS_TEST_TMPDIR/script" | psql -X --quiet --echo-queries --output /dev/null 2>/dev/null |
      tr -d ' \n;' >"$BATS_TEST_TMPDIR/sent"
    perl -I "$scripts/database-host" -MStatements -e 'local $/; my @cut = Statements::cut(<STDIN>);
      print STDERR scalar(grep { $_->[0] == ++$n } @cut), "\n"; print map { $_->[1] =~ s/[ \n;]//gr } @cut' \
      <"$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/cut" 2>"$BATS_TEST_TMPDIR/count"
    [[ $(<"$BATS_TEST_TMPDIR/count") == 200 ]] || { cat "$BATS_TEST_TMPDIR/count" && return 1; }
    cmp "$BATS_TEST_TMPDIR/sent" "$BATS_TEST_TMPDIR/cut"
  done
}
