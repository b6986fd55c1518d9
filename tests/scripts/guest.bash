#!/usr/bin/env bash
#
# What the stories of the guest share: its configuration, a Subversion and a
# Git repository with trunk, branches and a tag, and checkouts from them.

# share_repositories NAME...: what make_NAME makes, for all stories of a file.
share_repositories() {
  local one
  export BATS_TEST_TIMEOUT=120 repositories=$BATS_FILE_TMPDIR
  for one; do "make_$one"; done
}

# A guest of its own for each story.
make_guest() {
  work=$BATS_TEST_TMPDIR
  program=$scripts/guest/guest
  configuration=$work/guest.conf
  # shellcheck disable=SC2034 # the story's
  copy=$work/srv/code/shop
  cat >"$configuration" <<END
# lines like this one are no keys
folder=$work/srv
repositories=file://$repositories/svn/shop svn://127.0.0.1:9 file://$repositories/git https://git.example.com/team
git_protocols=https:ssh:file
END
  cd "$work" || return
}

# Revision 4 is the newest; trunk at 2 has no folder deep.
make_subversion() {
  local url=file://$repositories/svn/shop
  svnadmin create "$repositories/svn"
  svn mkdir --quiet --parents -m start "$url/trunk" "$url/branches" "$url/tags"
  svn checkout --quiet "$url/trunk" "$repositories/trunk"
  echo trunk >"$repositories/trunk/page"
  echo '*.pyc' >"$repositories/ignored"
  svn add --quiet "$repositories/trunk/page"
  svn propset --quiet svn:ignore -F "$repositories/ignored" "$repositories/trunk"
  svn propset --quiet svn:externals "../branches other" "$repositories/trunk"
  svn commit --quiet -m two "$repositories/trunk"
  mkdir "$repositories/trunk/deep"
  for number in {1..60}; do echo "$number" >"$repositories/trunk/deep/file$number"; done
  svn add --quiet "$repositories/trunk/deep"
  svn commit --quiet -m three "$repositories/trunk"
  svn copy --quiet --parents -m four "$url/trunk@2" "$url/branches/fast = é@2@"
}

make_git() {
  (
    git init --quiet --initial-branch main "$repositories/git"
    cd "$repositories/git" || exit
    git config user.name lab
    git config user.email lab@lab.example
    printf '*.pyc\n' >.gitignore
    echo one >page
    git add . && git commit --quiet -m one
    git tag 1.0
    git branch feature/fast
    echo two >page && mkdir deep && echo file >deep/file
    git add . && git commit --quiet -m two
  )
}

from_svn() { call checkout app=shop kind=svn repository="file://$repositories/svn/shop" path="$1" "${@:2}"; }
from_git() { call checkout app=shop kind=git repository="file://$repositories/git" path="$1" "${@:2}"; }

has_result() {
  for wanted in "$@"; do
    grep -qxF -- "@result $wanted" <<<"$output" || { echo "no result $wanted" && echo "$output" && return 1; }
  done
  last_line '@exit 0'
}

has_error() {
  grep -q -- "^@error .*$*" <<<"$output" || { echo "no error $*" && echo "$output" && return 1; }
}

only_clean() {
  [ -z "$(find "$work/srv/code" -mindepth 1 -maxdepth 1 -name '.*')" ]
}

# A branch with 3 MB that no disk of 2 MB takes.
make_large_branches() {
  [[ ! -e $repositories/large ]] || return 0
  head -c 3000000 /dev/urandom >"$repositories/large"
  svn import --quiet -m large "$repositories/large" "file://$repositories/svn/shop/branches/large/large"
  git -C "$repositories/git" checkout --quiet -b large main
  cp "$repositories/large" "$repositories/git/large"
  git -C "$repositories/git" add large
  git -C "$repositories/git" commit --quiet -m large
  git -C "$repositories/git" checkout --quiet main
}

# The lock that a killed svn leaves in its working copy.
lock_like_a_killed_svn() {
  /usr/bin/python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/.svn/wc.db")
db.execute("insert into wc_lock values (1, \"\", -1)")
db.commit()' "$1"
}

# A file of stories that needs more has its own.
setup_file() {
  export BATS_TEST_TIMEOUT=120 repositories=$BATS_FILE_TMPDIR
  make_subversion
  make_git
}

setup() { make_guest; }
