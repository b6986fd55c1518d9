#!/usr/bin/env bats
#
# Stories of fetching and reading a dump, before anything is touched.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  start_postgres
  make_shop 3000
  dump shop.dump
  dump shop.folder --format=directory
  dump shop.sql --format=plain
  dump shop.tar --format=tar
}

teardown_file() {
  end_by_file "$place/ssh/sshd.pid"
  stop_both
}

setup() {
  make_base shop 1
  restore=(base=shop owner=shop dump=shop.dump)
}

teardown() {
  end_begun
  rm -f "$place"/dumps/bad* "$place"/dumps/*.sha256
}

@test "A dump's clock is read in the zone of the machine that made it" {
  cp "$configuration" "$configuration.plain"
  echo 'dump_zone=Asia/Kolkata' >>"$configuration"
  call restore "${restore[@]}"
  mv "$configuration.plain" "$configuration"
  local clock
  clock=$(pg_restore --list "$place/dumps/shop.dump" | sed -nE 's/^; Archive created at ([0-9-]+ [0-9:]+).*/\1/p')
  says "@result data_time=$(date -u -d "TZ=\"Asia/Kolkata\" $clock" +%FT%TZ)"
  [[ $output != *'does not say its zone'* ]]
  call restore "${restore[@]}"
  says "A dump does not say its zone: its time is taken for one of this host's zone, "
}

@test "Plain SQL and tar are refused, never given to psql" {
  local name
  for name in shop.sql shop.tar; do
    call restore base=shop owner=shop dump=$name
    says "@error $name is not a custom or directory dump."
  done
  yesterday_serves
}

# A real one, of a table customer.
@test "A dump that PostgreSQL 18 has made says which programs it needs, and where they are named" {
  cp "$BATS_TEST_DIRNAME/dumps/of-18.dump" "$place/dumps/bad.dump"
  call restore base=shop owner=shop dump=bad.dump
  says '@error bad.dump was made by pg_dump 18.3 of PostgreSQL 18.3 (archive version 1.16), which pg_restore here, '
  says "Install PostgreSQL's client programs of version 18 or newer on this database host, name their folder in \
$configuration (bin=/usr/lib/postgresql/18/bin), and restore again. The base is as it was."
  yesterday_serves
}

@test "A dump that is cut anywhere is refused while yesterday's base serves" {
  local size part
  size=$(stat -c %s "$place/dumps/shop.dump")
  for part in 3 2000 $((size / 2)) $((size - 1)); do
    head -c "$part" "$place/dumps/shop.dump" >"$place/dumps/bad.dump"
    call restore base=shop owner=shop dump=bad.dump
    [[ $output == *'@error bad.dump is '* && $output != *'@step restore'* ]] || { echo "$part: $output" && return 1; }
    last_line '@exit 1'
  done
  yesterday_serves
}

@test "A flipped byte in the data is refused, and in any place when a checksum lies beside the dump" {
  local size at
  size=$(stat -c %s "$place/dumps/shop.dump")
  for at in $((size / 2)) $((size * 3 / 4)) 40; do
    cp "$place/dumps/shop.dump" "$place/dumps/bad.dump"
    sha256sum <"$place/dumps/bad.dump" >"$place/dumps/bad.dump.sha256"
    flip "$at"
    call restore base=shop owner=shop dump=bad.dump
    says '@error The dump bad.dump does not have the checksum that lies beside it'
  done
  flip "$((size / 2))"
  flip "$((size / 3))"
  rm "$place/dumps/bad.dump.sha256"
  call restore base=shop owner=shop dump=bad.dump
  says '@error bad.dump is cut or damaged'
  yesterday_serves
}

flip() {
  local bad=$place/dumps/bad.dump
  printf '%b' "\\x$(printf %02x $(($(od -An -tu1 -j "$1" -N 1 "$bad") ^ 85)))" |
    dd of="$bad" bs=1 seek="$1" conv=notrunc status=none
}

