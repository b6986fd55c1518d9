#!/usr/bin/env bash
#
# A real PostgreSQL of the test's own for the stories of database-host: a
# cluster in the file's folder, reached by its socket alone, with a role for
# the console that is no superuser, and dumps of a small shop.

program=$scripts/database-host/database-host
place=$BATS_FILE_TMPDIR
configuration=$place/database-host.conf
# Where the cluster is seen from here, and how to start what works on it: database-host-disk has other ones.
data=$place/data there=()
client_bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
server_bin=${CONSOLE_POSTGRES_BIN:-$client_bin}
# Debian's psql in /usr/bin is a program that looks for a psql.
export PATH=$client_bin:$PATH PGHOST=$place/socket PGPORT=22710 PGUSER=postgres PGDATABASE=postgres
live_host=$PGHOST
[[ $server_bin == "$client_bin" ]] || live_host=$place/live/socket

start_postgres() {
  mkdir -p "$place/socket" "$place/host" "$place/dumps"
  [[ -e $data/PG_VERSION ]] || make_cluster
  printf '%s\n' "listen_addresses=''" "port=$PGPORT" "unix_socket_directories='$place/socket'" 'fsync=off' \
    'max_wal_size=2GB' 'shared_buffers=32MB' >>"$data/postgresql.conf"
  run_postgres
  [[ $live_host == "$PGHOST" ]] || start_live
  ask 'CREATE ROLE console LOGIN CREATEDB; CREATE ROLE shop LOGIN; CREATE ROLE report LOGIN;
       GRANT shop, pg_signal_backend TO console' >/dev/null
  printf '%s\n' "socket=$PGHOST" "port=$PGPORT" 'role=console' "bin=$client_bin" "folder=$place/host" \
    "backups=$place/dumps" 'disk_reserve=0' "data_directory=$place/data" >"$configuration"
}

# pg_dump refuses a server that is newer than itself: then the live database is on a cluster of pg_dump's own version.
start_live() {
  local server_bin=$client_bin place=$BATS_FILE_TMPDIR/live data=$BATS_FILE_TMPDIR/live/data there=()
  if [[ -e $data/PG_VERSION ]]; then
    run_postgres
  else
    mkdir -p "$live_host"
    make_cluster
    printf '%s\n' "listen_addresses=''" "port=$PGPORT" "unix_socket_directories='$live_host'" 'fsync=off' \
      >>"$data/postgresql.conf"
    run_postgres
    at_live ask 'CREATE ROLE shop LOGIN; CREATE ROLE report LOGIN' >/dev/null
  fi
}

# At the end of a file: both clusters.
stop_both() {
  stop_postgres immediate
  local server_bin=$client_bin place=$BATS_FILE_TMPDIR/live data=$BATS_FILE_TMPDIR/live/data there=()
  stop_postgres immediate
}

at_live() { PGHOST=$live_host "$@"; }

