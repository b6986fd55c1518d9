#!/usr/bin/env bats
#
# Stories of a disk that fills up half-way, on a small disk of the test's own.
# data_directory is left out of the configuration, so that the room is not
# checked before and PostgreSQL itself finds the disk full.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"
source "$BATS_TEST_DIRNAME/database-host-disk.bash"

setup_file() {
  start_small_disk 340M || return 0
  start_postgres_there
  sed -i '/^data_directory=/d' "$configuration"
  make_shop 1000
  dump shop.dump
  ask "CREATE TABLE big AS SELECT g AS id, md5(g::text) AS text FROM generate_series(1, 900000) g" live shop
  dump big.dump
  at_live ask 'DROP DATABASE live' && ask 'CHECKPOINT'
}

teardown_file() {
  [[ ! -s $place/mounted ]] || { enter_small_disk && stop_both; }
  end_small_disk
}

setup() {
  [[ -s $place/mounted ]] ||
    skip "This machine lets no ordinary user mount a tmpfs of his own: $(head -n 1 "$place/refused")"
  enter_small_disk
  make_base shop 1 60
}

teardown() {
  [[ -s $place/mounted ]] || return 0
  give_back
  drop_all
}

@test "A disk that is full in the middle of a copy fails it with the reason, and the old copy serves on" {
  call copy base=shop server=qa01 owner=shop
  ask 'UPDATE night SET number = 9' copy_shop_qa01
  local folders
  folders=$(list_folders)
  leave_free 25
  call copy base=shop server=qa01 owner=shop
  says '@error The base shop could not be copied: '
  says 'No space left on device'
  last_line '@exit 1'
  nothing_left
  [[ $(night_of copy_shop_qa01) == 9 && $(list_folders) == "$folders" ]]
  call prepare base=shop owner=shop spares=1
  says 'No space left on device'
  nothing_left
  [[ $(list_folders) == "$folders" ]]
  give_back
  call copy base=shop server=qa01 owner=shop
  last_line '@exit 0'
  [[ $(night_of copy_shop_qa01) == 1 ]]
}

list_folders() { ls -- "$data/base"; }

@test "A disk that is full in the middle of a restore fails it with the reason, and yesterday's base serves on" {
  local folders
  folders=$(list_folders)
  leave_free 45
  call restore base=shop owner=shop dump=big.dump
  says '@step restore'
  says 'No space left on device'
  says 'The base is as it was.'
  [[ $(list_folders) == "$folders" ]]
  give_back
  yesterday_serves
  call restore base=shop owner=shop dump=big.dump size_floor=0
  last_line '@exit 0'
}

@test "A restore that has left no byte free ends with its draft dropped, and PostgreSQL runs on" {
  # Each byte that the restore leaves is taken before the draft is dropped: on another disk a log may do that.
  mkdir "$place/few"
  ln -s "$client_bin"/* "$place/few"
  rm "$place/few/pg_restore"
  cat >"$place/few/pg_restore" <<END
#!/bin/sh
'$client_bin/pg_restore' "\$@" && exit
dd if=/dev/zero of='$place/data/filling.rest' bs=4096 2>/dev/null
exit 1
END
  chmod +x "$place/few/pg_restore"
  leave_free 45
  sed -i "s|^bin=.*|bin=$place/few|" "$configuration"
  call restore base=shop owner=shop dump=big.dump
  sed -i "s|^bin=.*|bin=$client_bin|" "$configuration"
  says 'No space left on device'
  says 'The base is as it was.'
  [[ $output != *'left for sweep'* && $output != *'does not answer'* ]] || { echo "$output" && return 1; }
  if grep -E 'PANIC|all server processes terminated' "$place/postgres.log"; then return 1; fi
  nothing_left
  give_back
  yesterday_serves
}

@test "A dump that does not fit is refused before it is fetched, with both figures" {
  truncate -s 2G "$place/dumps/large.dump"
  "${there[@]}" mkdir -p "$place/data/host"
  sed -i "s|^folder=.*|folder=$place/data/host|" "$configuration"
  call restore base=shop owner=shop dump=large.dump
  sed -i "s|^folder=.*|folder=$place/host|" "$configuration"
  grep -qE '^@error There is not enough disk for the dump large[.]dump: it needs 2[.]0GiB, and [0-9.]+MiB are free' \
    <<<"$output"
  rm "$place/dumps/large.dump"
  yesterday_serves
}

@test "A disk that is full in the middle of a keep fails it with the reason, and the copy serves on" {
  local folders me=console=0123456789ab
  call copy base=shop server=qa01 owner=shop "$me"
  ask 'UPDATE night SET number = 9' copy_shop_qa01
  folders=$(list_folders)
  leave_free 25
  call keep base=shop server=qa01 owner=shop number=12 name=full "$me"
  says '@error copy_shop_qa01 could not be kept: '
  says 'No space left on device'
  nothing_left
  [[ $(night_of copy_shop_qa01) == 9 && $(list_folders) == "$folders" ]]
}
