#!/usr/bin/env bats
#
# Stories of a build that is run again: its commit or revision is known, and
# what has become of its branch since does not matter. From a real Subversion
# and a real Git.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { export BATS_TEST_TIMEOUT=120; }

setup() {
  repositories=$BATS_TEST_TMPDIR/repositories
  mkdir "$repositories"
  make_guest
}

# A branch with one commit of its own, which main does not have. Sets hash.
make_git_with_branch() {
  make_git
  git -C "$repositories/git" config uploadpack.allowFilter true
  git -C "$repositories/git" checkout --quiet -b feature/basket main
  echo basket >"$repositories/git/page"
  git -C "$repositories/git" commit --quiet -a -m basket
  hash=$(git -C "$repositories/git" rev-parse HEAD)
  git -C "$repositories/git" checkout --quiet main
}

in_git() { git -C "$repositories/git" "$@"; }

again() { from_git feature/basket "revision=$hash"; }

plan_again() {
  call compare app=shop kind=git "repository=file://$repositories/git" path=feature/basket "revision=$hash" "$@"
}

# Another server, which has never had the branch.
on_another_server() {
  mkdir "$work/other"
  sed -i "s|^folder=.*|folder=$work/other|" "$configuration"
  copy=$work/other/code/shop
}

is_the_commit() {
  has_result "revision=$hash"
  [ "$(git -C "$copy" rev-parse HEAD)" = "$hash" ]
  [ "$(<"$copy/page")" = basket ]
}

@test "git: a branch that is merged and deleted, on the server that had it and on another" {
  make_git_with_branch
  from_git feature/basket
  from_git main
  in_git merge --quiet --no-ff -m merged feature/basket
  in_git branch --quiet --delete feature/basket
  again
  is_the_commit
  on_another_server
  plan_again
  has_result "to_revision=$hash" relation=forward
  again
  is_the_commit
  from_git feature/basket "revision=${hash:0:9}"
  is_the_commit
  from_git feature/basket
  has_error 'There is no branch or tag feature/basket'
}

@test "git: a branch that is renamed, and one that is pushed anew" {
  make_git_with_branch
  in_git branch --quiet --move feature/basket feature/cart
  again
  is_the_commit
  plan_again from_path=main "from_revision=$(in_git rev-parse main)"
  has_result "to_revision=$hash" relation=forward
  in_git branch --quiet --move feature/cart feature/basket
  in_git branch --force feature/basket main
  on_another_server
  again
  is_the_commit
  from_git feature/basket
  has_result "revision=$(in_git rev-parse main)"
  again
  is_the_commit
}

@test "git: a branch and a tag of another's name, and a tag like the beginning of a hash" {
  make_git_with_branch
  in_git branch --force feature/basket main
  in_git tag feature/basket main
  in_git tag "${hash:0:9}" main
  again
  is_the_commit
  from_git main
  from_git feature/basket "revision=$hash"
  is_the_commit
}

# commit_on BRANCH: sets hash.
commit_on() {
  in_git checkout --quiet -B "$1" main
  in_git commit --quiet --allow-empty -m "$1"
  hash=$(in_git rev-parse HEAD)
  in_git checkout --quiet main
}

@test "git: a commit is found by its beginning when branches and tags have become folders of others" {
  make_git
  commit_on team
  in_git tag rel team
  from_git main
  from_git "${hash:0:9}"
  has_result "revision=$hash"
  in_git branch --quiet -m team team/one
  in_git tag --delete rel
  in_git tag rel/1 main
  commit_on late
  from_git "${hash:0:9}"
  has_result "revision=$hash" method=switched
}

@test "git: what stops a fetch in the clone alone has it made anew" {
  make_git
  from_git 1.0
  rm -rf "$copy/.git/refs/console"
  echo no folder >"$copy/.git/refs/console"
  from_git main
  has_result "revision=$(in_git rev-parse main)" method=new
}

@test "git: a commit that the repository has lost is there on the server that had it, and named on another" {
  make_git_with_branch
  from_git feature/basket
  from_git main
  in_git branch --quiet -D feature/basket
  in_git reflog expire --expire=now --all
  in_git gc --quiet --prune=now
  again
  is_the_commit
  plan_again from_path=main "from_revision=$(in_git rev-parse main)"
  has_result "to_revision=$hash" relation=forward
  on_another_server
  again
  has_error "There is no commit $hash in file:.*: no branch or tag leads to it," \
    "and this server has not fetched it before"
  says '@result missing=true'
  only_clean
  plan_again
  has_error "There is no commit $hash"
}

@test "git: a commit that is here needs no repository" {
  make_git_with_branch
  from_git feature/basket
  from_git main
  mv "$repositories/git" "$repositories/away"
  again
  is_the_commit
  from_git feature/basket revision=0000000000000000000000000000000000000001
  has_error 'Git could not get feature/basket'
  [ "$(<"$copy/page")" = basket ]
}

@test "svn: a branch that is deleted, replaced or renamed since its revision" {
  make_subversion
  local url=file://$repositories/svn/shop
  svn copy --quiet -m basket "$url/trunk" "$url/branches/basket"
  from_svn branches/basket
  has_result revision=5
  svn delete --quiet -m gone "$url/branches/basket"
  from_svn trunk
  from_svn branches/basket revision=5
  has_result revision=5
  [ "$(svn info --show-item url "$copy")" = "$url/branches/basket" ]
  call compare app=shop kind=svn "repository=$url" path=branches/basket revision=5 from_path=trunk from_revision=6
  has_result to_revision=5 relation=forward
  from_svn trunk
  svn copy --quiet -m another "$url/trunk@2" "$url/branches/basket"
  from_svn branches/basket revision=5
  has_result revision=5
  [ -e "$copy/deep/file60" ]
  svn move --quiet -m renamed "$url/branches/basket" "$url/branches/cart"
  from_svn branches/basket revision=7
  has_result revision=7
  [ ! -e "$copy/deep" ]
  from_svn branches/basket
  has_error 'There is no path branches/basket'
}
