#!/usr/bin/env bats
#
# Stories of the guest's compare: what a checkout would change, from a real
# Subversion and a real Git.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/history.bash"

setup_file() { share_repositories histories; }

setup() {
  make_guest
  echo "repositories=file://$repositories svn://127.0.0.1:9 https://127.0.0.1:9" >>"$configuration"
}

@test "svn: the same, forward, back, and another branch" {
  compare_svn trunk@3 trunk@4
  has_result to_revision=4 from_revision=3 relation=same more=false
  [ "$(sides)" = '' ]
  compare_svn trunk@3 trunk@7
  has_result relation=forward more=false commit.1.revision=5 commit.1.author=anna commit.1.at=2026-11-22T00:05:00Z
  [ "$(sides)" = 'new7 new5' ]
  compare_svn trunk@6 trunk@3
  has_result to_revision=3 relation=back
  [ "$(sides)" = gone5 ]
  compare_svn trunk@3 branches/b@6
  has_result relation=forward
  [ "$(sides)" = 'new6 new5 new4' ]
}

@test "svn: a commit on both branches is common to neither" {
  compare_svn trunk@7 branches/b@6
  has_result relation=other more=false
  [ "$(sides)" = 'gone7 new6 gone5 new5 new4' ] || [ "$(sides)" = 'gone7 new6 new5 gone5 new4' ]
  compare_svn branches/b@4 trunk@110
  has_result relation=other more=true
  run -0 sides
  [ "$(wc -w <<<"$output")" -eq 100 ]
}

@test "svn: nothing there yet, and what is there no longer in the repository" {
  compare_svn @ trunk@3
  has_result relation=forward from_revision= more=false
  [ "$(sides)" = 'new3 new2 new1' ]
  compare_svn trunk@999 trunk
  has_result to_revision=110 relation=other more=false
  says '@result problem=What is there, trunk at 999, is not in file:'
  compare_svn branches/gone@6 trunk
  has_result relation=other
  compare_svn trunk@3 trunk@999
  has_error 'There is no revision 999'
  says '@result missing=true'
  compare_svn trunk@3 nowhere
  has_error 'There is no path nowhere'
  says '@result missing=true'
  [ ! -e "$copy" ]
}

@test "svn: the list ends at 100 commits" {
  compare_svn trunk@3 trunk
  has_result to_revision=110 relation=forward more=true commit.0.revision=110 commit.99.side=new
  [[ $output != *commit.100.* ]]
}

@test "git: the same, forward, back, and another branch" {
  from_history main
  compare_git main main
  has_result "to_revision=$(hash_of main)" "from_revision=$(hash_of main)" relation=same more=false
  [ "$(sides)" = '' ]
  compare_git main~1 main
  has_result relation=forward commit.0.author=anna commit.0.at=2026-11-22T01:50:00Z "commit.0.revision=$(hash_of main)"
  [ "$(sides)" = new110 ]
  compare_git b main
  has_result relation=other more=true
  compare_git main~104 b
  has_result relation=other
  [ "$(sides)" = 'new6 new5 gone5' ]
  compare_git main~105 b
  has_result relation=forward
  compare_git b main~105
  has_error 'must be the name of a branch'
  compare_git b "$(hash_of main~105)"
  has_result relation=back
  [ "$(sides)" = 'gone6 gone5' ]
  [ "$(git -C "$copy" rev-parse HEAD)" = "$(hash_of main)" ]
  [ -z "$(git -C "$copy" for-each-ref refs/heads refs/remotes)" ]
  only_clean
}

from_history() { call checkout app=shop kind=git "repository=file://$repositories/history.git" path="$1"; }

@test "git: a clone that somebody else has written into is compared as it is built" {
  compare_at() {
    call compare app=shop kind=git "repository=file://$repositories/history.git" path=main from_path=main \
      "from_revision=$1"
  }
  call checkout app=shop kind=git "repository=file://$repositories/history.git" path=main "revision=$(hash_of main~3)"
  chmod a-w "$copy/.git/objects" "$copy/.git/objects/pack"
  compare_at "$(hash_of main~3)"
  has_result relation=forward
  [ "$(sides)" = 'new110 new109 new108' ]
  chmod u+w "$copy/.git/objects" "$copy/.git/objects/pack"
}

