#!/usr/bin/env bats
#
# Stories of faults on the guest and around it: a full disk, another version of
# the console, supervisors that are killed.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell, with output and status of its own
# shellcheck disable=SC2016 # paths that must stay what they are

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

# on_small_disk COMMAND ...: with 2 MB for the guest's folder.
on_small_disk() {
  mkdir -p "$work/srv"
  run unshare --user --map-root-user --mount bash -c 'mount -t tmpfs -o size=2m none "$0" && "$@"' "$work/srv" "$@"
}

need_small_disk() {
  on_small_disk true
  [ "$status" -eq 0 ] || skip 'a small disk needs root or user namespaces'
}

@test "a full disk is told, and the working copy can be used as before" {
  need_small_disk
  make_large_branches
  cat >"$work/story" <<'END'
program=$1 configuration=$2
checkout() {
  mkfifo pipe && exec 9<>pipe && rm pipe
  printf '%s\n' protocol=1 app=shop "kind=$1" "repository=$2" "path=$3" '' >&9
  "$program" "$configuration" checkout <&9
  exec 9>&-
}
checkout "$3" "$4" "$5" | tail -n 1
checkout "$3" "$4" "$6" | tail -n 2
checkout "$3" "$4" "$5" | tail -n 1
cat srv/code/shop/page
ls -A srv/code
END
  on_small_disk bash story "$program" "$configuration" svn "file://$repositories/svn/shop" trunk branches/large
  ensure_story trunk
  on_small_disk bash story "$program" "$configuration" git "file://$repositories/git" main large
  ensure_story two
}

ensure_story() {
  [ "${lines[*]:0:1} ${lines[*]:2}" = "@exit 0 @exit 1 @exit 0 $1 shop" ] || { echo "$output" && return 1; }
  [[ ${lines[1]} == '@error The disk of this server is full: the checkout of '*large' into '* &&
    ${lines[1]} == *' was not completed. Free some space'* ]]
}

