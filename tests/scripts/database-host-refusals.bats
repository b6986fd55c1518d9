#!/usr/bin/env bats
#
# Stories of what database-host refuses, and what it leaves alone.
#
# shellcheck disable=SC2016 # names that must stay what they are

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

@test "A superuser's session refuses the load with a clear sentence, and the old copy serves on" {
  call copy base=shop server=qa01 owner=shop
  ask 'UPDATE night SET number = 9' copy_shop_qa01
  call prepare base=shop owner=shop spares=1
  ask 'SELECT pg_sleep(30)' copy_shop_qa01 >/dev/null 2>&1 &
  await 5 is_connected copy_shop_qa01
  call copy base=shop server=qa01 owner=shop
  says '@error copy_shop_qa01 could not be loaded: A session of the superuser postgres (process '
  last_line '@exit 1'
  [[ $(night_of copy_shop_qa01) == 9 ]]
  [[ $(databases) =~ ^base_shop\ copy_shop_qa01\ spare_shop_[0-9]+$ ]]
  nothing_left
}

@test "A database without the console's comment is neither replaced nor dropped" {
  ask 'CREATE DATABASE copy_shop_qa01 OWNER shop' && ask 'CREATE DATABASE spare_shop_1 OWNER shop' &&
    ask 'CREATE DATABASE old_shop_1 OWNER shop'
  call copy base=shop server=qa01 owner=shop
  says 'is not a copy of shop made by the console'
  last_line '@exit 1'
  call drop base=shop server=qa01
  last_line '@exit 1'
  call prepare base=shop owner=shop spares=0
  call sweep bases=shop servers=qa09
  says '@result dropped=0'
  [[ $(databases) == 'base_shop copy_shop_qa01 old_shop_1 spare_shop_1' ]]
  ask "COMMENT ON DATABASE base_shop IS 'mine'"
  call copy base=shop server=qa02 owner=shop
  says "The database base_shop is not the console's own"
}

@test "Names that mean something else are refused before anything starts" {
  local name
  for name in '' Shop 1shop postgres=1 'shop;drop' '-shop' 'a=b' 'postgres://x' '../x' 'shop"' "shop'" 'shop shop' \
    template1x_____________; do
    call copy "base=$name" server=qa01 owner=shop
    last_line '@exit 2'
  done
  for name in '' '-qa01' 'qa 01' 'qa01;x' 'qa/01' 'x=y' 'qa"01' "qa'01" '$(id)'; do
    call copy base=shop "server=$name" owner=shop
    last_line '@exit 2'
  done
  for name in '' postgres pg_monitor none public 'shop,console' 'sh op' 'SHOP'; do
    call copy base=shop server=qa01 "owner=$name"
    last_line '@exit 2'
  done
  call copy base=postgres server=qa01 owner=shop
  says 'There is no base postgres'
  [[ $(databases) == base_shop ]]
}

@test "A role that is not the console's to give is refused with what to do" {
  call copy base=shop server=qa01 owner=report
  says 'The role console is not a member of report. GRANT it.'
  call copy base=shop server=qa01 owner=nobody
  says 'There is no role nobody on this database host.'
}

@test "Too little disk refuses a plain copy with both figures, and a spare still works" {
  call prepare base=shop owner=shop spares=1
  cp "$configuration" "$configuration.roomy"
  sed -i 's/^disk_reserve=.*/disk_reserve=99999999999999/' "$configuration"
  call copy base=shop server=qa01 owner=shop
  says '@result method=spare'
  call copy base=shop server=qa01 owner=shop
  mv "$configuration.roomy" "$configuration"
  grep -qE '^@error There is not enough disk for a copy of shop: it needs [0-9.]+MiB, and [0-9.]+[GT]iB are free' \
    <<<"$output"
  last_line '@exit 1'
  [[ $(night_of copy_shop_qa01) == 1 ]]
}

@test "A check tells what the console's role lacks, with the statement that gives it" {
  call check owners=shop
  last_line '@exit 0'
  [[ $output != *fault.* ]]
  for tool in bash perl postgresql psql pg_restore vacuumdb; do says "@result tool.$tool="; done
  says '@result program='
  ask 'ALTER ROLE console NOCREATEDB; REVOKE pg_signal_backend, shop FROM console' >/dev/null
  call check 'owners=shop nobody'
  ask 'ALTER ROLE console CREATEDB; GRANT pg_signal_backend, shop TO console' >/dev/null
  last_line '@exit 0'
  says 'may not make databases. Run as a superuser of PostgreSQL: ALTER ROLE console CREATEDB'
  says 'GRANT pg_signal_backend TO console'
  says 'does not belong to shop, which owns a base. Run as a superuser of PostgreSQL: GRANT shop TO console'
  says 'There is no role nobody. Run as a superuser of PostgreSQL: CREATE ROLE nobody LOGIN; GRANT nobody TO console'
  call check 'owners=shop; DROP'
  last_line '@exit 2'
}
