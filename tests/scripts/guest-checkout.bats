#!/usr/bin/env bats
#
# Stories of the guest's checkout, from a real Subversion and a real Git.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

@test "svn: trunk, a branch and an old revision replace each other exactly" {
  from_svn trunk
  has_result revision=4 method=new changed=true
  [ -e "$copy/deep/file60" ]
  [ ! -e "$copy/other" ]
  from_svn 'branches/fast = é@2'
  has_result revision=4 method=switched changed=true
  [ ! -e "$copy/deep" ]
  from_svn trunk revision=3
  has_result revision=3 method=switched changed=true
  [ -e "$copy/deep/file60" ]
  from_svn trunk revision=3
  has_result revision=3 method=switched changed=false
}

@test "svn: changed, missing, added, ignored and foreign files are gone" {
  from_svn trunk
  echo changed >"$copy/page"
  rm "$copy/deep/file1"
  rm -r "$copy/deep/file2" && mkdir "$copy/deep/file2"
  echo x >"$copy/foreign"
  echo x >"$copy/page.pyc"
  svn add --quiet "$(echo x >"$copy/added" && echo "$copy/added")"
  svn propset --quiet any thing "$copy/deep"
  from_svn trunk
  has_result revision=4 changed=true
  run -1 grep -v '^X' <(svn status --no-ignore --ignore-externals "$copy")
  [ "$(<"$copy/page")" = trunk ]
  [ -e "$copy/deep/file1" ]
}

@test "svn: a local change that would conflict does not stay" {
  from_svn trunk revision=2
  mkdir "$copy/deep" && echo mine >"$copy/deep/file1" && svn add --quiet "$copy/deep"
  from_svn trunk
  has_result revision=4
  [ "$(<"$copy/deep/file1")" = 1 ]
}

@test "svn: a folder switched by hand to another branch is made right" {
  from_svn trunk
  svn switch --quiet --ignore-externals --ignore-ancestry "file://$repositories/svn/shop/branches" "$copy/deep"
  from_svn trunk
  has_result revision=4
  [ -e "$copy/deep/file60" ]
  [ "$(svn info --show-item url "$copy/deep")" = "file://$repositories/svn/shop/trunk/deep" ]
}

@test "svn: a locked working copy is repaired by itself" {
  from_svn trunk revision=2
  lock_like_a_killed_svn "$copy"
  run -1 svn update --quiet "$copy"
  from_svn trunk
  has_result revision=4 method=repaired changed=true
}

@test "svn: a client that was killed half-way is repaired by itself" {
  from_svn trunk revision=2
  for delay in 0.01 0.015 0.02; do
    timeout -s KILL "$delay" svn update --quiet --ignore-externals "$copy" || true
    from_svn trunk
    has_result revision=4
    run -1 grep -v '^X' <(svn status --ignore-externals "$copy")
    from_svn trunk revision=2
    has_result revision=2
  done
}

@test "svn: a damaged working copy is made anew without asking" {
  from_svn trunk
  head -c 3000 /dev/urandom >"$copy/.svn/wc.db"
  from_svn trunk
  has_result revision=4 method=new
  rm -r "$copy/.svn"
  from_svn trunk
  has_result revision=4 method=new
  only_clean
}

@test "svn: what is not there is named, and the working copy stays" {
  from_svn trunk
  from_svn nowhere
  has_error 'There is no path nowhere in file:.*Choose another path'
  last_line '@exit 1'
  from_svn trunk revision=99
  has_error 'There is no revision 99'
  from_svn trunk/page
  has_error 'is a file'
  call checkout app=shop kind=svn repository=svn://127.0.0.1:9/shop path=trunk
  has_error 'does not answer this server'
  [ -e "$copy/page" ]
}

@test "git: a branch, a tag, a commit and main replace each other exactly" {
  local first second
  first=$(git -C "$repositories/git" rev-parse 1.0)
  second=$(git -C "$repositories/git" rev-parse main)
  from_git main
  has_result "revision=$second" method=new changed=true
  from_git feature/fast
  has_result "revision=$first" method=switched changed=true
  [ ! -e "$copy/deep" ]
  from_git 1.0
  has_result "revision=$first" changed=false
  from_git "$second"
  has_result "revision=$second" changed=true
  from_git main "revision=${first:0:9}"
  has_result "revision=$first"
  [ "$(<"$copy/page")" = one ]
}