@test "settings that a full disk does not take are told, and that the former ones are in use" {
  need_small_disk
  printf '%s\n' apachectl=/bin/false "apache_pid_file=$work/none" >>"$configuration"
  printf '%s\n' protocol=1 app=shop file.{apache.conf,wsgi.py,settings.py}=eA== '' >"$work/sent"
  cat >"$work/story" <<'END'
settings() {
  mkfifo pipe && exec 9<>pipe && rm pipe
  cat sent >&9
  "$1" "$2" settings <&9 | grep '^@error'
  exec 9>&-
}
fill() { dd if=/dev/zero of=srv/filling bs=4096 2>/dev/null; }
fill
settings "$@"
rm -rf srv/filling srv/site
mkdir srv/site && echo former | tee srv/site/{apache.conf,wsgi.py,settings.py} >/dev/null
fill
settings "$@"
cat srv/site/*
END
  on_small_disk bash story "$program" "$configuration"
  full="@error $work/srv/.site-new/[a-z.]* cannot be written: .*No space left on device."
  full+=' Free some space on this disk, then try again\.'
  [[ ${lines[0]} =~ ^$full$ && ${lines[1]} =~ ^$full\ The\ former\ settings\ are\ in\ use\.$ ]] ||
    { echo "$output" && false; }
  [ "${lines[*]:2}" = 'former former former' ]
}

@test "a console of another version is refused with a sentence" {
  run "$program" "$configuration" checkout < <(printf 'protocol=2\napp=shop\n\n')
  [ "$status" -eq 2 ]
  has_error "The first line is 'protocol=2', guest speaks protocol=1." \
    "Install the console's version of guest on this host."
  call exchange
  has_error "'exchange' is no verb of guest." \
    'It knows: status checkout compare steps settings off workers errors sweep check.' \
    "Install the console's version of guest on this host."
}

@test "after kill -9 of its supervisor, a sweep ends the run and makes working copies usable" {
  local run
  from_svn trunk revision=2
  call checkout app=tickets kind=git "repository=file://$repositories/git" path=main
  "$program" "$configuration" steps \
    < <(send app=shop limit=60 "step.1=setsid $nap & touch begun; $nap" && exec sleep 20) >/dev/null 3>&- &
  run=$!
  await 10 test -e "$copy/begun"
  lock_like_a_killed_svn "$copy"
  touch "$work/srv/code/tickets/.git/index.lock"
  mkdir "$work/srv/code/.draft-shop" "$work/srv/.compare-x1"
  kill -KILL "$run"
  call sweep
  run -0 grep -x '@result swept=[1-9][0-9]*' <<<"$output"
  run ! pgrep -u "$EUID" -fx "$nap"
  only_clean
  [ ! -e "$work/srv/.compare-x1" ]
  svn update --quiet --ignore-externals "$copy"
  git -C "$work/srv/code/tickets" reset --quiet --hard
  call sweep
  has_result swept=0
  from_svn trunk revision=4
  has_result revision=4 method=switched
}

@test "a sweep leaves what another guest on the same machine has lost to that one's own" {
  local run another=$work/another.conf
  sed "s|^folder=.*|folder=$work/another|" "$configuration" >"$another"
  mkdir "$work/another"
  configuration=$another from_svn trunk
  "$program" "$another" steps < <(send app=shop limit=60 "step.1=touch begun; $nap" && exec sleep 20) >/dev/null 3>&- &
  run=$!
  await 10 test -e "$work/another/code/shop/begun"
  kill -KILL "$run"
  call sweep
  has_result swept=0
  run -0 pgrep -u "$EUID" -fx "$nap"
  configuration=$another call sweep
  run ! pgrep -u "$EUID" -fx "$nap"
}

@test "a long switch has its first 200 files in the log, and a count" {
  from_svn trunk revision=2
  svn mkdir --quiet -m 'many files' "file://$repositories/svn/shop/branches/many"
  (cd "$work" && mkdir many && touch many/file{1..300} &&
    svn import --quiet -m 'many files' many "file://$repositories/svn/shop/branches/many")
  from_svn branches/many
  has_result method=switched changed=true
  [ "$(grep -c '^A ' <<<"$output")" -lt 201 ]
  says 'more lines)'
  says 'Updated to revision'
}

@test "foreign files by the hundred are gone, the first 200 of them in the log, and a count" {
  from_svn trunk
  (cd "$copy" && touch foreign{1..300} page{1..300}.pyc)
  from_svn trunk
  has_result changed=true method=switched
  [ -z "$(find "$copy" -name 'foreign*' -o -name '*.pyc')" ]
  [ "$(grep -c '^D ' <<<"$output")" -lt 202 ]
  says '(399 more lines)'
}

@test "what the application has compiled is gone, and other revisions below are made right" {
  from_svn trunk
  mkdir "$copy/deep/__pycache__" && touch "$copy/deep/__pycache__/a.pyc"
  from_svn trunk
  has_result changed=true method=switched
  [ ! -e "$copy/deep/__pycache__" ]
  svn update --quiet --ignore-externals --revision 3 "$copy/deep/file1"
  from_svn trunk revision=4
  has_result revision=4 changed=true method=switched
  [ "$(svnversion "$copy")" = 4 ]
  svn update --quiet --ignore-externals --set-depth files "$copy"
  from_svn trunk revision=4
  has_result revision=4 changed=true method=switched
  [ -e "$copy/deep/file1" ]
}

@test "git: submodules are not followed" {
  git -C "$repositories/git" checkout --quiet -b nested main
  git -C "$repositories/git" -c protocol.file.allow=always submodule --quiet add "file://$repositories/git" nested
  git -C "$repositories/git" commit --quiet -m nested
  git -C "$repositories/git" checkout --quiet main
  from_git nested
  has_result method=new
  [ -z "$(ls -A "$copy/nested")" ]
  from_git nested
  has_result changed=false
}

@test "a new checkout that fails leaves nothing beside" {
  git clone --quiet --bare "$repositories/git" "$work/broken"
  rm -f "$work/broken/objects/$(git -C "$work/broken" rev-parse main:page | sed 's|..|&/|')"
  echo "repositories=file://$work/broken" >>"$configuration"
  call checkout app=shop kind=git "repository=file://$work/broken" path=main
  has_error 'Git could not get main from file:.*broken (.*'
  only_clean
}
