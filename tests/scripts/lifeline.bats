#!/usr/bin/env bats
#
# Stories of the library that every host program is built on, told with a
# small program behind a real sshd.
#
# shellcheck disable=SC2016 # what must stay what it is

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/toy.bash"

setup_file() {
  export BATS_TEST_TIMEOUT=120
  start_sshd "$BATS_FILE_TMPDIR/ssh" "$BATS_FILE_TMPDIR/toy $BATS_FILE_TMPDIR/toy.conf"
  declare -p ssh_to | sed "s,^declare -a,declare -ga," >"$BATS_FILE_TMPDIR/ssh_to"
  make_toy
}

setup() {
  program=$BATS_FILE_TMPDIR/toy
  configuration=$BATS_FILE_TMPDIR/toy.conf
  # shellcheck source=/dev/null # written by this story
  source "$BATS_FILE_TMPDIR/ssh_to"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown_file() { end_by_file "$BATS_FILE_TMPDIR/ssh/sshd.pid"; }

nobody_runs() { ! pgrep -u "$EUID" -f "$1" >/dev/null; }

@test "a verb tells its results, and the last line is its own exit code" {
  call greet app=shop "file.note=$(printf 'two\nlines\n' | base64 -w0)"
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = '@program toy 1' ]
  [ "${lines[1]}" = '@result app=shop' ]
  last_line '@exit 0'
  [ "$(<"$BATS_FILE_TMPDIR/note")" = $'two\nlines' ]
}

@test "nothing that a child prints is taken for the program's own lines" {
  call forge
  [ "$status" -eq 1 ]
  last_line '@exit 1'
  [ "$(grep -c '^@exit' <<<"$output")" -eq 1 ]
  [ "$(grep '^@result' <<<"$output")" = '@result real=yes' ]
  [ "$(grep '^@error' <<<"$output")" = '@error The work was not done.' ]
  says $'\n @exit 0'
  call half
  says $'\n @exit 0\n@exit 0'
}

@test "what is left out is a line of the log and one of the result" {
  call spare
  [ "$status" -eq 0 ]
  [ "$(grep -v '^@[pe]' <<<"$output")" \
    = $'left out: 2 submodules: lib,  [1mdocs\n@left-out 2 submodules: lib,  [1mdocs\n @left-out a lie' ]
}

@test "no function of a host program has the name of another's" {
  local folder files
  for folder in guest database-host; do
    # What has a main is a program of its own, and shares nothing.
    mapfile -t files < <(grep -rLxF 'main "$@"' "$scripts/$folder" "$scripts/shared")
    run grep -haoE '^[a-z_]+\(\) [{(]' "${files[@]}"
    [ "${#lines[@]}" -gt 50 ]
    [ -z "$(printf '%s\n' "${lines[@]}" | sort | uniq -d)" ] ||
      { printf '%s\n' "${lines[@]}" | sort | uniq -d && false; }
  done
}

@test "a process of the program that ends before it is itself does not end the program" {
  call young
  [[ $output == *'@error The work was not done.'* ]]
  last_line '@exit 1'
}

@test "a fault in a verb has a reason and a line number" {
  call fault
  [ "$status" -eq 1 ]
  last_line '@exit 1'
  says 'toy line '
  says '@error A command has failed: false has ended with exit code 1 (toy line '
  call mute
  says '@error A command has failed: rm "$config/none" has ended with exit code 1 (toy line '
  says "rm: cannot remove '$program/none': Not a directory. Put right what it names"
  call killed
  says '@error A command has failed: killed was ended by signal 9. Put right'
  [[ $output != *never* ]]
}

@test "a child that keeps the output open after the end hangs nobody" {
  SECONDS=0
  call escape
  last_line '@exit 0'
  ((SECONDS < 40))
}

@test "children that are left over at a normal end are gone" {
  call hide
  last_line '@exit 0'
  nobody_runs "^$nap\$"
}

