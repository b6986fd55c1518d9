#!/usr/bin/env bats
#
# Stories of people in a shell, through the web server of a running console:
# CONSOLE_URL, CONSOLE_USER and CONSOLE_PASSWORD, OTHER_USER and OTHER_PASSWORD.
#
# shellcheck disable=SC2016 # names that look like a shell's are text

source "$BATS_TEST_DIRNAME/shell.bash"

setup_file() { meet; }

setup() {
  export TMPDIR=$BATS_TEST_TMPDIR
  find_free
}

teardown() { give_back_all; }

@test "a server is reserved, extended and given back, and the other one reads whose it is" {
  run -0 tsc reserve "$server" 30m "Größe «x», 'q' \"d\" \$(id)"
  says "$server is yours until"
  run -2 --separate-stderr other reserve "$server" 1h mine
  [ -z "$output" ]
  says "$server is reserved by $CONSOLE_USER" "Größe «x», 'q' \"d\" \$(id)"
  run -0 other who "$server"
  says "$server: $CONSOLE_USER, since"
  says "Größe «x», 'q' \"d\" \$(id)"
  until=$(tsc who "$server" --json | jq -r '.reservation.until[:16]')
  run -0 tsc extend "$server" +1h
  [ "$(tsc who "$server" --json | jq -r '.reservation.until[:16]')" = "$(date -u -d "${until}Z + 1 hour" +%FT%H:%M)" ]
  run -0 tsc extend "$server" 4h
  run -2 other extend "$server" 4h
  says "$server is reserved by $CONSOLE_USER"
  run -0 tsc list
  [[ ${lines[*]} =~ $server\ +$CONSOLE_USER\ +until ]]
  run -2 other release "$server"
  run -0 tsc release "$server"
  says "$server is free again."
  run -0 tsc who
  [[ $output != *": $CONSOLE_USER, since"* ]]
  run -2 tsc extend "$server" 1h
  says "Nobody has $server."
}

@test "a build is launched, waited for, and its log read; one that fails ends with 1" {
  run -0 --separate-stderr tsc build "$server" --app shop --path branches/price-with-tax --database --code --wait
  says 'succeeded after' 'shop branches/price-with-tax at'
  run -0 --separate-stderr tsc log "$server"
  says code
  [ -z "$stderr" ]
  id=$(tsc build "$server" --app shop --code 2>"$BATS_TEST_TMPDIR/told")
  [[ $id =~ ^[0-9]+$ && $(<"$BATS_TEST_TMPDIR/told") == *"tsc log -f $id" ]]
  run -0 --separate-stderr tsc log -f "$id"
  [[ $stderr == "build $id succeeded"* ]]
  run -1 --separate-stderr tsc build "$server" --app shop --path 'branches/no such "ü" & 100%' --code --follow
  says 'failed' 'no such "ü" & 100%'
  tsc build "$server" --app=shop --code --wait --json >"$BATS_TEST_TMPDIR/json"
  jq -e '.state == "succeeded"' "$BATS_TEST_TMPDIR/json"
  tsc build "$server" --app desk --database --base default=tickets_small --base reports=reports --code --wait --json \
    >"$BATS_TEST_TMPDIR/json"
  jq -e '[.result.databases[].base] == ["tickets_small", "reports"]' "$BATS_TEST_TMPDIR/json"
  run -2 tsc build "$server" --app desk --database --base default=reports --code
  says 'It can be made from tickets or tickets_small.'
  run -2 tsc build "$server" --app desk --base default=tickets --code
  says 'say --database, too'
  run -2 tsc build "$server" --app desk --database --base 'default="x' --code
  says 'is no choice of a base'
  run -2 tsc build "$server" --app nope --code
  says 'The catalogue has no app nope.'
  run -2 tsc log 999999
  says 'There is no build 999999'
  run -2 tsc log qa15
  says 'Nothing was built on qa15 yet.'
  run -0 tsc release "$server"
}

@test "of many servers those of a host, or in some states, are listed" {
  local host
  host=$(tsc list --json | jq -r '.hosts[0].name')
  [ "$(tsc list --host "$host" --json | jq -c '[.hosts[].name]')" = "[\"$host\"]" ]
  tsc list --state 'shut off,paused' --json >"$BATS_TEST_TMPDIR/json"
  jq -e '.servers | length > 0 and all(.state == "shut off" or .state == "paused")' "$BATS_TEST_TMPDIR/json"
  run -0 tsc list --state=running --host "$host"
  says "$server"
  run -0 tsc list --state crashed,pmsuspended
  run -2 tsc list --host 'no such "ü" & 100%'
  says "it must be one of $host"
  run -2 tsc list --state off
  says 'shut off, crashed, pmsuspended'
}

