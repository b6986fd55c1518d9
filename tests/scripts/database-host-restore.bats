#!/usr/bin/env bats
#
# Stories of the nightly restore, on a real PostgreSQL.
#
# shellcheck disable=SC2016,SC2154 # hostile names; some variables are of the helpers

load host
load postgres

setup_file() {
  start_postgres
  make_shop 2000
  dump shop.dump
  dump shop.folder --format=directory
}

teardown_file() {
  stop_postgres
}

setup() {
  make_base shop 1
  restore=(base=shop owner=shop dump=shop.dump)
}

teardown() {
  cut_lifeline 2>/dev/null || true
  jobs -p | xargs -r kill 2>/dev/null || true
  drop_all
  rm -f "$place"/dumps/bad* "$place"/dumps/*.sha256
}

@test "A custom dump becomes the base, with the app's tables, grants and the time of the dump" {
  call restore "${restore[@]}" "$(hook check 'SELECT count(*) = 2000 FROM sale')" "$(hook sanitize "UPDATE customer SET mail = 'x'")"
  last_line '@exit 0'
  [[ $(grep -E '^@step' <<<"$output" | paste -s -d ' ') == '@step fetch @step read @step restore @step check @step exchange' ]]
  says '@result tables=2'
  says "@result data_time=$(date -u -d "$(pg_restore --list "$place/dumps/shop.dump" | sed -n 's/^; Archive created at //p')" +%FT%TZ)"
  [[ $(databases) == base_shop ]]
  nothing_left
  run ! ask 'SELECT 1' base_shop
  call copy base=shop server=qa01 owner=shop
  [[ $(ask "SELECT count(*) FILTER (WHERE mail = 'x') FROM customer" copy_shop_qa01 shop) == 2000 ]]
  [[ $(ask "SELECT has_table_privilege('report', 'sale', 'SELECT'), tableowner FROM pg_tables WHERE tablename = 'sale'" copy_shop_qa01) == 't|shop' ]]
}

@test "A directory dump becomes the base" {
  call restore base=shop owner=shop dump=shop.folder jobs=2
  last_line '@exit 0'
}

@test "The first restore of a base needs none before it" {
  call restore base=first owner=shop dump=shop.dump
  last_line '@exit 0'
  [[ $(databases) == 'base_first base_shop' ]]
}

@test "A check SQL that is false, returns nothing, fails or writes refuses the dump" {
  local sql
  for sql in 'SELECT true FROM sale WHERE id < 0' 'SELECT nonsense' 'SELECT id < 2000 FROM sale' 'DELETE FROM sale RETURNING true'; do
    call restore "${restore[@]}" "$(hook check "$sql")"
    says '@error The check SQL of shop '
    last_line '@exit 1'
  done
  yesterday_serves
}

@test "A sanitize SQL that fails half-way refuses the dump" {
  call restore "${restore[@]}" "$(hook sanitize "UPDATE customer SET mail = 'x'; SELECT 1/0")"
  says '@error The sanitize SQL of shop failed: division by zero'
  yesterday_serves
}

@test "psql obeys no command in the SQL of check and sanitize" {
  local name
  for name in check sanitize; do
    call restore "${restore[@]}" "$(hook "$name" "SELECT true; \\! touch $BATS_TEST_TMPDIR/obeyed")"
    last_line '@exit 1'
  done
  [[ ! -e $BATS_TEST_TMPDIR/obeyed ]]
}

@test "Fewer tables or a smaller size than the floor allows refuse the dump, and a lower floor takes it" {
  ask "COMMENT ON DATABASE base_shop IS 'test server console: base of shop; data time 2026-11-01T01:00:00Z; restored 2026-11-01T02:00:00Z; tables 5; raw size 1000'"
  call restore "${restore[@]}" tables_floor=0.5
  says '@error The dump shop.dump has 2 tables, and the one before had 5: that is less than the floor of 0.5.'
  yesterday_serves
  ask "COMMENT ON DATABASE base_shop IS 'test server console: base of shop; data time 2026-11-01T01:00:00Z; restored 2026-11-01T02:00:00Z; tables 2; raw size 900000000000'"
  call restore "${restore[@]}" tables_floor=0.5
  says ' bytes, and the one before had 900000000000'
  call restore "${restore[@]}" tables_floor=0.4 size_floor=0
  last_line '@exit 0'
}

@test "Grants to a role that is not here are told and left out" {
  ask 'CREATE ROLE elsewhere' && ask 'GRANT SELECT ON customer TO elsewhere' live
  dump bad.dump
  ask 'REVOKE SELECT ON customer FROM elsewhere' live && ask 'DROP ROLE elsewhere'
  call restore base=shop owner=shop dump=bad.dump
  says 'Grants that could not be made are left out: could not execute query: '
  says 'role "elsewhere" does not exist'
  last_line '@exit 0'
}

@test "A second restore of a base is refused with since when, and copies go on meanwhile" {
  begin restore "${restore[@]}" "$(hook check 'SELECT pg_sleep(30) IS NOT NULL')"
  await_running pg_sleep
  call restore "${restore[@]}"
  [[ ${lines[1]} =~ ^@error\ The\ base\ shop\ is\ being\ restored\ since\ 20[0-9T:-]+Z\. ]]
  last_line '@exit 2'
  call copy base=shop server=qa01 owner=shop
  last_line '@exit 0'
  call sweep bases=shop
  says '@result dropped=0'
  cut_lifeline
  ended_with 143
  nothing_left
}
