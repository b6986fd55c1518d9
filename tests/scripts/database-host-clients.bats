#!/usr/bin/env bats
#
# The story of eight busy clients on the old copy while a spare takes its place.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  [[ -x $client_bin/pgbench ]] || return 0
  start_postgres
  ask 'CREATE DATABASE base_shop OWNER shop'
  ask "CREATE TABLE night AS SELECT 1 AS number;
       CREATE TABLE account AS SELECT g AS id, 0 AS changes FROM generate_series(1, 20000) g;
       ALTER TABLE account ADD PRIMARY KEY (id)" base_shop shop
  ask 'ALTER DATABASE base_shop WITH IS_TEMPLATE true ALLOW_CONNECTIONS false'
  ask "COMMENT ON DATABASE base_shop IS
       'test server console: base of shop; data time 2026-11-01T01:00:00Z; restored 2026-11-01T02:00:00Z; '
       'tables 2; raw size 1000'"
  cat >"$place/load.sql" <<'SQL'
\set id random(1, 20000)
UPDATE account SET changes = changes + 1 WHERE id = :id;
SELECT count(*) FROM account WHERE id BETWEEN :id AND :id + 50;
SQL
}

setup() { [[ -x $client_bin/pgbench ]] || skip "pgbench is not in $client_bin."; }

teardown() { end_all_own; }

start_clients() {
  pgbench --no-vacuum --client 8 --jobs 2 --time "$1" --file "$place/load.sql" --username shop copy_shop_qa01 \
    >"$BATS_TEST_TMPDIR/clients" 2>&1 3>&- 4>&- &
  clients=$!
}

# An ended session is told as such, or, to a client that was just sending, as a closed connection.
list_other_errors() {
  grep -E 'error|FATAL|ERROR|PANIC|WARNING' "$BATS_TEST_TMPDIR/clients" |
    grep -vE -e 'terminating connection due to administrator command$' -e 'perhaps the backend died' \
      -e 'server closed the connection unexpectedly$' -e 'error: Run was aborted'
}

are_busy() { (($(ask 'SELECT count(*) FROM account WHERE changes > 0' copy_shop_qa01 shop) > 50)); }

@test "Eight busy clients see nothing but the end of their sessions, and the new copy has every row of the base" {
  local status=0
  call copy base=shop server=qa01 owner=shop
  call prepare base=shop owner=shop spares=1
  start_clients 30
  await 10 are_busy
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  loaded=$output
  [[ $(ask 'SELECT count(*), count(DISTINCT id), sum(changes) FROM account' copy_shop_qa01 shop) == '20000|20000|0' ]]
  wait "$clients" || status=$?
  ((status == 2))
  cat "$BATS_TEST_TMPDIR/clients"
  [[ $(grep -cE 'client [0-7] (script 0 )?aborted' "$BATS_TEST_TMPDIR/clients") == 8 ]]
  [[ -z $(list_other_errors) ]]
  echo "# the load took $(sed -n 's/^@result seconds=//p' <<<"$loaded") s" >&3
  start_clients 1
  wait "$clients"
  call prepare base=shop owner=shop spares=1
  nothing_left
}
