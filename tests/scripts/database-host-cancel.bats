#!/usr/bin/env bats
#
# Stories of cancelling, in each step of a copy and of a restore: the fetch of
# a dump is cancelled in database-host-dumps.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"
source "$BATS_TEST_DIRNAME/halfway.bash"

setup_file() { start_with_dumps; }

teardown() {
  let_copying_end
  end_begun
  find "$place/host/dumps" -mindepth 1 -delete
}

@test "A load that is cancelled while it copies leaves nothing, and the old copy serves on" {
  call copy base=shop server=qa01 owner=shop
  ask 'UPDATE night SET number = 9' copy_shop_qa01
  drop_base && make_base shop 1 150
  lock_copying
  begin copy base=shop server=qa01 owner=shop
  halt_copying
  cut_lifeline
  resume_copying
  ended_with 143
  nothing_left
  [[ $(night_of copy_shop_qa01) == 9 ]]
  ! has_lost_folder || return 1
  next_one_works
}

@test "A load that is cancelled after the old copy's door was closed opens it again" {
  call prepare base=shop owner=shop spares=1
  call copy base=shop server=qa01 owner=shop
  call prepare base=shop owner=shop spares=1
  ask 'UPDATE night SET number = 9' copy_shop_qa01
  spare=$(databases | grep -o 'spare_[a-z0-9_]*')
  ask "BEGIN; COMMENT ON DATABASE $spare IS 'held'; SELECT pg_sleep(30)" >/dev/null 2>&1 &
  await 5 is_sleeping
  begin copy base=shop server=qa01 owner=shop
  await 10 is_closed copy_shop_qa01
  cut_lifeline
  ended_with 143
  ask "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'held'
         AND pid <> pg_backend_pid()" >/dev/null
  nothing_left
  [[ $(night_of copy_shop_qa01) == 9 ]]
}

is_sleeping() { [[ $(ask "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") != 0 ]]; }
is_closed() { [[ $(ask "SELECT datallowconn FROM pg_database WHERE datname = '$1'") == f ]]; }

@test "A restore that is cancelled in any step leaves yesterday's base and nothing else" {
  slow_reading
  begin restore base=shop owner=shop dump=shop.dump
  await 15 is_reading
  cut_and_look
  mv "$configuration.quick" "$configuration"
  run ! is_reading
  begin restore base=shop owner=shop dump=slow.dump
  await_running 'COPY .*sale'
  cut_and_look
  begin restore base=shop owner=shop dump=shop.dump "$(hook check 'SELECT pg_sleep(30) IS NOT NULL')"
  await_running pg_sleep
  cut_and_look
  begin restore base=shop owner=shop dump=shop.dump \
    "$(hook sanitize "UPDATE customer SET mail = 'x'; SELECT pg_sleep(30)")"
  await_running pg_sleep
  cut_and_look
  exec {copying}>"$place/host/locks/base.shop"
  flock -s "$copying"
  begin restore base=shop owner=shop dump=shop.dump
  await_told '@step exchange'
  await 5 is_sealed
  cut_and_look
  exec {copying}>&-
  call restore base=shop owner=shop dump=shop.dump
  last_line '@exit 0'
}

# A pg_restore that takes long to read a dump.
slow_reading() {
  mkdir "$place/slow"
  ln -s "$client_bin"/* "$place/slow"
  rm "$place/slow/pg_restore"
  printf '#!/bin/sh\ncase "$*" in *--file=/dev/null*) %s ;; esac\nexec %s/pg_restore "$@"\n' "$nap" "$client_bin" \
    >"$place/slow/pg_restore"
  chmod +x "$place/slow/pg_restore"
  cp "$configuration" "$configuration.quick"
  sed -i "s|^bin=.*|bin=$place/slow|" "$configuration"
}

is_reading() { pgrep --full "^$nap\$" >/dev/null; }

cut_and_look() {
  cut_lifeline
  ended_with 143
  nothing_left
  [[ $(databases) == base_shop ]]
}

is_sealed() { [[ $(ask "SELECT datallowconn FROM pg_database WHERE datname ~ '^draft_'") == f ]]; }
