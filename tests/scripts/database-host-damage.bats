#!/usr/bin/env bats
#
# Stories of a dump that is damaged in any place. With a checksum beside it
# every damage is refused. Without one, pg_restore's own reading finds every
# cut and all damage to compressed data; what it accepts has passed the
# checks, has all rows as they were, and the log has said that damage
# elsewhere (a name, a default) may not have been found.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell, with output and status of its own

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  start_postgres
  make_shop 500
  dump shop.dump
  sum_of customer live >"$place/customers"
  sum_of sale live >"$place/sales"
}

setup() {
  make_base shop 1
  size=$(stat -c %s "$place/dumps/shop.dump")
  bad=$place/dumps/bad.dump
}

teardown() {
  drop_all
  rm -f "$bad" "$bad.sha256"
}

@test "A dump that is cut at any of 20 places is refused before anything is touched" {
  local place_of
  for place_of in {0..19}; do
    head -c "$((size * place_of / 20 + 1))" "$place/dumps/shop.dump" >"$bad"
    call restore base=shop owner=shop dump=bad.dump
    refused_before_restore "$place_of"
  done
  yesterday_serves
}

refused_before_restore() {
  [[ $output == *'@error '*' is '* && $output != *'@step restore'* ]] || { echo "$1: $output" && return 1; }
  last_line '@exit 1'
}

@test "A byte flipped at any of 20 places is refused by the checksum that lies beside the dump" {
  local place_of
  sha256sum <"$place/dumps/shop.dump" >"$bad.sha256"
  for place_of in {0..19}; do
    flip "$((size * place_of / 20 + 7))"
    call restore base=shop owner=shop dump=bad.dump
    says '@error The dump bad.dump does not have the checksum that lies beside it'
    refused_before_restore "$place_of"
  done
  yesterday_serves
}

@test "Without a checksum, a byte flipped at any of 20 places is refused, or has changed no row" {
  local place_of accepted=0
  for place_of in {0..19}; do
    flip "$((size * place_of / 20 + 7))"
    call restore base=shop owner=shop dump=bad.dump "$(hook check 'SELECT count(*) = 500 FROM sale')"
    says 'No checksum lies beside bad.dump: '
    case ${lines[-1]} in
      '@exit 1') [[ $(databases) == base_shop && $(night_of_base) == 1 ]] || return 1 ;;
      '@exit 0')
        accepted=$((accepted + 1))
        call copy base=shop server=qa01 owner=shop
        [[ $(sum_of customer copy_shop_qa01) == "$(<"$place/customers")" ]]
        [[ $(sum_of sale copy_shop_qa01) == "$(<"$place/sales")" ]]
        drop_all && make_base shop 1
        ;;
      *) echo "$place_of: $output" && return 1 ;;
    esac
    nothing_left
  done
  echo "# $accepted of 20 were in places that nobody reads, or in a text" >&3
}

flip() {
  cp "$place/dumps/shop.dump" "$bad"
  printf '%b' "\\x$(printf %02x $(($(od -An -tu1 -j "$1" -N 1 "$bad") ^ 85)))" |
    dd of="$bad" bs=1 seek="$1" conv=notrunc status=none
}

sum_of() { ask "SELECT md5(string_agg(t::text, NULL ORDER BY id)) FROM $1 t" "$2"; }

# Yesterday's base is known by its data time.
night_of_base() {
  ask "SELECT substring(shobj_description(oid, 'pg_database') FROM '2026-11-0(.)T01')
         FROM pg_database WHERE datname = 'base_shop'"
}
