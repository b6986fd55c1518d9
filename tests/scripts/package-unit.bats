#!/usr/bin/env bats
#
# Stories of the unit of the package, as far as they need no package.

setup() {
  unit=$(readlink -f -- "$BATS_TEST_DIRNAME/../../scripts/package.d/console.service")
  # What install-host and Puppet make where there is no package.
  plain=$(readlink -f -- "$BATS_TEST_DIRNAME/../../scripts/puppet/console/files/console.service")
  command -v systemd-analyze >/dev/null || skip 'systemd-analyze is not installed'
}

@test "systemd takes both units without a word" {
  for one in "$unit" "$plain"; do
    # The program is not installed here.
    sed 's,^ExecStart=.*,ExecStart=/bin/true,; s,{user},root,' "$one" >"$BATS_TEST_TMPDIR/console.service"
    run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR/console.service"
    echo "$output"
    [[ $status -eq 0 && -z $output ]]
  done
}

@test "both units give the console few rights: 2.0 or better" {
  for one in "$unit" "$plain"; do
    sed 's,{user},console,' "$one" >"$BATS_TEST_TMPDIR/console.service"
    run systemd-analyze security --offline=true --threshold=20 "$BATS_TEST_TMPDIR/console.service"
    echo "$output"
    [ "$status" -eq 0 ]
  done
}

@test "both units take the same from the console" {
  rights() { sed -n '/^AmbientCapabilities=/,/^\[Install\]/p' "$1"; }
  [[ $(rights "$unit") == "$(rights "$plain")" && $(rights "$unit") == *SystemCallFilter* ]]
}

@test "systemd takes the timer of the nightly backup and its service without a word" {
  for one in service timer; do
    sed 's,^ExecStart=.*,ExecStart=/bin/true,' "${unit%/*}/console-backup.$one" \
      >"$BATS_TEST_TMPDIR/console-backup.$one"
  done
  run systemd-analyze verify --man=no "$BATS_TEST_TMPDIR"/console-backup.{timer,service}
  echo "$output"
  [[ $status -eq 0 && -z $output ]]
}
