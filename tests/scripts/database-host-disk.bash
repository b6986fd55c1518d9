#!/usr/bin/env bash
#
# A small disk of the test's own for PostgreSQL's data: a tmpfs in a mount
# namespace that needs no root. PostgreSQL and the program run in there; from
# outside the disk is seen at $data. The write-ahead log lies elsewhere, as
# it would stop PostgreSQL itself when it finds no room.

# start_small_disk SIZE: false where the machine does not allow it; $place/refused says why.
start_small_disk() {
  mkdir -p "$place/data" "$place/wal"
  unshare --user --map-current-user --keep-caps --mount bash "$BATS_TEST_DIRNAME/database-host-disk.mount" "$place" \
    "$1" 2>"$place/refused" 3>&- 4>&- &
  echo "$!" >"$place/holder"
  await 5 test -s "$place/mounted" && enter_small_disk
}

end_small_disk() { end_by_file "$place/holder"; }

enter_small_disk() {
  data=/proc/$(<"$place/holder")/root$place/data
  there=(nsenter --target "$(<"$place/holder")" --user --mount --preserve-credentials --)
  program=$place/program
}

start_postgres_there() {
  printf '#!/bin/sh\nexec %s %s "$@"\n' "${there[*]}" "$scripts/database-host/database-host" >"$program"
  chmod +x "$program"
  make_cluster
  mv "$data/pg_wal" "$place/wal"
  ln -s "$place/wal/pg_wal" "$data/pg_wal"
  start_postgres
}

# leave_free MEGABYTES of the small disk, and give it all back.
leave_free() {
  local free
  free=$("${there[@]}" df --output=avail --block-size=1M "$place/data" | tail -n 1)
  fallocate --length "$((free - $1))M" "$data/filling"
}

give_back() { rm -f "$data/filling" "$data/filling.rest"; }
