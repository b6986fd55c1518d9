#!/usr/bin/env bats
#
# Stories of two consoles, and an older one without an id, on one cluster:
# nobody touches what is another's.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"

setup_file() {
  start_postgres
  make_shop 100
  dump shop.dump
}

teardown() {
  local times='data time 2026-11-01T01:00:00Z; restored 2026-11-01T02:00:00Z'
  note "base_$1" "base of $1; console $2; $times; tables 2; raw size 1000"
}

# note DATABASE TEXT: as a console would have.
note() { ask "COMMENT ON DATABASE $1 IS 'test server console: $2'"; }

note_of() { ask "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE '$1'"; }
