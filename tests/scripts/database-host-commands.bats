#!/usr/bin/env bats
#
# Stories of this host's own programs that fail: there is a sentence with
# what failed, on which path, whose it is, and what helps; what only tidies
# up stops nobody.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  start_postgres
  make_shop 200
  dump shop.dump
  sha256sum <"$place/dumps/shop.dump" >"$place/dumps/shop.dump.sha256"
  cp "$configuration" "$configuration.good"
}

setup() {
  make_base shop 1
  restore=(base=shop owner=shop dump=shop.dump)
}

teardown() {
  cp "$configuration.good" "$configuration"
  chmod -R u+rwX "$place/host" "$place/dumps" 2>/dev/null || true
  drop_all
  rm -rf "$place/host/dumps" "$place"/host/run.* "$place"/host/locks/draft_*
}

# break_command NAME HOW: the program finds another NAME before the real one, and was_called tells whether it has.
break_command() {
  rm -rf "$place/broken" "$place/called"
  mkdir "$place/broken"
  ln -s "$client_bin"/* "$place/broken"
  rm -f "$place/broken/$1"
  {
    printf '#!/bin/bash\n: >"%s"\n' "$place/called"
    case $2 in
      says)
        printf 'echo "%s: cannot do it to '\''%s'\'': Permission denied" >&2; exit 1\n' "$1" "$place/host/some file"
        ;;
      silent) echo 'exit 3' ;;
      killed) echo "kill -KILL \$\$" ;;
    esac
  } >"$place/broken/$1"
  chmod +x "$place/broken/$1"
  sed "s|^bin=.*|bin=$place/broken|" "$configuration.good" >"$configuration"
}

was_called() { [[ -e $place/called ]]; }

# Done, or one sentence that is not the last resort.
has_a_sentence() {
  [[ ${lines[-1]} == '@exit 0' || ${lines[-1]} == '@exit 1' ]] || return 1
  [[ ${lines[-1]} == '@exit 0' ]] || grep -qE '^@error .{20}' <<<"$output" || return 1
  ! grep -qE '^@error .*ended without a reason' <<<"$output"
}

@test "Whatever program of this host fails, however, a restore ends with a sentence and the base serves" {
  local name how tried=0
  for name in mkdir cp find rm stat du realpath head sha256sum sed grep awk sort cut tr cat date perl id psql \
    pg_restore vacuumdb; do
    for how in says silent killed; do
      break_command "$name" "$how"
      call restore "${restore[@]}"
      has_a_sentence || { echo "$name $how: $output" && return 1; }
      was_called || break
      tried=$((tried + 1))
      cp "$configuration.good" "$configuration"
      [[ $(databases) == base_shop ]] || call sweep bases=shop
      [[ $(databases) == base_shop ]] || { echo "$name $how: $(databases)" && return 1; }
    done
  done
  ((tried >= 45))
}

@test "Whatever program of this host fails, the other verbs end with a sentence" {
  local name
  for name in mkdir find rm stat df du head sed grep cat perl id psql; do
    break_command "$name" says
    for verb in status 'copy base=shop server=qa01 owner=shop' 'prepare base=shop owner=shop spares=1' sweep \
      'gone base=shop server=qa01 since= console=0123456789ab' 'drop base=shop server=qa01'; do
      # shellcheck disable=SC2086 # words
      call $verb
      has_a_sentence || { echo "$name, $verb: $output" && return 1; }
    done
  done
  cp "$configuration.good" "$configuration"
  call sweep bases=shop
  rm -f "$place"/host/locks/draft_*
  nothing_left
}

@test "The sentence has the path, its owner, who we are and the remedy" {
  break_command cp says
  call restore "${restore[@]}"
  says "@error The dump shop.dump could not be copied from $place/dumps:" \
    "cp: cannot do it to '$place/host/some file': Permission denied. $place/host belongs to $(id -un) (drwx"
  says "and this runs as $(id -un). Open it: chmod -R u+rwX -- $place/host."
  break_command cp killed
  call restore "${restore[@]}"
  says 'cp ended with the status 137 and gave no reason. The signal KILL ended it'
}

@test "Programs of PostgreSQL that are not there are named, with what to install" {
  local name
  for name in psql pg_restore vacuumdb; do
    rm -rf "$place/few"
    mkdir "$place/few"
    ln -s /usr/bin/* "$place/few"
    ln -sf "$client_bin"/* "$place/few"
    rm "$place/few/$name"
    sed "s|^bin=.*|bin=$place/few|" "$configuration.good" >"$configuration"
    PATH=$place/few call restore "${restore[@]}"
    says "@error There is no $name on this database host, neither in $place/few (bin in the configuration)" \
      "nor in PATH. Install PostgreSQL's client programs, or correct bin."
  done
}

@test "A folder, lock or dump that may not be written or read is named, and yesterday's base serves" {
  chmod 500 "$place/host/locks"
  rm -f "$place/host/locks"/*.new
  call restore base=other owner=shop dump=shop.dump
  says "@error The lock restore.other cannot be taken: $place/host/locks/restore.other: Permission denied." \
    "$place/host/locks belongs to"
  says "(dr-x"
  says "and this runs as $(id -un). Open it: chmod -R u+rwX -- $place/host/locks."
  chmod 700 "$place/host/locks"
  mkdir -p "$place/host/dumps"
  chmod 500 "$place/host/dumps"
  call restore "${restore[@]}"
  says '@error The dump shop.dump has no place here: mkdir: cannot create directory '
  chmod 700 "$place/host/dumps"
  chmod 000 "$place/dumps/shop.dump"
  call restore "${restore[@]}"
  says "@error The dump shop.dump in $place/dumps may not be read by $(id -un)."
  chmod 600 "$place/dumps/shop.dump"
  yesterday_serves
}

@test "What cannot be tidied up is told, and stops neither this restore nor the next" {
  mkdir -p "$place/host/dumps/shop/999-1/locked" "$place/host/run.1.1/locked"
  touch "$place/host/dumps/shop/999-1/locked/file" "$place/host/run.1.1/locked/file" "$place/host/run.1.1/in-use"
  chmod 500 "$place/host/dumps/shop/999-1/locked" "$place/host/run.1.1/locked"
  call restore "${restore[@]}"
  last_line '@exit 0'
  says "Dumps of shop that were fetched before are left lying: "
  says 'locked/file'
  says 'Permission denied. '
  mkdir -p "$place/host/dumps/old"
  touch -d '3 days ago' "$place/host/dumps/old" "$place/host/locks/restore.old"
  chmod 400 "$place/host/locks/restore.old"
  call sweep bases=shop
  last_line '@exit 0'
  says 'What a killed run has left stays: '
  says 'The lock restore.old cannot be taken: '
  call restore "${restore[@]}"
  last_line '@exit 0'
  call status
  last_line '@exit 0'
}