@test "a long output arrives whole and in order" {
  call flood
  last_line '@exit 0'
  [ "${lines[-2]}" = '@result last=one' ]
  [ "${lines[200000]}" = 200000 ]
  [ "$(tr -cd y <<<"$output" | wc -c)" -eq 200001 ]
}

@test "values that are wrong are refused with a sentence" {
  call greet app=Shop
  [ "$status" -eq 2 ]
  says "@error The value app is 'Shop'. It must be a name."
  last_line '@exit 2'
  call greet app=shop other=1
  says '@error greet takes no value other.'
  call greet app=shop app=shop
  says 'came twice'
  call greet 'app'
  says 'is not KEY=VALUE'
  call greet 'app=$(touch x)'
  says 'It must be a name'
  call greet $'app=a\tb'
  says 'control character'
  call greet "app=$(head -c 5000 /dev/zero | tr '\0' a)"
  says 'more than 4096 characters'
  call greet 'file.note=!!'
  says 'is not base64'
  call greet 'a[$(touch x)]=1'
  says 'is not KEY=VALUE'
  # shellcheck disable=SC2046 # words
  call greet $(printf 'k%s=1\n' {1..201})
  says 'more than 200 lines'
  last_line '@exit 2'
  [ ! -e x ]
}

@test "a call that follows another needs no other start, and has values and results of its own" {
  call greet app=shop next=5 '' protocol=1 verb=greet app=tickets next=5 '' protocol=1 verb=greet app=other
  [ "$status" -eq 0 ]
  [ "$output" = "@program toy 1
@result app=shop
@done
@verb greet
@result app=tickets
@done
@verb greet
@result app=other
@exit 0" ]
}

@test "the first call that fails is the last" {
  call greet app=shop next=5 '' protocol=1 verb=fault '' protocol=1 verb=greet app=other
  [ "$status" -eq 1 ]
  says '@error A command has failed: false has ended with exit code 1 (toy line '
  [[ $output != *other* ]]
  last_line '@exit 1'
  call greet app=Shop next=5 '' protocol=1 verb=greet app=other
  [[ $output != *@done* ]]
  last_line '@exit 2'
}

@test "a call that may not follow, or comes too late, is none" {
  call greet app=shop next=5 '' protocol=1 verb=hide
  says "@error 'hide' is no verb that follows another of toy. These do: greet fault stubborn."
  last_line '@exit 2'
  call greet app=shop next=5 '' protocol=1 'verb=greet; touch x' app=shop
  last_line '@exit 2'
  [ ! -e x ]
  call hide next=5
  says '@error No call follows hide of toy. Send it without a value next.'
  call greet app=shop next=999
  says 'It must be 1 to 9 seconds'
  call greet app=shop next=1
  [ "$status" -eq 0 ]
  [ "$output" = $'@program toy 1\n@result app=shop\n@done\n@exit 0' ]
}

@test "the end of the connection's input ends a call that follows, and one that waits for another" {
  rm -f "$BATS_FILE_TMPDIR/cleaned"
  run_held timeout 60 "${ssh_to[@]}" greet < <(send_until ready app=shop next=5 '' protocol=1 verb=stubborn)
  [ "$status" -eq 143 ]
  [[ $output == *$'@verb stubborn\n'*$'\n@ending\n'*cleaning* ]]
  last_line '@exit 143'
  nobody_runs "^$nap\$"
  [ -e "$BATS_FILE_TMPDIR/cleaned" ]
  SECONDS=0
  run timeout 60 "${ssh_to[@]}" greet < <(send app=shop next=9)
  ((SECONDS < 6))
  [[ $output == *$'\n@exit '* ]]
}

@test "another protocol, and input that ends early, are refused" {
  run "$program" "$configuration" greet < <(printf 'protocol=2\n\n')
  says 'speaks protocol=1'
  last_line '@exit 2'
  run "$program" "$configuration" greet < <(printf 'protocol=1\napp=shop\n')
  [ "$status" -eq 2 ]
  says 'ended before the values did'
}

@test "a file that is too large, and a line without end, are refused" {
  call greet "file.note=$(head -c 1048600 /dev/zero | base64 -w0)"
  says 'has more than 1048576 bytes'
  run "$program" "$configuration" greet < <(
    printf 'protocol=1\n'
    tr '\0' a </dev/zero | head -c 9000000
  )
  says 'The values are too long'
  last_line '@exit 2'
}

@test "hostile commands over ssh are refused and run nothing" {
  local command
  for command in 'greet; touch x' 'greet $(touch x)' '`touch x`' 'greet && touch x' '*' 'gr*' '/bin/*' 'greet greet' \
    $'greet\ntouch x' '--help' '-c id' '' 'a[$(touch x)]' '$HOME' "greet' x" 'GREET' 'sftp' 'lifeline_main' \
    'greet|touch x'; do
    run timeout 60 "${ssh_to[@]}" "$command" < <(send app=shop)
    [ "$status" -eq 2 ]
    says 'is no verb of toy'
    last_line '@exit 2'
  done
  [ ! -e x ]
  [ ! -e ~/x ]
}

@test "over ssh the exit code is the program's own" {
  run_held timeout 60 "${ssh_to[@]}" forge < <(send_until '^@exit 1')
  [ "$status" -eq 1 ]
  last_line '@exit 1'
}

@test "the end of the connection's input ends the whole tree, and the cleanup runs" {
  rm -f "$BATS_FILE_TMPDIR/cleaned"
  run_held timeout 60 "${ssh_to[@]}" stubborn < <(send_until ready)
  [ "$status" -eq 143 ]
  says 'ending stubborn.'
  [[ $output == *$'\n@ending\n'*cleaning* ]]
  last_line '@exit 143'
  (($(date +%s) - $(<closed) < 25))
  nobody_runs "^$nap\$"
  [ -e "$BATS_FILE_TMPDIR/cleaned" ]
}

@test "what was just starting is ended as soon as the rest, and the cleanup has its time" {
  rm -f "$BATS_FILE_TMPDIR/cleaned"
  run_held "$program" "$configuration" deaf < <(send_until ready)
  [ "$status" -eq 143 ]
  nobody_runs "$nap\$"
  # Where any is left until the last of the run is killed, the verb is killed with it.
  [ -e "$BATS_FILE_TMPDIR/cleaned" ]
}

@test "a program that is told to end lets its verb clean up first" {
  local run
  rm -f "$BATS_FILE_TMPDIR/cleaned"
  "$program" "$configuration" stubborn < <(send && exec sleep 15) >said 2>&1 3>&- &
  run=$!
  await 10 grep -q ready said
  kill "$run"
  local status=0
  wait "$run" || status=$?
  [ "$status" -eq 143 ]
  [ -e "$BATS_FILE_TMPDIR/cleaned" ]
  [ "$(tail -n 1 said)" = '@exit 143' ]
  nobody_runs "^$nap\$"
}

@test "a client that is killed leaves nothing running" {
  local client
  rm -f "$BATS_FILE_TMPDIR/cleaned"
  (send && sleep 15) | exec "${ssh_to[@]}" stubborn >said 2>&1 3>&- &
  await 10 grep -q ready said
  client=$(pgrep -u "$EUID" -f "^ssh .*$BATS_FILE_TMPDIR.* stubborn\$")
  kill -KILL "$client"
  await 8 nobody_runs "^$nap\$"
  [ -e "$BATS_FILE_TMPDIR/cleaned" ]
  kill %1 2>/dev/null || true
}

@test "what was started beside is told to end as long as it runs, and not by its number alone" {
  call own
  last_line '@exit 0'
  [[ $output =~ 'runs: '([0-9]+) ]]
  [[ $(grep 'told to end: ' <<<"$output") == "told to end: ${BASH_REMATCH[1]}" ]] || { echo "$output" && return 1; }
}