# One initdb a run: the files of a run take copies of it.
make_cluster() {
  local kept=$BATS_RUN_TMPDIR/cluster${server_bin//\//-}
  if [[ ! -d $kept ]]; then
    "$server_bin/initdb" --pgdata "$kept.$BASHPID" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 \
      --no-sync >/dev/null
    mv --no-target-directory "$kept.$BASHPID" "$kept"
  fi
  mkdir -p "$data"
  chmod 700 "$data"
  cp --recursive --preserve=mode "$kept/." "$data"
}

run_postgres() {
  "${there[@]}" "$server_bin/pg_ctl" --silent --wait --pgdata "$place/data" --log "$place/postgres.log" start 3>&- 4>&-
}

stop_postgres() {
  [[ ! -s $data/postmaster.pid ]] ||
    "${there[@]}" "$server_bin/pg_ctl" --silent --wait --pgdata "$place/data" --mode "$1" stop
}

# ask SQL [DATABASE [USER]]
ask() {
  psql --host "$(host_of "${2-}")" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
    --username "${3:-postgres}" --dbname "${2:-postgres}" --command "$1"
}

host_of() { if [[ $1 == live ]]; then printf '%s' "$live_host"; else printf '%s' "$PGHOST"; fi; }

# make_shop ROWS: the live database that dumps are made of.
make_shop() {
  at_live ask 'DROP DATABASE IF EXISTS live' && at_live ask 'CREATE DATABASE live OWNER shop'
  ask "CREATE TABLE customer (id int PRIMARY KEY, mail text);
       INSERT INTO customer SELECT g, 'c' || g || '@real.example' FROM generate_series(1, $1) g;
       CREATE TABLE sale (id int PRIMARY KEY, customer int REFERENCES customer, note text);
       INSERT INTO sale SELECT g, g, md5(g::text) FROM generate_series(1, $1) g;
       GRANT SELECT ON sale TO report" live shop
}

# A dump whose table sale takes its time.
make_slow_dump() {
  ask "CREATE FUNCTION slow(int) RETURNS boolean LANGUAGE sql AS
         'SELECT pg_sleep(CASE current_database() WHEN ''live'' THEN 0 ELSE 0.05 END) IS NOT NULL';
       ALTER TABLE sale ADD CHECK (slow(id))" live shop
  dump slow.dump
}

# A cluster with the live database, its dump, and a slow one.
start_with_dumps() {
  start_postgres
  make_shop 500
  dump shop.dump
  make_slow_dump
}

# dump NAME [OPTION ...]: what a test sets for the database is not to stop pg_dump's own first question.
dump() { PGOPTIONS='-c statement_timeout=0' at_live pg_dump --format=custom "${@:2}" --file "$place/dumps/$1" live; }

# make_base NAME NUMBER [MEGABYTES]: a base without its dump; NUMBER is the one row of its table night.
make_base() {
  ask "CREATE DATABASE base_$1 OWNER shop"
  ask "CREATE TABLE night AS SELECT $2 AS number;
       CREATE TABLE filler AS SELECT repeat('x', 900) FROM generate_series(1, ${3:-0} * 1100)" "base_$1" shop
  ask "ALTER DATABASE base_$1 WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;
       COMMENT ON DATABASE base_$1 IS
       'test server console: base of $1; data time 2026-11-0$2T01:00:00Z; restored 2026-11-0$2T02:00:00Z; '
       'tables 2; raw size 1000'"
}

# By one psql, as most stories end with it.
drop_all() {
  psql --host "$PGHOST" --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'END'
SELECT format('ALTER DATABASE %I IS_TEMPLATE false', datname), format('DROP DATABASE %I WITH (FORCE)', datname)
FROM pg_database WHERE datname ~ '^(base|copy|spare|night|keep|twin|draft|old)_' \gexec
END
}

databases() {
  ask "SELECT datname FROM pg_database WHERE datname ~ '^(base|copy|spare|night|keep|twin|draft|old)_' ORDER BY 1" |
    paste -s -d ' '
}

night_of() { ask 'SELECT number FROM night' "$1" shop; }

hook() { printf 'file.%s.sql=%s' "$1" "$(base64 -w 0 <<<"$2")"; }

# await_told TEXT, await_running PATTERN: a moment of the program begun.
await_told() { await 15 told "$1" || { cat "$told" && return 1; }; }
await_running() { await 15 is_running "$1" || { cat "$told" && return 1; }; }

# begin VERB [LINE ...]: the program in the background, its output in $told; cut_lifeline ends its standard input.
begin() {
  local way=("$program" "$configuration")
  begin_by "$@"
}

# begin_by VERB [LINE ...]: the same by the command in $way.
begin_by() {
  local verb=$1 pipe=$BATS_TEST_TMPDIR/line.$RANDOM
  shift
  told=$BATS_TEST_TMPDIR/told
  mkfifo "$pipe"
  exec {line}<>"$pipe"
  send "$@" >&"$line"
  "${way[@]}" "$verb" <"$pipe" >"$told" 2>&1 {line}>&- 3>&- 4>&- &
  begun=$!
}

cut_lifeline() { exec {line}>&-; }

# What a test has begun and not ended, whatever it has left, and no database but PostgreSQL's own.
end_begun() {
  cut_lifeline 2>/dev/null || true
  end_all_own
  [[ -s $data/postmaster.pid ]] || run_postgres
  drop_all
}

ended_with() {
  local status=0
  timeout 40 tail --sleep-interval=0.05 --pid="$begun" -f /dev/null
  wait "$begun" || status=$?
  [[ $status == "$1" ]] || { cat "$told" && return 1; }
}

told() { grep -qF -- "$1" "$told"; }

is_running() {
  [[ $(ask "SELECT count(*) FROM pg_stat_activity
             WHERE application_name ~ '^database-host' AND query ~ '$1' AND state = 'active'") != 0 ]]
}

# Nothing half made: no draft, no old one, no file, no lock of a draft, no closed copy, no session of the console.
nothing_left() {
  local names
  names=$(databases)
  [[ $names != *draft_* && $names != *old_* ]] || { echo "$names" && return 1; }
  [[ -z $(find "$place/host" -name 'run.*' -o -name 'draft_*' -o -path '*/dumps/*') ]] ||
    { find "$place/host" && return 1; }
  [[ -z $(ask "SELECT datname FROM pg_database WHERE datname ~ '^copy' AND NOT datallowconn") ]] ||
    { echo 'a copy is closed' && return 1; }
  await 3 no_session || { ask 'SELECT * FROM pg_stat_activity' && return 1; }
}

no_session() { [[ $(ask "SELECT count(*) FROM pg_stat_activity WHERE application_name ~ '^database-host'") == 0 ]]; }

is_connected() { [[ $(ask "SELECT count(*) FROM pg_stat_activity WHERE datname = '$1'") != 0 ]]; }

# Yesterday's base is in use, and nothing is left over.
yesterday_serves() {
  last_line '@exit 1' || { echo "$output" && return 1; }
  nothing_left
  [[ $(databases) == base_shop ]]
  call copy base=shop server=qa01 owner=shop
  [[ $(night_of copy_shop_qa01) == 1 ]]
  call drop base=shop server=qa01
}

next_one_works() {
  call copy base=shop server=qa02 owner=shop
  last_line '@exit 0'
  [[ $(night_of copy_shop_qa02) == 1 ]]
}

drop_base() { ask 'ALTER DATABASE base_shop IS_TEMPLATE false' && ask 'DROP DATABASE base_shop'; }

# The folder of a copy that PostgreSQL has not finished: beside that of qa01's copy. Starts no process: some ask without
# a pause.
has_lost_folder() {
  local folders=("$data"/base/1?????????)
  ((${#folders[@]} > 1))
}

# A file of stories that needs more has its own.
setup_file() { start_postgres; }

teardown_file() { [[ ! -d $data ]] || stop_both; }

setup() { make_base shop 1; }

teardown() { end_begun; }
