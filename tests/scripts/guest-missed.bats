#!/usr/bin/env bats
#
# Stories of what a checkout does not bring: it is said in the log and for the
# console, after a checkout and before it.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() {
  export BATS_TEST_TIMEOUT=120
  # Debian's git-lfs sets itself up for the whole system, which the guest program does not heed.
  export GIT_CONFIG_NOSYSTEM=1
  export repositories=$BATS_FILE_TMPDIR
  make_subversion
  make_git
  make_missing_parts
}

setup() {
  make_guest
  export HOME=$work
}

# In the branches parts, filtered and nested of Git, and in branches of Subversion.
make_missing_parts() {
  local commit
  (
    cd "$repositories/git" || exit
    commit=$(git rev-parse main)
    git checkout --quiet -b parts
    for number in 1 2 3 4; do git update-index --add --cacheinfo "160000,$commit,lib/part$number"; done
    git commit --quiet -m parts
    git checkout --quiet -b filtered main
    printf '*.psd filter=lfs diff=lfs merge=lfs -text\n*.zipped filter=zipped\n' >.gitattributes
    for name in one two; do
      printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 5\n' 7 >"$name.psd"
    done
    printf 'no pointer' >real.psd
    echo plain | gzip -n >a.zipped
    git add . && git commit --quiet -m filtered
    git checkout --quiet -b nested main
    mkdir -p deep/er
    echo '*.bin filter=lfs' >deep/er/.gitattributes
    printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 5\n' 8 >$'deep/er/\u202ex.bin'
    git add . && git commit --quiet -m nested
    git checkout --quiet -b odd main
    mkdir $'Über "sicht"' data
    echo '*.bin filter=lfs' >$'Über "sicht"/.gitattributes'
    printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 5\n' 8 >$'Über "sicht"/x.bin'
    ln -s ../.git/annex/objects/aa/bb/SHA256E-s5--12/SHA256E-s5--12 data/scan.tif
    ln -s ../page data/page
    git add . && git commit --quiet -m odd
    git checkout --quiet main
  )
  local url=file://$repositories/svn/shop
  svn mkdir --quiet -m x "$url/branches/old form" "$url/branches/none"
  svn checkout --quiet "$url/branches/old form" "$repositories/old"
  mkdir -p "$repositories/old/lib &/ö"
  svn add --quiet "$repositories/old/lib &"
  printf '# a note\n\nshared -r 1 %s/trunk\n^/trunk@1 "two words"\n-r1 ../trunk third\n' "$url" \
    >"$repositories/externals"
  svn propset --quiet svn:externals -F "$repositories/externals" "$repositories/old/lib &/ö"
  svn propset --quiet svn:externals '^/trunk last' "$repositories/old"
  svn commit --quiet -m externals "$repositories/old"
}

compare_git() { call compare app=shop kind=git repository="file://$repositories/git" path="$1"; }
compare_svn() { call compare app=shop kind=svn repository="file://$repositories/svn/shop" path="$1"; }

leaves_out() {
  says "left out: $*"
  says "@left-out $*"
}

leaves_out_nothing() { [[ $output != *'left out'* ]] || { echo "$output" && return 1; }; }

@test "git: submodules are counted and named, before and after, with and without a clone" {
  local sentence='4 submodules (lib/part1, lib/part2, lib/part3, …): a checkout does not bring them'
  compare_git parts
  leaves_out "$sentence"
  only_clean
  from_git parts
  leaves_out "$sentence"
  compare_git parts
  leaves_out "$sentence"
  compare_git main
  leaves_out_nothing
  from_git main
  leaves_out_nothing
  [ -z "$(find "$work/srv" -maxdepth 1 -name '.compare-*')" ]
}

@test "git: LFS pointers and files behind other filters are told, with what to do" {
  compare_git filtered
  leaves_out '3 files (one.psd, real.psd, two.psd) of Git LFS: their pointers are there in place of them.' \
    'Install git-lfs'
  leaves_out '1 file (a.zipped) behind the Git filter zipped: they are as the repository keeps them'
  from_git filtered
  leaves_out '2 files (one.psd, two.psd) of Git LFS: their pointers are there in place of them.' \
    'Install git-lfs on this server'
  leaves_out '1 file (a.zipped) behind the Git filter zipped'
  from_git nested
  leaves_out '1 file (deep/er/?x.bin) of Git LFS'
}

