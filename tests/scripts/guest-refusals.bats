#!/usr/bin/env bats
#
# Stories of what the guest refuses, and of what it finds after a killed run.
#
# shellcheck disable=SC2016 # what must stay what it is

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

@test "repositories outside the allowed prefixes are refused" {
  local address
  for address in "file://$repositories/svn/shopping" "file://$repositories/svn/shop/../../git" \
    https://git.example.com/team-b https://git.example.com.evil.example/team \
    "$repositories/git" file:///etc --upload-pack=x -x "ext::sh -c touch% x" svn+ssh://-oProxyCommand=x/shop \
    'https://git.example.com/team/%2e%2e/x' svn://127.0.0.1:99/; do
    call checkout app=shop kind=git "repository=$address" path=trunk
    [ "$status" -eq 2 ]
    has_error repository
  done
  call checkout app=shop kind=svn repository=file:///etc path=trunk
  [ "$status" -eq 2 ]
}

@test "input cannot become an option, a command or a path of its own" {
  local path
  touch "$work/canary"
  for path in --config-option=x trunk/../../x /etc 'a//b' ''; do
    from_svn "$path"
    [ "$status" -eq 2 ]
  done
  for path in -x '--upload-pack=touch x' ../trunk . 'a\b'; do
    from_git "$path"
    [ "$status" -eq 2 ]
  done
  for path in '$(touch x)' '`touch x`' 'x; touch x' '*' '%2e%2e/git' 'trunk@1' 'a b' "x'y" 'trunk/-rf'; do
    from_svn "$path"
    [ "$status" -eq 1 ]
    from_git "$path"
    [ "$status" -ne 0 ]
  done
  for app in ../x .x -x 'a/b' '' 'a b'; do
    call checkout "app=$app" kind=git "repository=file://$repositories/git" path=main
    [ "$status" -eq 2 ]
  done
  from_svn trunk 'revision=HEAD'
  [ "$status" -eq 2 ]
  from_git main 'revision=--x'
  [ "$status" -eq 2 ]
  [ -z "$(find "$work" "$repositories/git" -name x)" ]
}

@test "a run that was killed between the renames loses no working copy" {
  from_svn trunk
  mkdir "$work/srv/code/.draft-shop"
  mv "$copy" "$work/srv/code/.old-shop"
  call sweep
  has_result swept=0
  [ -e "$copy/page" ]
  only_clean
  mv "$copy" "$work/srv/code/.old-shop"
  from_svn trunk
  has_result changed=false
}