@test "git: changed, missing, ignored and foreign files and repositories are gone" {
  from_git main
  echo changed >"$copy/page"
  rm "$copy/deep/file"
  echo x >"$copy/page.pyc"
  git init --quiet "$copy/inner"
  echo x >"$copy/inner/file"
  from_git main
  has_result method=switched changed=true
  [ -z "$(git -C "$copy" status --porcelain --ignored)" ]
  [ ! -e "$copy/inner" ]
  [ "$(<"$copy/page")" = two ]
}

@test "git: what a killed run has left is repaired, and a damaged clone is made anew" {
  from_git main
  touch "$copy/.git/index.lock" "$copy/.git/HEAD.lock"
  from_git 1.0
  has_result method=repaired changed=true
  find "$copy/.git/objects" -type f -exec sh -c 'chmod +w "$1"; : >"$1"' _ {} \;
  from_git main
  has_result method=new
  echo garbage >"$copy/.git/HEAD"
  from_git 1.0
  has_result changed=true
  [ "$(<"$copy/page")" = one ]
}

@test "git: a commit that came without what it holds is not taken for one that is here" {
  local kind object source="$repositories/git"
  for kind in commit tree; do
    rm -rf -- "$copy"
    from_git 1.0
    # As a transfer on a full disk leaves it: the commit, or its tree, too, and no file.
    for object in "$(git -C "$source" rev-parse main)" "$(git -C "$source" rev-parse 'main^{tree}')"; do
      git -C "$source" cat-file "$(git -C "$source" cat-file -t "$object")" "$object" |
        git -C "$copy" hash-object -w -t "$(git -C "$source" cat-file -t "$object")" --literally --stdin
      [[ $kind == tree ]] || break
    done
    from_git main
    [ "$(<"$copy/page")" = two ]
    [ -z "$(git -C "$copy" status --porcelain)" ]
    git -C "$copy" -c safe.directory="*" fsck --connectivity-only
  done
}

@test "status: a working copy that cannot be compared is not called whole" {
  from_git main
  find "$copy/.git/objects" -type f -exec sh -c 'chmod +w "$1"; : >"$1"' _ {} \;
  rm -f "$copy/.git/index"
  call status
  has_result app.shop.incomplete=true
  from_svn trunk
  : >"$copy/.svn/wc.db"
  call status
  has_result app.shop.incomplete=true
}

@test "git: a clone of another origin is made anew, however that is written" {
  from_git main
  git -C "$copy" config remote.origin.pushurl file:///elsewhere
  from_git 1.0
  has_result method=switched
  git -C "$copy" remote set-url origin file:///elsewhere
  from_git main
  has_result method=new
  printf '[include]\n\tpath = other\n' >>"$copy/.git/config"
  printf '[remote "origin"]\n\turl = file:///elsewhere\n' >"$copy/.git/other"
  from_git main
  has_result method=new
  [ "$(git -C "$copy" config --get remote.origin.url)" = "file://$repositories/git" ]
}

@test "git: what is not there is named, and hooks do not run" {
  from_git main
  printf '#!/bin/sh\ntouch %s/hooked\n' "$work" >"$copy/.git/hooks/post-checkout"
  chmod +x "$copy/.git/hooks/post-checkout"
  from_git 1.0
  has_result changed=true
  [ ! -e hooked ]
  from_git nothing
  has_error 'There is no branch or tag nothing'
  from_git 0000000000000000000000000000000000000001
  has_error 'There is no commit 0000'
  call checkout app=shop kind=git repository="file://$repositories/git/none" path=main
  has_error 'Git could not get main'
}

@test "the same app from Git after Subversion, and back" {
  from_svn trunk
  from_git main
  has_result method=new
  [ ! -e "$copy/.svn" ]
  from_svn trunk
  has_result method=new
  [ ! -e "$copy/.git" ]
}

