#!/usr/bin/env bats
#
# Stories of faults on the guest and around it: a full disk, repositories that
# are silent, another version of the console, supervisors that are killed.
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load host
load guest

setup_file() {
  export BATS_TEST_TIMEOUT=40
  export repositories=$BATS_FILE_TMPDIR
  make_subversion
  make_git
}

setup() {
  make_guest
  sed -i "s,^repositories=,&svn://127.0.0.1 http://127.0.0.1 ," "$configuration"
}

teardown() {
  end_process "${listener-}"
  end_process "${relaying-}"
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
  [[ ${lines[1]} == '@error The disk of this server is full: the checkout of '*large' into '*' was not completed. Free some space'* ]]
}

# Takes connections on port and says nothing.
listen_silently() {
  port=$(free_port)
  /usr/bin/python3 -c 'import socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)' "$port" 3>&- &
  listener=$!
  await 5 bash -c "exec 9<>/dev/tcp/127.0.0.1/$port" 2>/dev/null
}

@test "a repository that is silent is told within its limit, and nothing is left" {
  listen_silently
  sed -i "s,^repositories=,&svn://127.0.0.1:$port http://127.0.0.1:$port ,; s,^git_protocols=.*,&:http,; \$arepository_seconds=1" "$configuration"
  from_svn trunk
  SECONDS=0
  call checkout app=shop kind=svn "repository=svn://127.0.0.1:$port/shop" path=trunk
  has_error "The repository svn://127.0.0.1:$port/shop does not answer this server (svn: E170013: no answer within 1 s). Check that it runs"
  call compare app=shop kind=svn "repository=svn://127.0.0.1:$port/shop" path=trunk
  has_error 'no answer within 1 s'
  call checkout app=shop kind=git "repository=http://127.0.0.1:$port/shop" path=main
  has_error 'Git could not get main from .* (fatal: no answer within 1 s)'
  ((SECONDS < 10))
  run ! pgrep -u "$EUID" -f "127.0.0.1:$port/shop"
  [ -e "$copy/page" ]
}

@test "a repository that falls silent in the middle of a transfer is told, and the next run is well" {
  make_large_branches
  sed -i "s,^git_protocols=.*,&:git,; \$arepository_seconds=1" "$configuration"
  serve svnserve --daemon --foreground --root "$repositories/svn" --listen-host 127.0.0.1 --listen-port
  falls_silent svn "svn://127.0.0.1:$relay/shop" trunk branches/large 'svn: E170013: no answer within 2 s'
  end_serving
  serve git daemon --reuseaddr --export-all --base-path="$repositories" --listen=127.0.0.1
  falls_silent git "git://127.0.0.1:$relay/git" main large 'fatal: no answer within 2 s'
}

# serve COMMAND...: on port, as its last argument says.
serve() {
  port=$(free_port) relay=$(free_port)
  if [[ $1 == git ]]; then "$@" --port="$port" 3>&- & else "$@" "$port" 3>&- & fi
  listener=$!
  await_port "$port"
  sed -i "s,^repositories=,&svn://127.0.0.1:$relay git://127.0.0.1:$relay ," "$configuration"
}

# What it answers to one connection ends without a word after so many bytes.
relay_only() {
  end_process "${relaying-}"
  /usr/bin/python3 "$BATS_TEST_DIRNAME/relay" "$relay" "$port" "$1" 3>&- 2>/dev/null &
  relaying=$!
  await_port "$relay"
}

await_port() { await 5 bash -c "exec 9<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; }

end_serving() {
  end_process "$relaying"
  end_process "$listener"
}

end_process() {
  kill "$1" 2>/dev/null || return 0
  wait "$1" || true
}

is_incomplete() {
  call status
  has_result app.shop.incomplete=true
}

# falls_silent KIND REPOSITORY PATH NEXT REASON
falls_silent() {
  relay_only 100000000
  call checkout app=shop "kind=$1" "repository=$2" "path=$3"
  last_line '@exit 0'
  relay_only 50000
  SECONDS=0
  call checkout app=shop "kind=$1" "repository=$2" "path=$4"
  has_error "$5"
  [[ $1 == git || $output == *'@result begun=true'* ]]
  ((SECONDS < 12))
  run ! pgrep -u "$EUID" -f "$2"
  [[ $1 == git ]] || is_incomplete
  relay_only 100000000
  call checkout app=shop "kind=$1" "repository=$2" "path=$4"
  last_line '@exit 0'
  call status
  [[ $output != *incomplete* ]]
  cmp "$repositories/large" "$(find "$copy" -name '.[a-z]*' -prune -o -type f -name large -print)"
}

@test "a checkout that is cancelled while the repository is silent ends at once" {
  listen_silently
  sed -i "s,^repositories=,&svn://127.0.0.1:$port ," "$configuration"
  SECONDS=0
  run "$program" "$configuration" checkout < <(send app=shop kind=svn "repository=svn://127.0.0.1:$port/shop" path=trunk && sleep 1)
  [ "$status" -eq 143 ]
  ((SECONDS < 6))
  run ! pgrep -u "$EUID" -f "127.0.0.1:$port/shop"
}

@test "a console of another version is refused with a sentence" {
  run "$program" "$configuration" checkout < <(printf 'protocol=2\napp=shop\n\n')
  [ "$status" -eq 2 ]
  has_error "The first line is 'protocol=2', guest speaks protocol=1. Install the console's version of guest on this host."
  call exchange
  has_error "'exchange' is no verb of guest. It knows: status checkout compare steps settings sweep. Install the console's version of guest on this host."
}

@test "after kill -9 of its supervisor, a sweep ends the run and makes working copies usable" {
  local run
  from_svn trunk revision=2
  call checkout app=tickets kind=git "repository=file://$repositories/git" path=main
  "$program" "$configuration" steps < <(send app=shop limit=60 'step.1=setsid sleep 3434 & touch begun; sleep 3434' && exec sleep 20) >/dev/null 3>&- &
  run=$!
  await 10 test -e "$copy/begun"
  lock_like_a_killed_svn "$copy"
  touch "$work/srv/code/tickets/.git/index.lock"
  mkdir "$work/srv/code/.draft-shop" "$work/srv/.compare-x1"
  kill -KILL "$run"
  call sweep
  run -0 grep -x '@result swept=[1-9][0-9]*' <<<"$output"
  run ! pgrep -u "$EUID" -fx 'sleep 3434'
  only_clean
  [ ! -e "$work/srv/.compare-x1" ]
  svn update --quiet --ignore-externals "$copy"
  git -C "$work/srv/code/tickets" reset --quiet --hard
  call sweep
  has_result swept=0
  from_svn trunk revision=4
  has_result revision=4 method=switched
}

@test "a long switch has its first 200 files in the log, and a count" {
  from_svn trunk revision=2
  svn mkdir --quiet -m 'many files' "file://$repositories/svn/shop/branches/many"
  (cd "$work" && mkdir many && touch many/file{1..300} && svn import --quiet -m 'many files' many "file://$repositories/svn/shop/branches/many")
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
  has_result revision=4 changed=true method=new
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