@test "Over sftp a fetch goes on where it was cut, and is checked" {
  start_backups
  sha256sum <"$place/dumps/shop.dump" >"$place/dumps/shop.dump.sha256"
  call restore base=shop owner=shop dump=nothing.dump
  says '@error There is no dump nothing.dump at backups.'
  call restore "${restore[@]}"
  says 'The checksum is right.'
  last_line '@exit 0'
  [[ $output != *'not found'* ]] || { echo "$output" && return 1; }
  local key size
  size=$(stat -c %s "$place/dumps/shop.dump")
  key=$size-$(date -d "@$(stat -c %Y "$place/dumps/shop.dump")" '+%b%-d-%H%M')
  mkdir -p "$place/host/dumps/shop/$key" "$place/host/dumps/shop/999-Jan1-0000"
  { head -c 20000 /dev/zero && tail -c +20001 "$place/dumps/shop.dump" | head -c 20000; } \
    >"$place/host/dumps/shop/$key/shop.dump"
  call restore "${restore[@]}"
  says 'does not have the checksum'
  nothing_left
  call restore base=shop owner=shop dump=shop.folder
  last_line '@exit 0'
  nothing_left
}

@test "A fetch that is cancelled keeps what has come, and only that of the newest dump" {
  start_backups
  truncate -s 2G "$place/dumps/bad.dump"
  mkdir -p "$place/host/dumps/shop/999-Jan1-0000"
  begin restore base=shop owner=shop dump=bad.dump
  await 10 has_come
  cut_lifeline
  ended_with 143
  [[ $(find "$place/host/dumps/shop" -mindepth 1 -type d | wc -l) == 1 ]]
  begin restore base=shop owner=shop dump=bad.dump
  await_told 'iB are here already'
  run ! told ' 0.0B are here already'
  cut_lifeline
  ended_with 143
  rm -r "$place/host/dumps/shop"
  nothing_left
}

has_come() { [[ -n $(find "$place/host/dumps" -name bad.dump -size +1M) ]]; }

# The dumps behind a key that may do nothing but read by sftp.
start_backups() {
  [[ ! -e $place/ssh/config ]] || return 0
  start_sshd "$place/ssh" "internal-sftp -R -d $place/dumps"
  echo 'Subsystem sftp internal-sftp' >>"$place/ssh/sshd.conf"
  cat >"$place/ssh/config" <<END
Host backups
  HostName 127.0.0.1
  Port ${ssh_to[5]}
  IdentityFile $place/ssh/key
  IdentitiesOnly yes
  UserKnownHostsFile $place/ssh/known
  StrictHostKeyChecking yes
END
  end_by_file "$place/ssh/sshd.pid"
  await 5 test ! -e "$place/ssh/sshd.pid"
  /usr/sbin/sshd -f "$place/ssh/sshd.conf" -E "$place/ssh/log" 3>&- 4>&-
  await 5 test -s "$place/ssh/sshd.pid"
  sed -i "s|^backups=.*|backups=backups\nssh_config=$place/ssh/config|" "$configuration"
}

@test "A check tells that dumps cannot be fetched, and waits for no host that is silent" {
  start_backups
  call check owners=shop
  last_line '@exit 0'
  [[ $output != *'@result fault.'* ]] || { echo "$output" && return 1; }
  cp "$place/ssh/known" "$place/ssh/known.right"
  sed -i 's/ .*/ '"$(cut -d ' ' -f 1,2 "$place/ssh/key.pub" | sed 's|/|\\/|g')"'/' "$place/ssh/known"
  call check owners=shop
  mv "$place/ssh/known.right" "$place/ssh/known"
  last_line '@exit 0'
  says '=The backups at backups cannot be reached by sftp: Host key verification failed.'
  cp "$place/ssh/config" "$place/ssh/config.right"
  echo '  ProxyCommand sleep 120' >>"$place/ssh/config"
  SECONDS=0
  call check owners=shop
  mv "$place/ssh/config.right" "$place/ssh/config"
  last_line '@exit 0'
  says '=The backups at backups cannot be reached by sftp: it did not answer within 10 s.'
  ((SECONDS < 20))
  cp "$configuration" "$configuration.sftp"
  sed -i "s|^backups=.*|backups=$place/none|" "$configuration"
  call check owners=shop
  mv "$configuration.sftp" "$configuration"
  says "=The backups folder $place/none is not there, or may not be read by $(id -un)."
}

@test "Names of dumps that lead elsewhere, and values out of range, are refused" {
  local bad
  for bad in dump= dump=../x dump=a/../../x dump=/etc/passwd dump=-x 'dump=a b' 'dump=a;b' 'dump=a"b' dump=a/ jobs=0 \
    jobs=x jobs=100 tables_floor=1.1 size_floor=-1 extra=1; do
    call restore base=shop owner=shop "$([[ $bad == dump=* ]] && echo jobs=1 || echo dump=shop.dump)" "$bad"
    last_line '@exit 2' || { echo "$bad: $output" && return 1; }
  done
}