# in_git BRANCH COMMAND: a branch from main with what the command does in its files.
in_git() {
  git clone --quiet "$repositories/git" "$work/mine"
  (
    cd "$work/mine" || exit
    git config user.name lab && git config user.email lab@lab.example
    git checkout --quiet -b "$1" && eval "$2"
    git push --quiet origin "$1"
  )
  rm -rf "$work/mine"
}

@test "git: files whose attributes do not fit their content are built as Git writes them" {
  in_git crlf 'printf "a\r\nb\r\n" >x.txt && git add . && git commit -qm x && echo "*.txt text" >.gitattributes &&
    git add .gitattributes && git commit -qm attributes'
  for _ in new again; do
    from_git crlf
    has_result "revision=$(git -C "$repositories/git" rev-parse crlf)"
    says 'Git takes 1 files for changed that are as it has written them, the first is x.txt:'
    [ "$(od -An -c "$copy/x.txt" | tr -d ' ')" = 'a\r\nb\r\n' ]
    echo mine >"$copy/x.txt"
  done
  from_git main
  has_result method=switched
  [ ! -e "$copy/x.txt" ]
}

@test "git: what somebody has hidden from Git in the clone is built all the same" {
  local hide
  for hide in 'update-index --assume-unchanged page' 'update-index --skip-worktree page' \
    'sparse-checkout set --no-cone /deep/' 'config core.fileMode false'; do
    from_git main
    # shellcheck disable=SC2086 # words
    git -C "$copy" $hide
    echo mine >"$copy/page"
    chmod +x "$copy/page"
    from_git main
    has_result changed=true
    [ "$(<"$copy/page")" = two ] || { echo "$hide" && return 1; }
    [ ! -x "$copy/page" ]
    from_git 1.0
    [ "$(<"$copy/page")" = one ] || { echo "$hide" && return 1; }
    rm -rf "$copy"
  done
  from_git main
  git -C "$copy" replace "$(git -C "$copy" rev-parse HEAD:page)" "$(git -C "$copy" hash-object -w --stdin <<<other)"
  rm "$copy/page"
  from_git main
  has_result method=switched
  [ "$(<"$copy/page")" = two ]
}

@test "git: a tag of a file or a folder is named as no commit, and nothing is touched" {
  local kind name
  git -C "$repositories/git" tag a-file main:page
  git -C "$repositories/git" -c user.name=l -c user.email=l@l.example tag -m x a-folder main:deep
  from_git main
  for kind in checkout compare; do
    for name in a-file:blob a-folder:tree; do
      call "$kind" app=shop kind=git repository="file://$repositories/git" path="${name%:*}"
      has_error "${name%:*} in file://.* is a ${name#*:}, and no commit that could be built. Choose another path.$"
      says '@result missing=true'
    done
  done
  from_git main
  has_result method=switched changed=false
}

@test "a tool that this server does not have is named, whatever is asked" {
  local kind
  mkdir bin
  ln -s /usr/bin/* bin/
  rm -f bin/git bin/svn
  printf '#!/bin/sh\nPATH=%s exec %s "$@"\n' "$work/bin" "$program" >other && chmod +x other
  program=$work/other
  for kind in checkout compare; do
    call "$kind" app=shop kind=git repository="file://$repositories/git" path=main
    has_error 'There is no git on this server (PATH is /.*). Install it, then try again.$'
    call "$kind" app=shop kind=svn repository="file://$repositories/svn/shop" path=trunk
    has_error 'There is no svn on this server'
  done
}

@test "status tells apps, and not what else lies beside them" {
  from_git main
  mkdir "$work/srv/code/shop (copy)" "$work/srv/code/2 old" "$work/srv/code/shöp" "$work/srv/code/"$'a\nb' \
    "$work/srv/code/-x"
  call status
  [ "$(sed -n 's/^@result app\.\([^=]*\)=.*/\1/p' <<<"$output" | paste -sd ' ')" = 'shop.url shop.revision' ]
  call sweep
  last_line '@exit 0'
}
