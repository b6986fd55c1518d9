#!/usr/bin/env bats
#
# Stories of copies and spares, on a real PostgreSQL.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

@test "The first copy is made of the base when no spare is ready, says so, and is the app's own" {
  call copy base=shop server=qa01 owner=shop
  says 'No spare of shop is ready'
  says '@result method=file_copy'
  says '@result data_time=2026-11-01T01:00:00Z'
  says '@result database=copy_shop_qa01'
  last_line '@exit 0'
  [[ $(night_of copy_shop_qa01) == 1 ]]
  [[ $(ask "SELECT datdba::regrole FROM pg_database WHERE datname = 'copy_shop_qa01'") == shop ]]
  nothing_left
}

@test "A ready spare takes the copy's place, and prepare drops the old one and makes the next" {
  call prepare base=shop owner=shop spares=1
  says '@result spares=1'
  call copy base=shop server=qa01 owner=shop
  ask 'UPDATE night SET number = 9' copy_shop_qa01
  call prepare base=shop owner=shop spares=1
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  [[ $(night_of copy_shop_qa01) == 1 ]]
  [[ $(databases) =~ ^base_shop\ copy_shop_qa01\ old_shop_[0-9]+$ ]]
  call prepare base=shop owner=shop spares=2
  says '@result spares=2'
  [[ $(databases) =~ ^base_shop\ copy_shop_qa01\ spare_shop_[0-9]+\ spare_shop_[0-9]+$ ]]
  nothing_left
}

@test "Spares are made at the lowest priority, by PostgreSQL too" {
  local backend holder
  mkdir -p "$place/host/locks"
  flock "$place/host/locks/base.shop" sleep 40 3>&- 4>&- &
  holder=$!
  begin prepare base=shop owner=shop spares=1
  await 15 prepares_at_lowest_priority
  pkill --parent "$holder"
  ended_with 0
  told '@result spares=1'
  run ! told 'keeps its priority'
}

prepares_at_lowest_priority() {
  backend=$(ask "SELECT pid FROM pg_stat_activity WHERE application_name ~ '^database-host'")
  [[ -n $backend && $(ps -o ni= -p "$backend" | tr -d ' ') == 19 ]]
}

@test "A copy keeps the grants, settings and connection limit of the one before" {
  call copy base=shop server=qa01 owner=shop
  ask "ALTER DATABASE copy_shop_qa01 SET search_path TO \"\$user\", \"od'd\", public"
  ask "ALTER DATABASE copy_shop_qa01 SET work_mem TO '7MB'"
  ask "ALTER ROLE shop IN DATABASE copy_shop_qa01 SET work_mem TO '9MB'"
  ask 'ALTER DATABASE copy_shop_qa01 CONNECTION LIMIT 7'
  ask 'REVOKE CONNECT ON DATABASE copy_shop_qa01 FROM PUBLIC; GRANT CONNECT ON DATABASE copy_shop_qa01 TO report'
  local about="SELECT datacl, datconnlimit,
         (SELECT array_agg((setrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid)
    FROM pg_database d WHERE datname = 'copy_shop_qa01'"
  local before
  before=$(ask "$about")
  call prepare base=shop owner=shop spares=1
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  [[ $(ask "$about") == "$before" ]]
}

@test "The order of grants and settings is the same by whichever plan PostgreSQL finds them" {
  local settings="SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase
    WHERE datname = 'copy_shop_qa01' AND setrole = 0" grants="SELECT datacl FROM pg_database
    WHERE datname = 'copy_shop_qa01'" before_settings before_grants without
  call copy base=shop server=qa01 owner=shop
  for name in wal_sender_timeout tcp_user_timeout enable_tidscan statement_timeout cpu_tuple_cost lock_timeout \
    jit_above_cost; do
    ask "ALTER DATABASE copy_shop_qa01 SET $name TO 1; CREATE ROLE $name"
    ask "GRANT CONNECT ON DATABASE copy_shop_qa01 TO $name"
  done
  before_settings=$(ask "$settings")
  before_grants=$(ask "$grants")
  for without in nestloop hashjoin mergejoin 'nestloop hashjoin' 'nestloop mergejoin' 'hashjoin mergejoin'; do
    for plan in $without; do
      ask "ALTER SYSTEM SET enable_$plan TO off"
    done
    ask 'SELECT pg_reload_conf()' >/dev/null
    call copy base=shop server=qa01 owner=shop
    echo "without $without: $(ask "$settings") $(ask "$grants")"
    [[ $(ask "$settings") == "$before_settings" && $(ask "$grants") == "$before_grants" ]]
    ask 'ALTER SYSTEM RESET ALL'
  done
}

@test "A setting that may not be carried over is told, and the load succeeds" {
  call copy base=shop server=qa01 owner=shop
  ask 'ALTER DATABASE copy_shop_qa01 SET log_min_duration_statement TO 10'
  call copy base=shop server=qa01 owner=shop
  says 'The setting log_min_duration_statement of copy_shop_qa01 could not be carried over'
  last_line '@exit 0'
}

@test "A copy is replaced while four clients hammer it, and they find the new one" {
  call copy base=shop server=qa01 owner=shop
  ask 'UPDATE night SET number = 9' copy_shop_qa01
  call prepare base=shop owner=shop spares=1
  for client in 1 2 3 4; do
    while night_of copy_shop_qa01; do :; done >"$BATS_TEST_TMPDIR/seen.$client" 2>&1 &
    ask 'SELECT pg_sleep(30)' copy_shop_qa01 shop >/dev/null 2>&1 &
  done
  await 5 grep -q 9 "$BATS_TEST_TMPDIR/seen.4"
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  [[ $(night_of copy_shop_qa01) == 1 ]]
  [[ $(ask "SELECT count(*) FROM pg_stat_activity WHERE datname ~ '^old_'") == 0 ]]
}

@test "A spare of a former base is not taken, and prepare drops it" {
  call prepare base=shop owner=shop spares=1
  ask 'ALTER DATABASE base_shop IS_TEMPLATE false' && ask 'DROP DATABASE base_shop'
  make_base shop 2
  call copy base=shop server=qa01 owner=shop
  says '@result method=file_copy'
  [[ $(night_of copy_shop_qa01) == 2 ]]
  call prepare base=shop owner=shop spares=0
  [[ $(databases) == 'base_shop copy_shop_qa01' ]]
}

@test "A session that was left on the base is ended, and the base is copied" {
  ask 'ALTER DATABASE base_shop ALLOW_CONNECTIONS true'
  ask 'SELECT pg_sleep(30)' base_shop shop >/dev/null 2>&1 &
  await 5 is_connected base_shop
  call copy base=shop server=qa01 owner=shop
  last_line '@exit 0'
  run ! is_connected base_shop
}

@test "Two copies that are loaded at once take a spare each" {
  call prepare base=shop owner=shop spares=2
  begin copy base=shop server=qa01 owner=shop
  call copy base=shop server=qa02 owner=shop
  says '@result method=spare'
  ended_with 0
  told '@result method=spare'
  [[ $(databases) == 'base_shop copy_shop_qa01 copy_shop_qa02' ]]
}

@test "Status tells bases, spares, copies and the disk" {
  call prepare base=shop owner=shop spares=1
  call copy base=shop server=qa01 owner=shop
  call status
  says '@result base.shop.data_time=2026-11-01T01:00:00Z'
  says '@result base.shop.spares=0'
  says '@result base.shop.method=file_copy'
  says '@result copy.copy_shop_qa01.data_time=2026-11-01T01:00:00Z'
  says '@result version='
  says '@result disk_free='
  says '@result clone='
}
