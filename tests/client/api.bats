#!/usr/bin/env bats
#
# Each line of curl in docs/api.md, in the order of the page, on a running console: each gets what it asks for. Only
# names, numbers and the address are other ones.

source "$BATS_TEST_DIRNAME/shell.bash"

setup_file() { meet; }

teardown() { give_back_all; }

# blocks: the page's blocks of commands, without their fences.
blocks() { awk '/^```/ { inside = !inside; next } inside' "$root/docs/api.md"; }

# curl OPTION...: as the page has it, with these people's passwords, this server, and the numbers that builds and
# savepoints have here. What is not 2xx is noted with its answer.
curl() {
  local given=() before='' code word
  for word; do
    case $word in
      anna | ben | carla) [[ $before == -*u ]] && word=${passwords[$word]} ;;
    esac
    before=$word
    word=${word//qa07/$server}
    word=${word//longer-4711/longer-$BATS_ROOT_PID}
    word=$(number_in builds 17 "$word")
    word=$(number_in savepoints 3 "$word")
    given+=("$word")
  done
  code=$(command curl --silent --output "$BATS_TEST_TMPDIR/answer" --write-out '%{http_code}' "${given[@]}")
  printf '%s %s\n' "$code" "${given[-1]}" >>"$BATS_TEST_TMPDIR/calls"
  cat -- "$BATS_TEST_TMPDIR/answer"
  if [[ $code != 2* ]]; then
    printf '%s: %s\n' "${given[*]:2}" "$(<"$BATS_TEST_TMPDIR/answer")" >>"$BATS_TEST_TMPDIR/refused"
    return 1
  fi
  [[ $code != 202 ]] || number_of builds .id
  number_of savepoints .savepoint.id
}

# number_in NOUN FIRST WORD: the word with the number that the page's has here; it counts from FIRST on.
number_in() {
  local begun=()
  if [[ $3 =~ (.*/$1/)([0-9]+)(.*) ]]; then
    mapfile -t begun <"$BATS_TEST_TMPDIR/$1"
    printf '%s' "${BASH_REMATCH[1]}${begun[BASH_REMATCH[2] - $2]}${BASH_REMATCH[3]}"
  else
    printf '%s' "$3"
  fi
}

# number_of NOUN FILTER: keeps the number of what was begun, for the calls that follow.
number_of() {
  local number
  number=$(jq -r "$2? // empty" "$BATS_TEST_TMPDIR/answer" 2>/dev/null) || return 0
  [[ ! $number ]] || printf '%s\n' "$number" >>"$BATS_TEST_TMPDIR/$1"
}

@test "Each line of curl on the page of the API does what it says there" {
  local -A passwords=([anna]=$CONSOLE_USER:$CONSOLE_PASSWORD [ben]=$OTHER_USER:$OTHER_PASSWORD
    [carla]=$ADMIN_USER:$ADMIN_PASSWORD)
  local server
  find_free
  touch "$BATS_TEST_TMPDIR/"{refused,builds,savepoints}
  blocks | sed "s|^console=.*|console=${CONSOLE_URL%/}|" >"$BATS_TEST_TMPDIR/page"
  [ "$(grep -c 'curl ' "$BATS_TEST_TMPDIR/page")" -ge 30 ]
  export BUILD=$BATS_ROOT_PID.$RANDOM
  eval "$(<"$BATS_TEST_TMPDIR/page")" >"$BATS_TEST_TMPDIR/told" 2>&1 || true
  cat "$BATS_TEST_TMPDIR/calls" "$BATS_TEST_TMPDIR/refused"
  [ ! -s "$BATS_TEST_TMPDIR/refused" ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/calls")" -ge "$(grep -c 'curl ' "$BATS_TEST_TMPDIR/page")" ]
}
