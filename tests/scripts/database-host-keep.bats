#!/usr/bin/env bats
#
# Stories of savepoints, on a real PostgreSQL: what a copy has is kept, spoilt and had again.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

me=console=0123456789ab

# A copy of qa01 that says 7 and is kept as savepoint 12; then it says 9.
keep_seven() {
  call copy base=shop server=qa01 owner=shop "$me"
  ask 'UPDATE night SET number = 7' copy_shop_qa01 shop
  call keep base=shop server=qa01 owner=shop number=12 'name=seven; with more' "$me"
  last_line '@exit 0'
  ask 'UPDATE night SET number = 9' copy_shop_qa01 shop
}

note_of() { ask "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$1'"; }

@test "What a copy has is kept, and is had again as often as one likes, by the twin that is made behind" {
  keep_seven
  says '@result method=file_copy'
  says '@result closed=0.'
  says '@result data_time=2026-11-01T01:00:00Z'
  [[ $(databases) == 'base_shop copy_shop_qa01 keep_shop_12' ]]
  note=$(note_of keep_shop_12)
  [[ $note == 'test server console: keep of shop; console 0123456789ab; data time '* ]]
  [[ $note == *'; server qa01; kept '*'; name seven, with more' ]]
  call back base=shop server=qa01 owner=shop number=12 "$me"
  says 'No twin of keep_shop_12 is ready'
  says '@result method=file_copy'
  [[ $(night_of copy_shop_qa01) == 7 ]]
  for number in 8 9; do
    ask "UPDATE night SET number = $number" copy_shop_qa01 shop
    call prepare base=shop owner=shop spares=0 "$me"
    says '@result twins=1'
    [[ $(databases) == 'base_shop copy_shop_qa01 keep_shop_12 twin_shop_12' ]]
    call back base=shop server=qa01 owner=shop number=12 "$me"
    says '@result method=twin'
    says '@result data_time=2026-11-01T01:00:00Z'
    [[ $(night_of copy_shop_qa01) == 7 ]]
  done
  [[ $(note_of copy_shop_qa01) == *'; method twin; savepoint 12' ]]
  call status
  says '@result copy.copy_shop_qa01.savepoint=12'
  says '@result keep.keep_shop_12.of=shop'
  call unkeep base=shop number=12 "$me"
  says '@result dropped=1'
  call unkeep base=shop number=12 "$me"
  says '@result dropped=0'
  [[ ! -e $place/host/locks/keep.shop.12 ]]
  call prepare base=shop owner=shop spares=0 "$me"
  [[ $(databases) == 'base_shop copy_shop_qa01' ]]
  nothing_left
}

@test "The locks of copies that nobody has touched for a year do not stay for ever" {
  keep_seven
  touch -d '400 days ago' "$place/host/locks/copy_shop_gone"
  call sweep bases=shop "$me"
  [[ ! -e $place/host/locks/copy_shop_gone && -e $place/host/locks/copy_shop_qa01 ]]
}

@test "A savepoint is put on another server, and the copy there keeps its grants and settings" {
  keep_seven
  call copy base=shop server=qa02 owner=shop "$me"
  ask "ALTER DATABASE copy_shop_qa02 SET work_mem TO '7MB'; REVOKE CONNECT ON DATABASE copy_shop_qa02 FROM PUBLIC;
       GRANT CONNECT ON DATABASE copy_shop_qa02 TO report" >/dev/null
  about="SELECT datdba::regrole, datacl, datconnlimit,
         (SELECT array_agg((setrole, setconfig)) FROM pg_db_role_setting WHERE setdatabase = d.oid)
    FROM pg_database d WHERE datname = 'copy_shop_qa02'"
  before=$(ask "$about")
  call prepare base=shop owner=shop spares=0 "$me"
  begin back base=shop server=qa01 owner=shop number=12 "$me"
  call back base=shop server=qa02 owner=shop number=12 "$me"
  last_line '@exit 0'
  ended_with 0
  [[ $(night_of copy_shop_qa01)$(night_of copy_shop_qa02) == 77 ]]
  [[ $(ask "$about") == "$before" ]]
  # The base's own settings no longer matter: it may be gone.
  drop_base
  ask 'UPDATE night SET number = 9' copy_shop_qa02 shop
  call back base=shop server=qa02 owner=shop number=12 "$me"
  last_line '@exit 0'
  [[ $(night_of copy_shop_qa02) == 7 ]]
}

@test "Another console's savepoint, one that is not there and one of that number are left alone, with the reason" {
  keep_seven
  call keep base=shop server=qa01 owner=shop number=12 name=again "$me"
  says 'There is a database keep_shop_12 on this database host already'
  call keep base=shop server=qa09 owner=shop number=13 name=none "$me"
  says 'There is no database copy_shop_qa09 on this database host.'
  call back base=shop server=qa01 owner=shop number=13 "$me"
  says 'There is no savepoint keep_shop_13'
  for verb in 'back server=qa01 owner=shop' 'unkeep'; do
    read -ra words <<<"$verb"
    call "${words[0]}" base=shop number=12 "${words[@]:1}" console=ba9876543210
    says 'of the console 0123456789ab, not of this one'
  done
  call unkeep base=shop number=12
  says 'The value console is missing'
  call sweep bases=shop console=ba9876543210
  call sweep bases=shop "$me"
  [[ $(databases) == 'base_shop copy_shop_qa01 keep_shop_12' && $(night_of copy_shop_qa01) == 9 ]]
}

