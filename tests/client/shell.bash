#!/usr/bin/env bash
#
# What the stories of people in a shell share: two people with tokens on a running console.

bats_require_minimum_version 1.5.0
root=$(readlink -f -- "$BATS_TEST_DIRNAME/../..")
export LC_ALL=C.UTF-8
# What bats' run sets.
output='' stderr='' status=0
fronts=()

# person NAME PASSWORD: writes a file for tsc, and prints its name.
person() {
  local file=$BATS_FILE_TMPDIR/$1 token
  token=$(curl --silent --fail --user "$1:$2" -H 'Content-Type: application/json' "${CONSOLE_URL}api/tokens" \
    -d "{\"name\": \"shell $BASHPID.$RANDOM\", \"scope\": [\"reserve\", \"build\"], \"days\": 1}" | jq -r .secret)
  (umask 077 && printf 'console=%s\ntoken=%s\n' "$CONSOLE_URL" "$token" >"$file")
  printf '%s\n' "$file"
}

meet() {
  TSC_CONFIG=$(person "$CONSOLE_USER" "$CONSOLE_PASSWORD")
  OTHER=$(person "$OTHER_USER" "$OTHER_PASSWORD")
  export TSC_CONFIG OTHER PATH="$root/scripts:$PATH"
}

# What tsc has of its own is below the story's folder.
has_left_nothing() { [ -z "$(compgen -G "$TMPDIR/tsc.*")" ]; }

# What a story leaves, also one that has failed.
give_back_all() {
  local file server place
  [ -z "${pid-}" ] || kill -KILL -- "-$pid" 2>/dev/null || true
  [ ${#fronts[@]} = 0 ] || kill "${fronts[@]}"
  for file in "$TSC_CONFIG" "$OTHER"; do
    for place in $(with "$file" tsc line --json | jq -r '.own[].place'); do
      with "$file" tsc leave "$place"
    done
    for server in $(with "$file" tsc list --json |
      jq -r --arg who "${file##*/}" '.servers[] | select(.reservation.holder == $who).name'); do
      with "$file" tsc release "$server"
    done
  done
}

# with FILE COMMAND...: tsc has its settings from there.
with() { TSC_CONFIG=$1 "${@:2}"; }

other() { with "$OTHER" tsc "$@"; }

# find_free: sets server, one that nobody has and on which nothing is built.
find_free() {
  server=$(tsc list --json |
    jq -er '[.servers[] | select(.reservation or .line or .unusable or .build | not)][0].name')
}

# The other one takes all that is free. Sets taken, one of them.
take_all() {
  local server
  while server=$(other any 1h 'all of them' 2>/dev/null); do taken=$server; done
  [ "$taken" ]
}

# beside COMMAND...: goes on beside the story as in a terminal of its own; sets pid. Its words are in $told.
beside() {
  told=$BATS_TEST_TMPDIR/told
  perl -e '$SIG{INT} = "DEFAULT"; setpgrp; exec @ARGV or die' "$@" >"$told" 2>&1 3>&- &
  pid=$!
}

press_ctrl_c() { kill -INT -- "-$pid"; }

# end_of_it: sets status, the exit code of what goes on beside.
end_of_it() {
  status=0
  wait "$pid" || status=$?
}

await() {
  local rounds=200
  until "$@"; do
    ((rounds-- > 0)) || { cat "$told" && return 1; }
    sleep 0.05
  done
}

has_told() { grep -q -- "$1" "$told"; }

through() { with "$between" "$@"; }

# changed KEY VALUE: prints the name of a file for tsc, in which this is so.
changed() {
  local file
  file=$(mktemp "$BATS_TEST_TMPDIR/settings.XXXXXX")
  sed "s|^$1=.*|$1=$2|" "$TSC_CONFIG" >"$file"
  printf '%s\n' "$file"
}

says() {
  local words
  for words; do
    [[ $output$stderr == *"$words"* ]] || { echo "not said: $words" && echo "$output$stderr" && return 1; }
  done
}

free_port() {
  local port=$((21700 + (BASHPID * 7 + RANDOM) % 1200))
  while (exec 9<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

# put_between HOW ...: what front does for those who come through it.
put_between() {
  local port
  port=$(free_port)
  "$BATS_TEST_DIRNAME/front" "$port" "$@" 3>&- &
  fronts+=("$!")
  between=$(changed console "http://127.0.0.1:$port/console/")
  until (exec 9<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.05; done
}
