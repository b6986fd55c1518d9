#!/usr/bin/env bats
#
# Stories of the unit of the package, as far as they need no package.

setup() {
  unit=$(readlink -f -- "$BATS_TEST_DIRNAME/../../scripts/package.d/console.service")
  command -v systemd-analyze >/dev/null || skip 'systemd-analyze is not installed'
}

@test "systemd takes the unit without a word" {
  # The program is not installed here.
  sed 's,^ExecStart=/usr/lib/test-server-console/app/console,ExecStart=/bin/true,' "$unit" \
    >"$BATS_TEST_TMPDIR/console.service"
  run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR/console.service"
  echo "$output"
  [[ $status -eq 0 && -z $output ]]
}

@test "the unit gives the console few rights: 2.0 or better" {
  run systemd-analyze security --offline=true --threshold=20 "$unit"
  echo "$output"
  [ "$status" -eq 0 ]
}