@test "A keep that is cancelled, or killed, while it copies leaves the copy open and nothing else" {
  drop_base && make_base shop 1 150
  call copy base=shop server=qa01 owner=shop "$me"
  ask 'UPDATE night SET number = 9' copy_shop_qa01 shop
  begin keep base=shop server=qa01 owner=shop number=12 name=nine "$me"
  await_folder
  cut_lifeline
  ended_with 143
  nothing_left
  begin keep base=shop server=qa01 owner=shop number=12 name=nine "$me"
  await_folder
  kill -KILL "$begun"
  wait "$begun" || true
  await 40 is_tidy
  # What PostgreSQL had been told already it may have done to the end: then that is a whole one.
  if [[ $(databases) == *keep_shop_12 ]]; then
    call back base=shop server=qa01 owner=shop number=12 "$me"
    last_line '@exit 0'
    call unkeep base=shop number=12 "$me"
    last_line '@exit 0'
    await 40 is_tidy
  fi
  rm -f "$place"/host/locks/draft_* # as sweep does after a week
  nothing_left
  [[ $(databases) == 'base_shop copy_shop_qa01' && $(night_of copy_shop_qa01) == 9 ]]
  call keep base=shop server=qa01 owner=shop number=13 name=nine "$me"
  last_line '@exit 0'
}

# The second folder is that of the draft.
await_folder() { local started=$SECONDS && until has_lost_folder; do ((SECONDS < started + 20)) || return 1; done; }

is_tidy() {
  call sweep bases=shop "$me"
  drop_unmarked
  [[ $(databases) == 'base_shop copy_shop_qa01'?(' keep_shop_12') ]]
}

# A draft that has no comment yet may be another console's, and stays for a day.
drop_unmarked() {
  local draft
  draft=$(ask "SELECT datname FROM pg_database WHERE datname LIKE 'draft%'
    AND shobj_description(oid, 'pg_database') IS NULL")
  [[ -z $draft ]] || ask "DROP DATABASE $draft"
}

@test "What is kept while the app writes is whole, and its clients see nothing but the end of their sessions" {
  call copy base=shop server=qa01 owner=shop "$me"
  ask 'CREATE TABLE one (n int); CREATE TABLE two (n int)' copy_shop_qa01 shop
  for client in 1 2 3 4 5 6 7 8; do
    for ((n = 0; n < 400; n++)); do
      ask "BEGIN; INSERT INTO one VALUES ($client); INSERT INTO two VALUES ($client); COMMIT" copy_shop_qa01 shop
    done >"$BATS_TEST_TMPDIR/said.$client" 2>&1 3>&- 4>&- &
  done
  await 15 has_rows
  call keep base=shop server=qa01 owner=shop number=12 name=busy "$me"
  last_line '@exit 0'
  call back base=shop server=qa01 owner=shop number=12 "$me"
  last_line '@exit 0'
  await 5 has_rows
  [[ $(ask 'SELECT (SELECT count(*) FROM one) = (SELECT count(*) FROM two)' copy_shop_qa01 shop) == t ]]
  others='terminating connection|not currently accepting|server closed|before or while processing|connection to server'
  ! grep -hE 'ERROR|FATAL|PANIC' "$BATS_TEST_TMPDIR"/said.* | grep -vE "$others" || return 1
}

has_rows() { (($(ask 'SELECT count(*) FROM two' copy_shop_qa01 shop) > 16)); }

@test "Without room nothing is kept, and a twin that finds none is told and left out" {
  keep_seven
  ask "CREATE TABLE more AS SELECT repeat('x', 900) FROM generate_series(1, 20000)" copy_shop_qa01 shop
  sed -i 's/^disk_reserve=.*/disk_reserve=9000000000000000/' "$configuration"
  call keep base=shop server=qa01 owner=shop number=13 name=more "$me"
  says '@error There is not enough disk for a savepoint of copy_shop_qa01'
  call prepare base=shop owner=shop spares=0 "$me"
  says 'There is no room for a twin of keep_shop_12'
  last_line '@exit 0'
  sed -i 's/^disk_reserve=.*/disk_reserve=0/' "$configuration"
  nothing_left
  [[ $(databases) == 'base_shop copy_shop_qa01 keep_shop_12' ]]
}

@test "Going back that is killed at any moment leaves one of the two states, open and whole" {
  drop_base && make_base shop 1 150
  keep_seven
  # By a copy, in the middle of which nothing has been exchanged.
  begin back base=shop server=qa01 owner=shop number=12 "$me"
  await_folder
  kill -KILL "$begun"
  wait "$begun" || true
  await 40 is_settled
  [[ $(night_of copy_shop_qa01) == 9 ]]
  for pause in 0.03 0.06 0.1 0.15 0.2; do
    call prepare base=shop owner=shop spares=0 "$me"
    says '@result twins='
    begin back base=shop server=qa01 owner=shop number=12 "$me"
    sleep "$pause"
    kill -KILL "$begun" 2>/dev/null || true # it may have ended already
    wait "$begun" || true
    await 40 is_settled
    [[ $(night_of copy_shop_qa01) == [79] ]]
    ask 'UPDATE night SET number = 9' copy_shop_qa01 shop
  done
  call prepare base=shop owner=shop spares=0 "$me"
  call back base=shop server=qa01 owner=shop number=12 "$me"
  says '@result method=twin'
  [[ $(night_of copy_shop_qa01) == 7 ]]
}

is_settled() {
  call sweep bases=shop "$me"
  drop_unmarked
  call prepare base=shop owner=shop spares=0 "$me"
  rm -f "$place"/host/locks/draft_* # as sweep does after a week
  nothing_left >/dev/null && [[ $(databases) == 'base_shop copy_shop_qa01 keep_shop_12 twin_shop_12' ]]
}
