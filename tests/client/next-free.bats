#!/usr/bin/env bats
#
# The example of a job, as it stands in the documents.

source "$BATS_TEST_DIRNAME/shell.bash"

setup_file() { meet; }

teardown() { give_back_all; }

@test "next-free.sh waits for a server, builds on it, runs a command there, and gives it back" {
  (umask 077 && sed -n 's/^token=/Authorization: Bearer /p' "$TSC_CONFIG" >"$BATS_TEST_TMPDIR/token")
  export CONSOLE=${CONSOLE_URL%/} TOKEN_FILE=$BATS_TEST_TMPDIR/token
  next=$root/docs/examples/next-free.sh
  take_all
  printf 'curl --silent --fail "%s"\n' "\$SERVER_URL" >"$BATS_TEST_TMPDIR/tests"
  beside "$next" shop branches/price-with-tax sh "$BATS_TEST_TMPDIR/tests"
  await eval 'tsc line --json | jq -e ".own | length == 1" >/dev/null'
  other release "$taken"
  end_of_it
  [ "$status" = 0 ]
  has_told "$taken is reserved"
  has_told '<dd id="path">branches/price-with-tax<'
  [ "$(tsc who "$taken" --json | jq .reservation)" = null ]
  # Under its key it goes on with what it has, and not with what it had.
  export KEY=once-$BASHPID
  "$next" shop trunk true
  run -2 "$next" shop trunk true
  says 'is not any more'
  unset KEY
  run -2 "$next" shop --trunk true
  says 'no dash at its beginning'
  # What stands before the console says that it is not there: nothing but waiting is said.
  put_between away
  run -124 timeout 2 env CONSOLE="$(sed -n 's|^console=\(.*\)/$|\1|p' "$between")" "$next" shop trunk true
  [ -z "$output" ]
  run -1 "$next" shop branches/none true
  says 'branches/none'
  [ "$(tsc who "$taken" --json | jq .reservation)" = null ]
  run -2 "$next" nope trunk true
  says 'The catalogue has no app nope.'
}
