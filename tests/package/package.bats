#!/usr/bin/env bats
#
# Stories of the package: its form, and a machine on which it is installed,
# upgraded, removed and purged. As root; the machine is a throw-away root in
# namespaces of its own: this one's files beneath an overlay, or the folder that
# CONSOLE_PACKAGE_ROOT names (as debootstrap makes one), beneath one, too.
# CONSOLE_PACKAGE names a package that is made already.

bats_require_minimum_version 1.5.0
export LC_ALL=C.UTF-8
scripts=$(readlink -f -- "$BATS_TEST_DIRNAME/../../scripts")
# What bats' run sets, and the place of a story.
output='' place=''

setup_file() {
  ((EUID == 0)) || skip 'a package is installed by root'
  place=$BATS_FILE_TMPDIR
  if [[ -n ${CONSOLE_PACKAGE-} ]]; then
    cp -- "$CONSOLE_PACKAGE" "$place/first.deb"
  else
    "$scripts/package" --version 1.0 --output "$place/made"
    mv "$place/made/"*.deb "$place/first.deb"
  fi
  make_second
}

# The next version: the same program, another number, and a setting that is new.
make_second() {
  dpkg-deb --raw-extract "$place/first.deb" "$place/second"
  sed -i 's/^Version: .*/Version: 9.0/' "$place/second/DEBIAN/control"
  sed -i 's/^  "log": "auto",/  "log": "plain",/' "$place/second/etc/console/console.json"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$place/second" "$place/second.deb" >/dev/null
}

setup() { place=$BATS_FILE_TMPDIR; }

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
