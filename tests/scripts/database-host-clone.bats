#!/usr/bin/env bats
#
# Stories of PostgreSQL 18, which clones a base where the file system can:
# on XFS it does, on ext4 it accepts the setting and copies silently.
# CONSOLE_TEST_XFS is a folder on a file system with reflinks (as root,
# database-host-disks makes one); CONSOLE_POSTGRES_18 another PostgreSQL 18.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  server_bin=$("$scripts/dev/postgres-18/install" 2>"$BATS_FILE_TMPDIR/refused") || return 0
  echo "$server_bin" >"$BATS_FILE_TMPDIR/server_bin"
}

setup() {
  [[ -s $BATS_FILE_TMPDIR/server_bin ]] ||
    skip "There is no PostgreSQL 18: $(tr -s '\n' ' ' <"$BATS_FILE_TMPDIR/refused")"
  server_bin=$(<"$BATS_FILE_TMPDIR/server_bin") live_host=$BATS_FILE_TMPDIR/live/socket
}

teardown() {
  [[ ! -d $data ]] || stop_both
  [[ -z ${CONSOLE_TEST_XFS-} ]] || rm -rf "$CONSOLE_TEST_XFS/stories"
}

# begin_18 FOLDER: the cluster and the base in a folder of the file system in question.
begin_18() {
  place=$1 data=$1/data configuration=$1/database-host.conf
  export PGHOST=$1/socket
  start_postgres
  make_base shop 1 200
}

on_xfs() {
  local how='start the tests as root by database-host-disks, or name a folder on one in CONSOLE_TEST_XFS.'
  [[ -n ${CONSOLE_TEST_XFS-} ]] ||
    skip "There is no file system with reflinks: ${CONSOLE_TEST_NO_XFS:-$how}"
  begin_18 "$CONSOLE_TEST_XFS/stories"
}

blocks_used() { df --output=used --block-size=1M "$data" | tail -n 1; }

@test "On XFS, PostgreSQL 18 clones spares and copies, says so, and takes no disk for them" {
  on_xfs
  local before
  before=$(blocks_used)
  call prepare base=shop owner=shop spares=2
  says '@result method=clone'
  echo "# a spare of 200 MB by clone: $(sed -n 's/^@result seconds=//p' <<<"$output" | paste -s -d ' ') s" >&3
  (($(blocks_used) - before < 60))
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  call prepare base=shop owner=shop spares=0
  call copy base=shop server=qa02 owner=shop
  says 'No spare of shop is ready'
  says '@result method=clone'
  [[ $(night_of copy_shop_qa01)$(night_of copy_shop_qa02) == 11 ]]
  call status
  says '@result clone=true'
  says '@result base.shop.method=clone'
}

@test "On XFS, PostgreSQL 15 cannot clone, and is not said to" {
  server_bin=$client_bin
  [[ $("$server_bin/postgres" --version) =~ \ 1[0-7]\. ]] || skip "The clients' PostgreSQL is not older than 18."
  on_xfs
  call copy base=shop server=qa01 owner=shop
  says '@result method=file_copy'
  call status
  says '@result clone=false'
  sed -i 's/^disk_reserve=.*/disk_reserve=99999999999999/' "$configuration"
  call copy base=shop server=qa01 owner=shop
  says '@error There is not enough disk for a copy of shop'
}

@test "Without reflinks PostgreSQL 18 accepts the setting and copies, and this is found out" {
  ! cp --reflink=always "$BATS_FILE_TMPDIR/server_bin" "$BATS_TEST_TMPDIR/probe" 2>/dev/null ||
    skip "The folder of the tests, $BATS_FILE_TMPDIR, clones files."
  begin_18 "$BATS_FILE_TMPDIR/plain"
  [[ $(ask 'SET file_copy_method = clone; SHOW file_copy_method') == clone ]]
  call prepare base=shop owner=shop spares=1
  says '@result method=file_copy'
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  call copy base=shop server=qa02 owner=shop
  says '@result method=file_copy'
  call status
  says '@result clone=false'
}

@test "A dump made by 15 becomes a base on 18, is copied and serves" {
  begin_18 "${CONSOLE_TEST_XFS:-$BATS_FILE_TMPDIR}/stories"
  make_shop 500
  dump shop.dump
  call restore base=shop owner=shop dump=shop.dump tables_floor=0 size_floor=0 \
    "$(hook check 'SELECT count(*) = 500 FROM sale')"
  last_line '@exit 0'
  call prepare base=shop owner=shop spares=1
  call copy base=shop server=qa01 owner=shop
  [[ $(ask 'SELECT count(*) FROM sale' copy_shop_qa01 shop) == 500 ]]
  call prepare base=shop owner=shop spares=0
  nothing_left
}