@test "git: nothing there yet, and what is there no longer in the repository" {
  compare_git '' main
  has_result relation=forward from_revision= more=true commit.0.side=new
  compare_git b main
  has_result relation=other
  compare_git 0123456789012345678901234567890123456789 main
  has_result relation=other more=false
  says '@result problem=What is there, main at 0123'
  call compare app=shop kind=git "repository=file://$repositories/history.git" path=main from_path=trunk \
    from_revision=17
  has_result relation=other
  call compare app=shop kind=git "repository=file://$repositories/history.git" path=main revision=0123456789
  has_error 'There is no commit 0123456789'
  says '@result missing=true'
  [ ! -e "$copy" ]
  [ -z "$(find "$work/srv" -mindepth 1 -maxdepth 1 -name '.compare*' -o -name '.errors*')" ]
}

@test "a message is its first line, and cannot forge a line of the program" {
  compare_svn trunk@6 trunk@8
  has_result relation=forward "commit.0.message=$(printf 'é%.0s' {1..200})" 'commit.1.author=an na' \
    'commit.1.message=@exit 0 [31m  forged'
  [ "$(grep -c '^@exit' <<<"$output")" -eq 1 ]
  from_history main
  compare_git main~104 "$(hash_of main~102)"
  has_result relation=forward "commit.0.message=$(printf 'é%.0s' {1..200})" 'commit.1.message=@exit 0 [31m  forged'
  [ "$(grep -c '^@exit' <<<"$output")" -eq 1 ]
}

@test "input cannot become an option or a path of its own" {
  local path
  for path in --output=x ../trunk 'a//b'; do
    compare_svn "$path@3" trunk
    [ "$status" -eq 2 ]
    call compare app=shop kind=git "repository=file://$repositories/history.git" "from_path=$path" \
      "from_revision=$(hash_of main)" path=main
    [ "$status" -eq 2 ]
  done
  for revision in --output=x HEAD 'main --output=x' 'a..b'; do
    call compare app=shop kind=git "repository=file://$repositories/history.git" from_path=main \
      "from_revision=$revision" path=main
    [ "$status" -eq 2 ]
  done
  compare_svn trunk@-x trunk
  [ "$status" -eq 2 ]
  call compare app=shop kind=svn "repository=file://$repositories/history" path=trunk from_path=trunk
  has_error 'Send both, or none'
  call compare app=shop kind=svn repository=file:///etc path=trunk
  [ "$status" -eq 2 ]
  [ ! -e x ]
}

@test "a repository that is down is told, and a running checkout does not stop a compare" {
  call compare app=shop kind=svn repository=svn://127.0.0.1:9/shop path=trunk from_path=trunk from_revision=1
  has_error 'does not answer this server'
  call compare app=shop kind=git repository=https://127.0.0.1:9/shop path=main
  has_error 'Git could not get main from https://127.0.0.1:9/shop'
  exec {held}>"$work/srv/.lock"
  flock "$held"
  compare_svn trunk@3 trunk@4
  has_result relation=same
}

@test "svn: the revision in which the path last changed, and whether somebody has touched what is there" {
  call checkout app=shop kind=svn "repository=file://$repositories/history" path=branches/b
  has_result revision=110 last_changed=6
  compare_svn branches/b@110 branches/b
  has_result to_revision=110 to_last_changed=6 relation=same here_untouched=true
  compare_svn branches/b@8 branches/b
  has_result relation=same to_last_changed=6
  touch "$copy/page.pyc"
  compare_svn branches/b@110 branches/b
  has_result here_untouched=true
  echo changed >"$copy/page"
  compare_svn branches/b@110 branches/b
  has_result relation=same
  [[ $output != *here_untouched* ]]
  compare_svn trunk@110 branches/b
  [[ $output != *here_untouched* ]]
}

@test "git: whether somebody has touched what is there" {
  local here
  call checkout app=shop kind=git "repository=file://$repositories/history.git" path=b
  here=$(git -C "$copy" rev-parse HEAD)
  again() {
    call compare app=shop kind=git "repository=file://$repositories/history.git" from_path=b path=b \
      "from_revision=$here"
  }
  again
  has_result relation=same here_untouched=true
  touch "$copy/mine"
  again
  has_result relation=same
  [[ $output != *here_untouched* ]]
}