@test "a server that is shut off is reserved, started and shut down, by who holds it" {
  local stopped=qa11
  run -2 tsc power "$stopped" start
  says "Nobody holds $stopped. Reserve it first."
  run -0 tsc reserve "$stopped" 1h 'a kernel that hangs'
  run -2 tsc power "$stopped" stop
  says 'stop is none of start, shutdown and reset.'
  run -2 other power "$stopped" start
  says "$stopped is reserved by $CONSOLE_USER"
  run -2 tsc power "$stopped" reset
  says "$stopped is shut off, and cannot be reset. Start it."
  run -0 tsc power "$stopped" start
  says "$stopped is started."
  until tsc list --json | jq -e 'any(.servers[]; .name == "qa11" and .state == "running")'; do sleep 0.2; done
  tsc power "$stopped" shutdown --json >"$BATS_TEST_TMPDIR/json"
  jq -e '.action == "shutdown"' "$BATS_TEST_TMPDIR/json"
  run -0 tsc release "$stopped"
}

@test "a state is kept, gone back to and dropped, by its number or its name, and the app is taken off" {
  run -0 tsc build "$server" --app shop --path trunk --database --code --wait
  run -0 tsc apps "$server"
  # How large a copy is, is not known at once.
  [[ $(grep '^shop ' <<<"$output") =~ ^shop\ +site\ +trunk\ at\ r?[0-9]+\ +copy_shop_$server,\ (.+B|of\ .*)\ +data ]]
  run -0 tsc savepoints "$server"
  [ "$output" = 'Nothing is kept.' ]
  run -0 --separate-stderr tsc keep "$server" 'before "ü" & $(id)' 'all of it' --key "keep-$BASHPID"
  [[ $output =~ ^[0-9]+$ && $stderr == *"The state of $server is kept as"* ]]
  id=$output
  # Asked twice, kept once.
  run -0 --separate-stderr tsc keep "$server" 'before "ü" & $(id)' 'all of it' --key "keep-$BASHPID"
  [ "$output" = "$id" ]
  run -0 tsc savepoints "$server"
  [[ ${lines[0]} =~ ^$id\ +before\ .*\ by\ $CONSOLE_USER,\ .*\ until\ .*\ all\ of\ it$ && ${#lines[@]} == 1 ]]
  run -2 other keep "$server" mine
  says "$server is reserved by $CONSOLE_USER"
  run -2 other back "$server" "$id"
  says "$server is reserved by $CONSOLE_USER"
  run -0 tsc back "$server" 'before "ü" & $(id)'
  says "$server has the data of" 'again'
  run -2 tsc back "$server" 'no such'
  says "$server has no savepoint no such: tsc savepoints $server"
  run -2 tsc back "$server" 999999999
  says 'There is no savepoint 999999999'
  for name in second third; do tsc keep "$server" "$name"; done
  run -2 tsc keep "$server" fourth
  says 'may have 3' 'instead'
  run -0 tsc keep "$server" second --instead "$id"
  run -2 tsc drop "$server" second
  says "$server has several savepoints second. Say which by its number: "
  tsc keep "$server" --json --instead third fifth >"$BATS_TEST_TMPDIR/json"
  jq -e '.done and .savepoint.name == "fifth"' "$BATS_TEST_TMPDIR/json"
  for id in $(tsc savepoints "$server" --json | jq -r '.savepoints[].id'); do
    run -0 tsc drop "$server" "$id"
    says "Savepoint $id of $server is dropped."
  done
  run -2 other off "$server" shop
  says "$server is reserved by $CONSOLE_USER"
  run -0 --separate-stderr tsc off "$server" shop --folders --wait
  says 'succeeded after' "shop is taken off $server"
  run -0 tsc apps "$server"
  [[ $'\n'$output != *$'\nshop '* ]]
  run -2 tsc off "$server" shop
  says "Nothing of shop is on $server."
  run -2 tsc off "$server" ../shop
  says "../shop is no app's name"
}

@test "any server is taken once, also when the answer was lost, and the log goes on behind what has come" {
  put_between cut "$(port_of_the_console)" 0
  run -0 --separate-stderr through tsc any shop 1h 'the answer is lost'
  says 'did not answer' 'Asking again.'
  got=$output
  [ "$(tsc list --json | jq '[.servers[] | select(.reservation.purpose == "the answer is lost")] | length')" = 1 ]
  tsc build "$got" --app shop --database --code --wait
  tsc log "$got" >"$BATS_TEST_TMPDIR/whole"
  # The answer's head, and some lines.
  put_between cut "$(port_of_the_console)" 700
  id=$(tsc who "$got" --json | jq -r .configuration.build)
  through tsc log "$id" >"$BATS_TEST_TMPDIR/cut"
  diff <(tr -d '\n' <"$BATS_TEST_TMPDIR/whole") <(tr -d '\n' <"$BATS_TEST_TMPDIR/cut")
}

@test "any server with tags has all of them" {
  run -2 tsc any 1h 'much data' --tags 'release,none such'
  says 'The settings give no server the tag none such.'
  run -0 --separate-stderr tsc any 1h 'much data' --tags 'release, 64 GB'
  [ "$(tsc list --json | jq -c --arg name "$output" '.servers[] | select(.name == $name).tags | sort')" = \
    '["64 GB","release"]' ]
}

@test "who waits for any server has a place, and a key goes on with it; nobody reads the token" {
  take_all
  run -2 tsc any shop 1h 'no wait'
  says 'are reserved or have builds'
  beside tsc any shop 1h 'waiting' --wait --keep --key "story-$$"
  await has_told 'You have place'
  # Neither in the arguments of a program nor in what it was given as its surroundings.
  sed -n 's/^token=//p' "$TSC_CONFIG" >"$BATS_TEST_TMPDIR/token"
  run ! grep -alsF -f "$BATS_TEST_TMPDIR/token" /proc/[0-9]*/cmdline /proc/[0-9]*/environ
  run -0 tsc line
  [[ ${lines[0]} =~ ^place\ ([0-9]+):\ you,\ for\ any\ server\ for\ shop:\ waiting\;\ 0\ before ]]
  place=${BASH_REMATCH[1]}
  press_ctrl_c
  end_of_it
  has_left_nothing
  [ "$status" = 130 ]
  has_told "the same again with --key story-$$"
  [ "$(tsc line --json | jq -r '.own[].place')" = "$place" ]
  beside tsc any shop 1h 'waiting' --wait --key "story-$$"
  await has_told "You have place $place in the line."
  other release "$taken"
  end_of_it
  [ "$status" = 0 ]
  [ "$(tail -n 1 "$told")" = "$taken" ]
  # A job that is started anew.
  run -0 --separate-stderr tsc any shop 1h 'waiting' --key "story-$$"
  [ "$output" = "$taken" ]
}

@test "what is not so any more is not told as if it were" {
  tsc any 1h 'once' --key "once-$BASHPID" >"$BATS_TEST_TMPDIR/any"
  tsc release "$(<"$BATS_TEST_TMPDIR/any")"
  run -2 --separate-stderr tsc any 1h 'once' --key "once-$BASHPID"
  [ -z "$output" ]
  says 'and is not any more'
  tsc reserve "$server" 1h 'twice' --key "twice-$BASHPID"
  run -0 tsc reserve "$server" 1h 'twice' --key "twice-$BASHPID"
  tsc release "$server"
  run -2 tsc reserve "$server" 1h 'twice' --key "twice-$BASHPID"
  says 'and is not any more'
  run -2 tsc leave 999999
  says 'You have no place 999999'
  run -2 tsc leave "$server"
  says "You do not wait for $server"
}

@test "Ctrl-C ends the place in the line for any server, or gives back the server that has just come" {
  put_between cut "$(port_of_the_console)" 0
  through beside tsc any 1h 'nobody has heard' --wait
  await has_told 'Asking again.'
  press_ctrl_c
  end_of_it
  has_left_nothing
  [ "$status" = 130 ]
  has_told 'had just come, and is given back.'
  # The board is two seconds old at most.
  await eval "! tsc who | grep -q ': $CONSOLE_USER, since'"
  take_all
  beside tsc any 1h 'waiting' --wait
  await has_told 'You have place'
  press_ctrl_c
  end_of_it
  has_left_nothing
  [ "$status" = 130 ]
  has_told 'The place in the line is given up.'
  [ "$(tsc line --json | jq '.own | length')" = 0 ]
}

@test "who waits for one server gets it when it is their turn; Ctrl-C ends the place, unless it is kept" {
  other reserve "$server" 1h 'first'
  run -2 tsc leave 'qa06/../qa07'
  beside tsc reserve "$server" 2h 'second' --wait
  await has_told 'You have place'
  run -2 other extend "$server" 8h
  says "$CONSOLE_USER waits for $server"
  run -0 other who "$server"
  says "$CONSOLE_USER waits since" 'second'
  press_ctrl_c
  end_of_it
  has_left_nothing
  [ "$status" = 130 ]
  has_told "The place in the line of $server is given up."
  [ "$(tsc line --json | jq '.own | length')" = 0 ]
  beside tsc reserve "$server" 2h 'second' --wait --keep
  await has_told 'You have place'
  press_ctrl_c
  end_of_it
  has_left_nothing
  [ "$(tsc line --json | jq '.own | length')" = 1 ]
  beside tsc reserve "$server" 2h 'second' --wait
  await has_told 'You have place'
  other release "$server"
  end_of_it
  [ "$status" = 0 ]
  has_told "$server is yours until .*second"
  # A turn is taken without another word.
  other reserve "$server" 1h 'third' --wait >"$BATS_TEST_TMPDIR/other" 2>&1 3>&- &
  await eval "tsc who $server --json | jq -e '.line.waiting | length == 1' >/dev/null"
  tsc release "$server"
  wait "$!"
}

@test "whenever Ctrl-C comes, nothing is left" {
  take_all
  for moment in 0.1 0.14 0.18 0.22 0.26 0.3 0.4; do
    beside tsc any 1h 'whenever' --wait
    sleep "$moment"
    press_ctrl_c
    end_of_it
    [ "$status" = 130 ]
    has_left_nothing
    [ "$(tsc line --json | jq '.own | length')" = 0 ]
  done
}

@test "a token that others may read is not used, nor sent without TLS" {
  mine=$(changed token "$(sed -n 's/^token=//p' "$TSC_CONFIG")")
  for mode in 644 640 604 660; do
    chmod "$mode" "$mine"
    run -2 with "$mine" tsc list
    says "chmod 600 '$mine'"
  done
  chmod 600 "$mine"
  run -0 with "$mine" tsc list
  run -2 with "$(changed console http://console.example/)" tsc list
  says 'is not encrypted'
  run -2 with "$(changed token 'none"')" tsc list
  says 'has no token'
  run -2 with "$(changed token tsc_none)" tsc list
  says 'The token is not known'
  echo 'password=x' >"$mine"
  run -2 with "$mine" tsc list
  says "Line 1 of $mine"
  rm "$mine"
  run -2 with "$mine" tsc list
  says "$mine cannot be read"
}

@test "what is not there, or is no console, ends with 3; what is not understood with 2" {
  run -3 with "$(changed console "http://127.0.0.1:$(free_port)/")" tsc list
  says 'did not answer'
  run -3 with "$(changed console "${CONSOLE_URL%console/}")" tsc list
  says 'is not the console: 404'
  run -2 tsc
  says 'Usage: tsc COMMAND'
  run -0 tsc --help
  run -2 tsc reserve
  says 'Something is missing.'
  run -2 tsc any shop soon 'x'
  says 'soon is no time.'
  run -2 tsc list --wait
  says 'does not know --wait'
  run -2 env -u HOME -u XDG_CONFIG_HOME -u TSC_CONFIG "$root/scripts/tsc" list
  says '/.config/tsc cannot be read'
  TMPDIR=/nonexistent run -2 tsc list
  says 'No folder can be made in /nonexistent'
  run -2 tsc nothing
  says 'There is no command nothing.'
  mkdir "$BATS_TEST_TMPDIR/bin"
  ln -s "$(command -v bash)" "$(command -v readlink)" "$(command -v curl)" "$BATS_TEST_TMPDIR/bin"
  PATH=$BATS_TEST_TMPDIR/bin run -2 "$root/scripts/tsc" list
  says 'This needs jq'
}

@test "what a console says does nothing to the terminal" {
  esc=$'\e' csi=$'\u009b' rtl=$'\u202e'
  jq -n --arg evil "a${esc}]0;owned"$'\a'"${csi}2J$rtl"$'\r\nb' '{name: $evil, host: "h", state: "running",
    reservation: {number: 1, holder: $evil, purpose: $evil, since: "2026-01-01T10:00:00Z",
      until: "2026-01-01T12:00:00Z", sharedWith: [$evil]},
    line: {waiting: [{person: $evil, purpose: $evil, since: "2026-01-01T10:00:00Z"}], watching: []},
    configuration: {app: $evil, path: $evil, result: "succeeded"}, build: null} | {servers: [.]} + .' \
    >"$BATS_TEST_TMPDIR/evil"
  put_between say "$BATS_TEST_TMPDIR/evil"
  for command in list who 'who qa01'; do
    # shellcheck disable=SC2086 # two words
    run -0 through tsc $command
    says 'a]0;owned2Jb'
    [[ $output != *["$esc"$'\a\r'"$csi$rtl"]* ]]
  done
  run -0 through script -qec 'tsc who qa01 --json' /dev/null
  # The colours are jq's.
  [[ $output == *'a\u001b]0;owned'* && $output != *["$csi$rtl"]* && $output != *"$esc]"* ]]
}

@test "a log keeps its colours on a terminal, and nothing else of a terminal's" {
  log() {
    jq -Rr -L "$root/scripts/tsc.d" --arg colours "$1" 'include "words"; select(is_silence | not) | logged($colours)'
  }
  raw=$'12:00:01 code     \e[31mred\e[0m\e[2J\e]0;x\a\tü\u009b1m\r\n12:00:05 silence  ...\n\xff'
  [ "$(log yes <<<"$raw")" = $'12:00:01 code     \e[31mred\e[0m[2J]0;x\tü1m\e[0m\n\ufffd' ]
  [ "$(log '' <<<"$raw")" = $'12:00:01 code     red[2J]0;x\tü1m\n\ufffd' ]
}

# offered LINE [WORD]: what Tab offers for it; the WORD that it replaces is the last, when none is named.
offered() {
  COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=(tsc "${2-${1##* }}") COMP_CWORD=1
  _tsc
  printf '%s\n' "${COMPREPLY[@]}"
}

@test "Tab completes commands, options, servers, apps and paths" {
  eval "$(tsc completion)"
  [ "$(offered 'tsc rel')" = release ]
  [ "$(offered "tsc build $server --da")" = --database ]
  tsc reserve "$server" 1h 'completion'
  [ "$(offered 'tsc release ')" = "$server" ]
  [[ $(offered 'tsc reserve ') != *$server* ]]
  [[ $(offered "tsc build $server --app ") == *shop* ]]
  [ "$(offered 'tsc any sh')" = shop ]
  [ "$(offered "tsc build $server --app=sh" sh)" = shop ]
  [[ $(offered "tsc build $server --app=" '=') == *shop* && $(offered "tsc build $server --app=" '=') != *=* ]]
  [ "$(offered "tsc build $server --app=shop --path=branches/price" branches/price)" = branches/price-with-tax ]
  [ "$(offered 'tsc any 1h x --tags rel')" = release ]
  [ -z "$(offered 'tsc leave ')" ]
  [ "$(offered "tsc build $server --app shop --path branches/price")" = branches/price-with-tax ]
  [ "$(offered "tsc build $server --app desk --base default=tickets_")" = default=tickets_small ]
  [ "$(offered "tsc build $server --app photos --path branches/larg")" = 'branches/larger\ pages' ]
  build="tsc build $server --app photos --path"
  [ "$(offered "$build branches/larger\\ p" 'branches/larger\ p')" = 'branches/larger\ pages' ]
  [ "$(offered "$build \"branches/larger p" '"branches/larger p')" = 'branches/larger pages' ]
  [ "$(offered "$build branches/print@20" 20)" = 2026 ]
  tsc build "$server" --app shop --path trunk --database --code --wait
  id=$(tsc keep "$server" 'before all')
  [ "$(offered 'tsc keep ')" = "$server" ]
  [[ $'\n'$(offered "tsc off $server ")$'\n' == *$'\nshop\n'* ]]
  [ "$(offered "tsc back --json $server ")" = 'before\ all' ]
  [[ $(offered "tsc drop $server ${id:0:1}") == *"$id"* ]]
  [ "$(offered "tsc keep $server next --instead ")" = 'before\ all' ]
  tsc drop "$server" "$id"
  # Quietly nothing, when there is no console.
  [ -z "$(with /nonexistent offered 'tsc release ' 2>&1)" ]
}

port_of_the_console() {
  local port=${CONSOLE_URL#*://*:}
  echo "${port%%/*}"
}