@test "git: attributes in folders of every name count, and links of git-annex are told" {
  compare_git odd
  leaves_out '1 file (Über "sicht"/x.bin) of Git LFS'
  from_git odd
  leaves_out '1 file (Über "sicht"/x.bin) of Git LFS'
  leaves_out '1 file (data/scan.tif) of git-annex: their links lead to nothing.'
}

@test "git: a command after the checkout can bring submodules, and the next branch has none of them" {
  git init --quiet "$work/part"
  git -C "$work/part" -c user.name=lab -c user.email=lab@lab.example commit --quiet --allow-empty -m part
  git clone --quiet "$repositories/git" "$work/mine"
  git -C "$work/mine" -c protocol.file.allow=always submodule --quiet add "$work/part" lib/part
  git -C "$work/mine" -c user.name=lab -c user.email=lab@lab.example commit --quiet -m part
  git -C "$work/mine" push --quiet origin HEAD:refs/heads/with-part
  for _ in first again; do
    from_git with-part
    leaves_out '1 submodule (lib/part): a checkout does not bring them'
    call steps app=shop limit=20 'step.1=git -c protocol.file.allow=always submodule update --init'
    last_line '@exit 0'
    [ -e "$copy/lib/part/.git" ]
    from_git main
    has_result method=switched
    [ ! -e "$copy/lib" ]
  done
}

@test "git: a server that sends no files before they are asked for tells the same beforehand" {
  git -C "$repositories/git" config uploadpack.allowFilter true
  compare_git filtered
  git -C "$repositories/git" config uploadpack.allowFilter false
  leaves_out '3 files (one.psd, real.psd, two.psd) of Git LFS'
  leaves_out '1 file (a.zipped) behind the Git filter zipped'
  compare_git parts
  leaves_out '4 submodules (lib/part1'
}

@test "git: a filter that is set up later makes the files anew, and nothing is left out" {
  from_git filtered
  leaves_out '1 file (a.zipped) behind the Git filter zipped'
  git config --global filter.zipped.smudge 'gzip -dc'
  git config --global filter.zipped.clean 'gzip -nc'
  # What stands in for LFS here is a filter of its name; the real one is not on every machine.
  git config --global filter.lfs.smudge 'sed s/.*/large/'
  git config --global filter.lfs.clean cat
  compare_git filtered
  leaves_out_nothing
  from_git filtered
  has_result changed=true
  leaves_out_nothing
  [ "$(<"$copy/a.zipped")" = plain ]
  [ "$(sort -u "$copy/one.psd")" = large ]
  from_git filtered
  leaves_out_nothing
}

@test "git: the real LFS brings its files once it is installed" {
  command -v git-lfs >/dev/null || skip 'git-lfs is not installed'
  git clone --quiet "$repositories/git" "$work/mine"
  cd "$work/mine"
  git lfs install --local
  git lfs track '*.big'
  echo content >a.big
  git -c user.name=lab -c user.email=lab@lab.example add .
  git -c user.name=lab -c user.email=lab@lab.example commit --quiet -m large
  git push --quiet "file://$repositories/git" HEAD:refs/heads/real-lfs
  from_git real-lfs
  leaves_out '1 file (a.big) of Git LFS'
  git lfs install
  from_git real-lfs
  leaves_out_nothing
  [ "$(<"$copy/a.big")" = content ]
}

# make_part NAME TEXT...: a repository beside the app's own, with a commit for each text.
make_part() {
  local text part=$work/parts/$1
  git init --quiet --initial-branch main "$part"
  for text in "${@:2}"; do
    printf '%s\n' "$text" >"$part/text"
    git -C "$part" add text
    git -C "$part" -c user.name=lab -c user.email=lab@lab.example commit --quiet -m "$text"
  done
}

