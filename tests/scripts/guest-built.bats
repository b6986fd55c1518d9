#!/usr/bin/env bats
#
# Stories of who has built what on a server: two consoles use one guest, and
# each call says what the other has done.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/apache.bash"

setup_file() { share_repositories subversion git; }

setup() {
  make_guest
  make_apache
}

teardown() { stop_apache; }

# settings_by WORD [LINE ...]
settings_by() {
  make_settings "$1"
  call settings "${settings[@]}" "${@:2}"
}

readonly mine=0123456789ab others=ba9876543210

@test "a checkout says who has built it, from which path and at which revision" {
  from_svn 'branches/fast = é@2' console=$mine build=7 by='Ann Ä'
  has_result revision=4
  call status
  has_result "built.code.shop.console=$mine" built.code.shop.build=7 'built.code.shop.by=Ann Ä' \
    'built.code.shop.path=branches/fast = é@2' built.code.shop.revision=4
  grep -Eq '^@result built.code.shop.at=[0-9-]{10}T[0-9:]{8}Z$' <<<"$output"
  from_git main console=$others build=3 by=ben
  call status
  has_result "built.code.shop.console=$others" built.code.shop.build=3 built.code.shop.path=main
}

@test "the site is of the console that has put its settings last, with the code that is there" {
  from_svn trunk console=$mine build=7 by=anna
  settings_by first console=$mine build=7 by=anna data_time=2026-11-25T01:00:00Z
  has_result reloaded=true "built.site.console=$mine" built.site.path=trunk
  settings_by second console=$others build=2 by=ben data_time=
  has_result reloaded=true "built.site.console=$others"
  call status
  has_result "built.site.console=$others" built.site.app=shop built.site.by=ben built.site.path=trunk \
    "built.code.shop.console=$mine"
  run ! grep -q built.site.data_time <<<"$output"
}

@test "a plan tells of another console's site, and which revision is there" {
  from_git main console=$others build=3 by=ben
  settings_by one console=$others build=3 by=ben
  call compare app=shop kind=git repository="file://$repositories/git" path=main
  has_result "here_revision=$(git -C "$repositories/git" rev-parse main)" "built.site.console=$others"
  from_svn trunk console=$mine build=1 by=anna
  svn update --quiet --ignore-externals --revision 2 "$copy"
  call compare app=shop kind=svn repository="file://$repositories/svn/shop" path=trunk from_path=trunk from_revision=4
  has_result here_revision=2
}

@test "a call of an older console leaves no name, and a wrong one is refused" {
  from_svn trunk
  call status
  has_result built.code.shop.path=trunk
  run ! grep -q built.code.shop.console <<<"$output"
  from_svn trunk console='../x'
  has_error "a console's id"
  from_svn trunk console=$mine build=0
  has_error 'the number of a build'
}

@test "what cannot be written costs no build, and what was cut is not read" {
  mkdir -p "$work/srv"
  touch "$work/srv/.built"
  from_svn trunk console=$mine build=7 by=anna
  has_result revision=4
  says 'Who has built this could not be written'
  rm "$work/srv/.built"
  mkdir "$work/srv/.built"
  printf '%s\x1f7\x1fanna' "$mine" >"$work/srv/.built/site"
  printf 'x\n' >"$work/srv/.built/code...x"
  call status
  last_line '@exit 0'
  run ! grep -q '^@result built' <<<"$output"
}
