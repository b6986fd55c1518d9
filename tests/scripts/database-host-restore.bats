#!/usr/bin/env bats
#
# Stories of the nightly restore, on a real PostgreSQL.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell, with output and status of its own

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  start_postgres
  make_shop 2000
  dump shop.dump
  dump shop.folder --format=directory
}

teardown_file() {
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

@test "A custom dump becomes the base, with the app's tables, grants and the time of the dump" {
  call restore "${restore[@]}" "$(hook check 'SELECT count(*) = 2000 FROM sale')" \
    "$(hook sanitize "UPDATE customer SET mail = 'x'")"
  last_line '@exit 0'
  local steps made
  steps=$(grep -E '^@step' <<<"$output" | paste -s -d ' ')
  [[ $steps == '@step fetch @step read @step restore @step check @step exchange' ]]
  says '@result tables=2'
  made=$(pg_restore --list "$place/dumps/shop.dump" | sed -n 's/^; Archive created at //p')
  says "@result data_time=$(date -u -d "$made" +%FT%TZ)"
  [[ $(databases) == base_shop ]]
  nothing_left
  run ! ask 'SELECT 1' base_shop
  call copy base=shop server=qa01 owner=shop
  [[ $(ask "SELECT count(*) FILTER (WHERE mail = 'x') FROM customer" copy_shop_qa01 shop) == 2000 ]]
  [[ $(ask "SELECT has_table_privilege('report', 'sale', 'SELECT'), tableowner
              FROM pg_tables WHERE tablename = 'sale'" copy_shop_qa01) == 't|shop' ]]
}

@test "A directory dump becomes the base" {
  call restore base=shop owner=shop dump=shop.folder jobs=2
  last_line '@exit 0'
}

@test "The first restore of a base needs none before it" {
  call restore base=first owner=shop dump=shop.dump
  last_line '@exit 0'
  [[ $(databases) == 'base_first base_shop' ]]
}

@test "A check SQL that is false, returns nothing, fails or writes refuses the dump" {
  local sql
  for sql in 'SELECT true FROM sale WHERE id < 0' 'SELECT nonsense' 'SELECT id < 2000 FROM sale' \
    'DELETE FROM sale RETURNING true'; do
    call restore "${restore[@]}" "$(hook check "$sql")"
    says '@error The check SQL of shop '
    last_line '@exit 1'
  done
  yesterday_serves
}

@test "A sanitize SQL that fails half-way refuses the dump" {
  call restore "${restore[@]}" "$(hook sanitize "UPDATE customer SET mail = 'x'; SELECT 1/0")"
  says '@error The sanitize SQL of shop failed: division by zero'
  yesterday_serves
}

@test "psql obeys no command in the SQL of check and sanitize" {
  local name
  for name in check sanitize; do
    call restore "${restore[@]}" "$(hook "$name" "SELECT true; \\! touch $BATS_TEST_TMPDIR/obeyed")"
    last_line '@exit 1'
  done
  [[ ! -e $BATS_TEST_TMPDIR/obeyed ]]
}

@test "Fewer tables or a smaller size than the floor allows refuse the dump, and a lower floor takes it" {
  ask "COMMENT ON DATABASE base_shop IS
       'test server console: base of shop; data time 2026-11-01T01:00:00Z; restored 2026-11-01T02:00:00Z; '
       'tables 5; raw size 1000'"
  call restore "${restore[@]}" tables_floor=0.5
  says '@error The dump shop.dump has 2 tables, and the one before had 5: that is less than the floor of 0.5.'
  yesterday_serves
  ask "COMMENT ON DATABASE base_shop IS
       'test server console: base of shop; data time 2026-11-01T01:00:00Z; restored 2026-11-01T02:00:00Z; '
       'tables 2; raw size 900000000000'"
  call restore "${restore[@]}" tables_floor=0.5
  says ' bytes, and the one before had 900000000000'
  call restore "${restore[@]}" tables_floor=0.4 size_floor=0
  last_line '@exit 0'
}

@test "Grants to a role that is not here are told and left out" {
  at_live ask 'CREATE ROLE elsewhere' && ask 'GRANT SELECT ON customer TO elsewhere' live
  dump bad.dump
  ask 'REVOKE SELECT ON customer FROM elsewhere' live && at_live ask 'DROP ROLE elsewhere'
  call restore base=shop owner=shop dump=bad.dump
  says '@left-out the grants to the role elsewhere, which this host does not have, on table public.customer'
  last_line '@exit 0'
}

@test "A second restore of a base is refused with since when, and copies go on meanwhile" {
  begin restore "${restore[@]}" "$(hook check 'SELECT pg_sleep(30) IS NOT NULL')"
  await_running pg_sleep
  call restore "${restore[@]}"
  [[ ${lines[1]} =~ ^@error\ The\ base\ shop\ is\ being\ restored\ since\ 20[0-9T:-]+Z\. ]]
  last_line '@exit 2'
  call copy base=shop server=qa01 owner=shop
  last_line '@exit 0'
  call sweep bases=shop
  says '@result dropped=0'
  cut_lifeline
  ended_with 143
  nothing_left
}

@test "A dump that would take back the console's rights is refused, and has changed nothing" {
  ask "CREATE FUNCTION grab(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN
         IF current_database() <> ''live'' THEN
           RESET ROLE;
           ALTER ROLE console CONNECTION LIMIT 77;
         END IF;
         RETURN true; END';
       CREATE TABLE bait (id int CHECK (grab(id))); INSERT INTO bait VALUES (1)" live shop
  ask 'ALTER ROLE console CREATEROLE'
  dump bad.dump
  call restore base=shop owner=shop dump=bad.dump jobs=1
  ask 'DROP TABLE bait; DROP FUNCTION grab' live
  ask 'ALTER ROLE console NOCREATEROLE'
  says 'permission denied'
  [[ $(ask "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'console'") == -1 ]]
  yesterday_serves
}

@test "Where the app's role may not log in, a restore runs with the console's rights and says so" {
  ask 'ALTER ROLE shop NOLOGIN'
  call restore "${restore[@]}"
  ask 'ALTER ROLE shop LOGIN'
  says "The dump is restored with the rights of console. Let shop log in by the socket"
  last_line '@exit 0'
}

@test "Reading a dump and a first restore tell what has been read of it" {
  ask "CREATE TABLE big AS SELECT g AS id, md5(g::text) AS text FROM generate_series(1, 100000) g" live shop
  ask "CREATE FUNCTION slow(int) RETURNS boolean LANGUAGE sql AS
         'SELECT pg_sleep(CASE current_database() WHEN ''live'' THEN 0 ELSE 0.05 END) IS NOT NULL';
       CREATE TABLE small (id int CHECK (slow(id))); INSERT INTO small SELECT generate_series(1, 50)" live shop
  dump bad.dump
  ask 'DROP TABLE big, small; DROP FUNCTION slow' live
  slow_down_reading
  call restore base=first owner=shop dump=bad.dump
  mv "$configuration.quick" "$configuration"
  last_line '@exit 0'
  [[ $(last_share_of read) == 0.97 ]]
  [[ $(last_share_of restore) =~ ^0\.[67][0-9]$ ]]
}

last_share_of() {
  awk -v step="$1" '/^@step / { in_it = $2 == step } in_it && /^@progress / { share = $2 } END { print share }' \
    <<<"$output"
}

# A pg_restore that stays for a moment after it has read the dump, so that it is seen.
slow_down_reading() {
  mkdir -p "$place/slow"
  ln -sf "$client_bin"/* "$place/slow"
  rm "$place/slow/pg_restore"
  cat >"$place/slow/pg_restore" <<END
#!/usr/bin/perl
if (grep { \$_ eq '--file=/dev/null' } @ARGV) {
  open my \$dump, '<', \$ARGV[-1];
  1 while sysread \$dump, my \$bytes, 65536;
  sleep 2;
}
exec '$client_bin/pg_restore', @ARGV;
END
  chmod +x "$place/slow/pg_restore"
  cp "$configuration" "$configuration.quick"
  sed -i "s|^bin=.*|bin=$place/slow|" "$configuration"
}

@test "The last bases are kept as nights, a copy has the data of one, and those beyond the number go" {
  local me=console=0123456789ab night=2026-11-01T01:00:00Z
  call restore "${restore[@]}" nights=1 "$me"
  last_line '@exit 0'
  [[ $(databases) =~ ^base_shop\ night_shop_[0-9]+$ ]]
  call copy base=shop server=qa01 owner=shop "night=$night" "$me"
  says '@result method=file_copy'
  says "@result data_time=$night"
  [[ $(night_of copy_shop_qa01) == 1 ]]
  call copy base=shop server=qa01 owner=shop night=2026-10-01T01:00:00Z "$me"
  says '@result night=none'
  says 'The data of 2026-10-01T01:00:00Z of shop are not kept any more.'
  [[ $(night_of copy_shop_qa01) == 1 ]]
  call restore "${restore[@]}" nights=1 "$me"
  call copy base=shop server=qa01 owner=shop "night=$night" "$me"
  says '@result night=none'
  call clear base=shop console=ba9876543210
  says 'of the console 0123456789ab'
  call clear base=shop "$me"
  says '@result dropped='
  [[ $(databases) =~ ^copy_shop_qa01(\ old_shop_[0-9]+)?$ ]]
}