# add_part BRANCH PATH ADDRESS [COMMIT]: pushes a branch that has it as a submodule, whatever Git thinks of the address.
add_part() {
  local commit=${4-$(git -C "$work/parts/${2##*/}" rev-parse HEAD)}
  [[ -d $work/mine ]] || git clone --quiet "$repositories/git" "$work/mine"
  git -C "$work/mine" checkout --quiet -B "$1" "$(git -C "$work/mine" rev-parse --verify --quiet "$1" || echo main)"
  git -C "$work/mine" config --file .gitmodules "submodule.$2.path" "$2"
  git -C "$work/mine" config --file .gitmodules "submodule.$2.url" "$3"
  git -C "$work/mine" add .gitmodules
  git -C "$work/mine" update-index --add --cacheinfo "160000,$commit,$2"
  git -C "$work/mine" -c user.name=lab -c user.email=lab@lab.example commit --quiet -m "$2"
  git -C "$work/mine" push --quiet --force origin "HEAD:refs/heads/$1"
}

bring_git() {
  from_git "$1" "submodules=${2-file://$work/parts/*}" "${@:3}"
}

@test "git: submodules come from the repositories that are named, exactly at their commits, and go with their branch" {
  make_part one first second
  add_part with-part lib/one "file://$work/parts/one"
  echo "repositories=file://$repositories/git file://$work/parts" >>"$configuration"
  for _ in first again; do
    bring_git with-part
    has_result method="${method-new}"
    method=switched
    leaves_out_nothing
    [ "$(<"$copy/lib/one/text")" = second ]
    from_git main
    has_result method=switched
    [ ! -e "$copy/lib" ]
  done
  # What somebody has changed or put there is as it was, and another commit is another content.
  bring_git with-part
  echo changed >"$copy/lib/one/text"
  touch "$copy/lib/one/more"
  bring_git with-part
  [ "$(<"$copy/lib/one/text")" = second ]
  [ ! -e "$copy/lib/one/more" ]
  add_part with-part lib/one "file://$work/parts/one" "$(git -C "$work/parts/one" rev-parse HEAD~1)"
  bring_git with-part
  [ "$(<"$copy/lib/one/text")" = first ]
  # Not chosen: it is said as before.
  from_git main
  from_git with-part
  leaves_out '1 submodule (lib/one): a checkout does not bring them'
}

@test "git: a submodule from elsewhere is left out, whoever does not name its address" {
  make_part one first
  make_part two first
  add_part mixed lib/one "file://$work/parts/one"
  add_part mixed lib/two "file://$work/other/../parts/two"
  add_part mixed lib/ext 'ext::sh -c touch% /tmp/never' "$(git -C "$work/parts/one" rev-parse HEAD)"
  add_part mixed lib/dash '--upload-pack=touch never' "$(git -C "$work/parts/one" rev-parse HEAD)"
  add_part mixed lib/near '../parts' "$(git -C "$work/parts/one" rev-parse HEAD)"
  echo "repositories=file://$repositories/git file://$work/parts" >>"$configuration"
  bring_git mixed "file://$work/* file://$repositories/*"
  says "The submodule lib/one is brought from file://$work/parts/one."
  leaves_out "the submodule lib/two: it comes from file://$work/other/../parts/two, which is not among the repositories"
  leaves_out 'the submodule lib/ext: .gitmodules says no address of it that could be used.'
  leaves_out 'the submodule lib/dash: .gitmodules says no address of it that could be used.'
  leaves_out "the submodule lib/near: it comes from file://$repositories/parts, which is not among the repositories"
  [ -e "$copy/lib/one/text" ]
  [ -z "$(find "$copy/lib/two" "$copy/lib/ext" "$copy/lib/dash" -type f)" ]
  from_git main
  bring_git mixed "file://$work/parts/onetwo file://$work/part/*"
  leaves_out "the submodule lib/one: it comes from file://$work/parts/one, which the app's settings do not name"
  call compare app=shop kind=git repository="file://$repositories/git" path=mixed "submodules=file://$work/parts/*"
  says "left out: the submodule lib/two: it comes from file://$work/other/../parts/two"
}

