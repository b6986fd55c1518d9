#!/usr/bin/env bats
#
# Stories of the package: its form, and a machine on which it is installed,
# upgraded, removed and purged. As root; the machine is a throw-away root in
# namespaces of its own: this one's files beneath an overlay, or the folder that
# CONSOLE_PACKAGE_ROOT names (as debootstrap makes one), beneath one, too.
# CONSOLE_PACKAGE names a package that is made already.

bats_require_minimum_version 1.5.0
export LC_ALL=C.UTF-8
source "$BATS_TEST_DIRNAME/stage.bash"
# What bats' run sets.
output=''

setup_file() {
  ((EUID == 0)) || skip 'a package is installed by root'
  find_stage
  fetch_package
  make_next_package
  cp -R "$here/tests/Console.Tests/Stage/state" "$place/state-of-before"
}

setup() { find_stage; }

@test "lintian finds no error in the package" {
  command -v lintian >/dev/null || skip 'lintian is not installed'
  run lintian --fail-on error --display-level error --allow-root "$place/first.deb"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "it is installed, serves, is upgraded with changed settings and its state, removed and purged" {
  run unshare --mount --net --pid --fork --propagation private "$BATS_TEST_DIRNAME/machine" "$place" \
    "${CONSOLE_PACKAGE_ROOT:-/}" "$BATS_TEST_DIRNAME/life" 3>&-
  echo "$output"
  [ "$status" -eq 0 ]
}
