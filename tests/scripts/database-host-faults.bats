#!/usr/bin/env bats
#
# Stories of what stops half-way: PostgreSQL, or the program by a kill.
# Each time the old data serves on, nothing is left over, and the next one
# works.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() { start_with_dumps; }

teardown() {
  end_begun
  find "$place/host/dumps" -mindepth 1 -delete
}

@test "PostgreSQL that stops during a copy is told, and after its start sweep names the folder it has left" {
  drop_base && make_base shop 1 150
  call copy base=shop server=qa01 owner=shop
  begin copy base=shop server=qa01 owner=shop
  await 10 has_lost_folder
  stop_postgres immediate
  ended_with 1
  told '@error The base shop could not be copied: '
  run ! told '@result reached='
  run_postgres
  nothing_left
  find "$data/base" -maxdepth 1 -name '1?????????' -exec touch -d '2 hours ago' {} +
  call sweep bases=shop
  ! has_lost_folder || says "is no database's: a crash of PostgreSQL has left it."
  [[ $(night_of copy_shop_qa01) == 1 ]]
  next_one_works
}

@test "PostgreSQL that stops during a restore leaves a draft that sweep drops" {
  begin restore base=shop owner=shop dump=shop.dump "$(hook check 'SELECT pg_sleep(30) IS NOT NULL')"
  await_running pg_sleep
  stop_postgres immediate
  ended_with 1
  told '@error The check SQL of shop failed: '
  run_postgres
  call sweep bases=shop
  says '@result dropped=1'
  nothing_left
  next_one_works
}

@test "PostgreSQL that is killed in the middle of a restore leaves yesterday's base, and a draft that sweep drops" {
  begin restore base=shop owner=shop dump=slow.dump
  await_running 'COPY .*sale'
  kill -KILL "$(head -n 1 "$data/postmaster.pid")"
  ended_with 1
  told '@error slow.dump could not be restored: '
  await 15 runs_again
  call sweep bases=shop
  says '@result dropped=1'
  nothing_left
  [[ $(databases) == base_shop ]]
  next_one_works
  call restore base=shop owner=shop dump=shop.dump
  last_line '@exit 0'
}

# Nothing starts while a backend of the killed one has not noticed yet.
runs_again() { run_postgres >/dev/null 2>&1; }

@test "PostgreSQL that is not there is told by every verb" {
  local more
  stop_postgres fast
  for more in only_spare=true only_spare=false; do
    call copy base=shop server=qa01 owner=shop "$more"
    says '@result reached=false'
    says '@error copy_shop_qa01 could not be loaded: connection to server on socket'
  done
  call copy base=shop server=qa01 owner=shop night=2026-01-01T00:00:00Z
  says '@result reached=false'
  call status
  says '@error PostgreSQL on this database host does not answer: connection to server on socket'
  last_line '@exit 1'
}

@test "What a killed run has left is ended and dropped by sweep" {
  begin restore base=shop owner=shop dump=shop.dump "$(hook check 'SELECT pg_sleep(30) IS NOT NULL')"
  await_running pg_sleep
  call sweep bases=shop
  says '@result dropped=0'
  kill -KILL "$begun"
  wait "$begun" || true
  call sweep bases=shop
  says 'processes of runs that nobody supervised any more.'
  says '@result dropped=1'
  rm -r "$place/host/dumps/shop"
  nothing_left
  next_one_works
}

@test "Sweep drops what is the console's and dead, and opens a closed copy; a copy stays, whatever servers are named" {
  call copy base=shop server=qa01 owner=shop
  call copy base=shop server=qa.gone owner=shop
  call prepare base=shop owner=shop spares=1
  drop_base && make_base shop 2
  ask 'CREATE DATABASE draft_shop_17000000000000001234 OWNER shop' &&
    ask 'CREATE DATABASE draft_shop_17000000000000001235' && ask 'CREATE DATABASE draft_shop_2025 OWNER shop' &&
    ask 'CREATE DATABASE draft_shop_x OWNER shop'
  ask 'CREATE DATABASE copy_shop_qa77 OWNER shop'
  ask 'ALTER DATABASE copy_shop_qa01 ALLOW_CONNECTIONS false'
  call sweep bases=wiki servers=qa09
  says '@result dropped=0'
  call sweep bases=shop 'servers=qa01 qa02'
  says '@result dropped=2'
  local copies='copy_shop_qa.gone copy_shop_qa01 copy_shop_qa77'
  [[ $(databases) == "base_shop $copies draft_shop_17000000000000001235 draft_shop_2025 draft_shop_x" ]]
  [[ $(night_of copy_shop_qa01) == 1 ]]
}
