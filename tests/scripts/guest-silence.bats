#!/usr/bin/env bats
#
# Stories of repositories that are silent: from the first word on, or in the
# middle of a transfer.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell, with output and status of its own

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

teardown() {
  end_own "${listener-}"
  end_own "${relaying-}"
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
  sed -i -e "s,^repositories=,&svn://127.0.0.1:$port http://127.0.0.1:$port ," -e 's,^git_protocols=.*,&:http,' \
    "$configuration"
  echo repository_seconds=1 >>"$configuration"
  from_svn trunk
  SECONDS=0
  call checkout app=shop kind=svn "repository=svn://127.0.0.1:$port/shop" path=trunk
  has_error "The repository svn://127.0.0.1:$port/shop does not answer this server (svn: E170013:" \
    "no answer within 1 s). Check that it runs"
  call compare app=shop kind=svn "repository=svn://127.0.0.1:$port/shop" path=trunk
  has_error 'no answer within 1 s'
  call checkout app=shop kind=git "repository=http://127.0.0.1:$port/shop" path=main
  has_error 'Git could not get main from .* (fatal: no answer within 1 s)'
  ((SECONDS < 30))
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
  end_own "${relaying-}"
  /usr/bin/python3 "$BATS_TEST_DIRNAME/relay" "$relay" "$port" "$1" 3>&- 2>/dev/null &
  relaying=$!
  await_port "$relay"
}

await_port() { await 5 bash -c "exec 9<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; }

end_serving() {
  end_own "$relaying"
  end_own "$listener"
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
  ((SECONDS < 30))
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
  run_held "$program" "$configuration" checkout \
    < <(send_until '^@program' app=shop kind=svn "repository=svn://127.0.0.1:$port/shop" path=trunk)
  [ "$status" -eq 143 ]
  (($(date +%s) - $(<closed) < 25))
  run ! pgrep -u "$EUID" -f "127.0.0.1:$port/shop"
}
