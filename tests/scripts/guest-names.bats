#!/usr/bin/env bats
#
# Stories of branches as teams call them: what Git and Subversion take is built,
# compared, and built again after it has been deleted. CONSOLE_NAMES is how many
# random names more than the chosen ones are tried.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/names.bash"

setup_file() {
  local kind
  export BATS_TEST_TIMEOUT=$((300 + ${CONSOLE_NAMES:-0} * 4))
  export repositories=$BATS_FILE_TMPDIR
  for kind in git svn; do
    write_names "$repositories/$kind.names" "$kind" $((45 + ${CONSOLE_NAMES:-0}))
    "make_named_$kind" "$repositories/$kind.names"
  done
}

# As the console lists it: what could be an option or a whole reference is named in full.
git_path() {
  case $1 in
    -* | refs/heads/* | refs/tags/*) path=refs/heads/$1 ;;
    *) path=$1 ;;
  esac
}

# Branches called "touch x" and the like are in .git only.
nothing_ran() { [ -z "$(find "$work" -name x -not -path '*/.git/*')" ]; }

# Every fourth name, or each when more than the usual ones are tried.
is_built_again() { [[ $((number % 4)) == 0 || -n ${CONSOLE_NAMES-} ]]; }

is_built() { [ "$(<"$copy/page")" = "$number" ] || { echo "not built: $path" && echo "$output" && return 1; }; }

@test "git: every name is compared and built, and some are built again after their deletion" {
  local name number=0 path revision revisions=()
  while IFS= read -r name; do
    git_path "$name"
    revision=$(git -C "$repositories/git" rev-parse "refs/heads/$name")
    call compare app=shop kind=git repository="file://$repositories/git" "path=$path"
    has_result "to_revision=$revision"
    from_git "$path"
    has_result "revision=$revision"
    is_built
    git -C "$repositories/git" update-ref -d "refs/heads/$name"
    revisions+=("$revision")
    number=$((number + 1))
  done <"$repositories/git.names"
  [ "$number" -ge 30 ]
  number=0
  while IFS= read -r name; do
    if is_built_again; then
      git_path "$name"
      from_git "$path" "revision=${revisions[number]}"
      has_result "revision=${revisions[number]}" method=switched
      is_built
    fi
    number=$((number + 1))
  done <"$repositories/git.names"
  nothing_ran
  from_git "$path"
  has_error 'There is no branch or tag'
}

@test "svn: every name is compared, built and told, and some are built again after their deletion" {
  local name number=0 path
  while IFS= read -r name; do
    path=branches/$name
    call compare app=shop kind=svn repository="file://$repositories/svn/shop" "path=$path"
    has_result to_revision=1 relation=forward
    from_svn "$path"
    has_result revision=1
    is_built
    call status
    # The whole address is told, every byte of the name that needs it with its number.
    url=$(sed -n 's/^@result app.shop.url=//p' <<<"$output")
    [ "$(/usr/bin/python3 -c 'import sys, urllib.parse; print(urllib.parse.unquote(sys.argv[1]))' "$url")" \
      = "file://$repositories/svn/shop/$path" ]
    number=$((number + 1))
  done <"$repositories/svn.names"
  [ "$number" -ge 30 ]
  svn rm --quiet -m gone "file://$repositories/svn/shop/branches"
  number=0
  while IFS= read -r name; do
    path=branches/$name
    if is_built_again; then
      from_svn "$path" revision=1
      has_result revision=1
      is_built
    fi
    number=$((number + 1))
  done <"$repositories/svn.names"
  from_svn "$path"
  has_error 'There is no path'
  nothing_ran
}

@test "git: a name that is both branch and tag builds the branch and says so, and each can be chosen" {
  local branch tag kind
  git -C "$repositories/git" branch --quiet both main
  tag=$(git -C "$repositories/git" -c user.name=lab -c user.email=lab@lab.example commit-tree -m other 'main^{tree}')
  git -C "$repositories/git" -c user.name=lab -c user.email=lab@lab.example tag -m annotated both "$tag"
  branch=$(git -C "$repositories/git" rev-parse refs/heads/both)
  for kind in checkout compare; do
    local field=revision
    [ "$kind" = checkout ] || field=to_revision
    call "$kind" app=shop kind=git repository="file://$repositories/git" path=both
    has_result "$field=$branch"
    says '@left-out the tag both: a branch has that name, too, and is built. Choose refs/tags/both for the tag.'
    says 'left out: the tag both'
    call "$kind" app=shop kind=git repository="file://$repositories/git" path=refs/tags/both
    has_result "$field=$tag"
    [[ $output != *left-out* ]]
    call "$kind" app=shop kind=git repository="file://$repositories/git" path=refs/heads/both
    has_result "$field=$branch"
    [[ $output != *left-out* ]]
  done
  from_git refs/tags/none
  has_error 'There is no branch or tag refs/tags/none in file:.*Choose another path'
}

@test "a repository is taken by any address that its tool takes" {
  local name address
  for name in 'My Shop' 'Öl & (new), +1' "it's=1;\$(touch x)" '100% @2'; do
    git clone --quiet --bare --single-branch --branch main "file://$repositories/git" "$work/$name.git"
    svnadmin create "$work/$name"
    svn mkdir --quiet -m x "file://$work/$name/trunk"
    address=$(/usr/bin/python3 -c 'import sys, urllib.parse as p; print(p.quote(sys.argv[1], "&(),+=;/"))' \
      "$work/$name")
    sed -i "s|^repositories=|&file://$work/ |" "$configuration"
    call checkout app=shop kind=git "repository=file://$address.git" path=main
    has_result method=new
    call compare app=shop kind=svn "repository=file://$address" path=trunk
    has_result to_revision=1
    call checkout app=shop kind=svn "repository=file://$address" path=trunk
    has_result method=new
    call checkout app=shop kind=svn "repository=file://$address" path=trunk
    has_result method=switched changed=false
  done
  [ -z "$(find "$work" -name x)" ]
}

@test "a name of 1,000 bytes has a whole sentence, and a longer one is refused" {
  local long
  long=$(printf 'ü%.0s' {1..495})
  from_git "$long"
  has_error 'There is no branch or tag üü.*… in file:.*Choose another path\.$'
  from_svn "branches/$long"
  has_error 'There is no path branches/üü.*… in file:.*existed\.$'
  from_svn "branches/${long}üüü"
  [ "$status" -eq 2 ]
}