@test "git: a submodule whose repository is gone ends the step with a sentence, and what is here needs none" {
  make_part one first
  add_part with-part lib/one "file://$work/parts/one"
  echo "repositories=file://$repositories/git file://$work/parts" >>"$configuration"
  bring_git with-part
  mv "$work/parts/one" "$work/parts/away"
  from_git main
  bring_git with-part
  [ "$(<"$copy/lib/one/text")" = first ]
  rm -rf "$copy"
  bring_git with-part
  has_error "The submodule lib/one of with-part could not be had from file://$work/parts/one (.*does not"
  last_line '@exit 1'
  mv "$work/parts/away" "$work/parts/one"
  bring_git with-part
  [ "$(<"$copy/lib/one/text")" = first ]
}

@test "git: LFS brings its files where the settings say so, from no other place than the repositories" {
  command -v git-lfs >/dev/null || skip 'git-lfs is not installed'
  git clone --quiet "$repositories/git" "$work/mine"
  cd "$work/mine"
  git lfs install --local
  git lfs track '*.big'
  echo content >a.big
  git -c user.name=lab -c user.email=lab@lab.example add .
  git -c user.name=lab -c user.email=lab@lab.example commit --quiet -m large
  git push --quiet "file://$repositories/git" HEAD:refs/heads/chosen-lfs
  from_git chosen-lfs
  leaves_out '1 file (a.big) of Git LFS'
  from_git chosen-lfs lfs=true
  leaves_out_nothing
  [ "$(<"$copy/a.big")" = content ]
  printf '[lfs]\n\turl = https://elsewhere.example/lfs\n' >.lfsconfig
  git -c user.name=lab -c user.email=lab@lab.example add .
  git -c user.name=lab -c user.email=lab@lab.example commit --quiet -m elsewhere
  git push --quiet --no-verify "file://$repositories/git" HEAD:refs/heads/elsewhere
  rm -rf "$copy"
  from_git elsewhere lfs=true
  leaves_out 'the files of Git LFS: elsewhere has them come from https://elsewhere.example/lfs'
  grep -q '^oid sha256' "$copy/a.big"
}

@test "svn: externals of both forms are counted and named, before and after" {
  local sentence='4 externals (last, lib &/ö/shared, lib &/ö/two words, …): a checkout does not bring them'
  compare_svn 'branches/old form'
  leaves_out "$sentence"
  from_svn 'branches/old form'
  leaves_out "$sentence"
  from_svn trunk
  leaves_out '1 external (other): a checkout does not bring them'
  from_svn branches/none
  leaves_out_nothing
  compare_svn branches/none
  leaves_out_nothing
}

@test "svn: what this server may not read is told, and the working copy is used again" {
  local port
  port=$(free_port)
  svnadmin create "$work/closed"
  svn mkdir --quiet --parents -m one "file://$work/closed/trunk/open" "file://$work/closed/trunk/shut"
  svn mkdir --quiet -m two "file://$work/closed/trunk/open/more"
  printf '[general]\nanon-access = read\nauthz-db = authz\n' >"$work/closed/conf/svnserve.conf"
  printf '[/]\n* = r\n[/trunk/shut]\n* =\n' >"$work/closed/conf/authz"
  svnserve --daemon --root "$work" --listen-host 127.0.0.1 --listen-port "$port" --pid-file "$work/svnserve.pid" 3>&-
  await 5 test -s "$work/svnserve.pid"
  echo "repositories=svn://127.0.0.1:$port" >>"$configuration"
  for revision in 1 2 2; do
    call checkout app=shop kind=svn "repository=svn://127.0.0.1:$port/closed" path=trunk "revision=$revision"
    has_result "revision=$revision"
    leaves_out "what svn://127.0.0.1:$port/closed does not let this server read of trunk"
  done
  has_result method=switched
  # A folder that somebody has taken out of the working copy is no such thing: it comes back.
  svn update --quiet --set-depth exclude "$copy/open"
  call checkout app=shop kind=svn "repository=svn://127.0.0.1:$port/closed" path=trunk
  has_result method=switched
  [ -d "$copy/open/more" ]
}

teardown() { end_by_file "$BATS_TEST_TMPDIR/svnserve.pid"; }
