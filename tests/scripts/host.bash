#!/usr/bin/env bash
#
# What the stories of the host programs share: a call that keeps standard
# input open as the console does, a real sshd with a forced command, free
# ports, and waiting with a limit.

bats_require_minimum_version 1.5.0
scripts=$(readlink -f -- "$BATS_TEST_DIRNAME/../../scripts")
export LC_ALL=C.UTF-8 PATH="$PATH:/usr/sbin"
unset CONSOLE_RUN SSH_ORIGINAL_COMMAND
# What call starts, set by each story, and what bats' run sets.
program='' configuration='' output='' lines=()
# What a story starts and looks for by its command line, apart from what another run on this machine starts.
# shellcheck disable=SC2034 # some stories need it
nap="sleep 3000.$BATS_ROOT_PID"

# call VERB [LINE ...]: output and status are the program's. The pipe is
# held open from here, so that the lifeline does not end before the work.
call() {
  local verb=$1 pipe=$BATS_TEST_TMPDIR/lifeline.$RANDOM hold
  shift
  mkfifo "$pipe"
  exec {hold}<>"$pipe"
  send "$@" >&"$hold" &
  run timeout --kill-after=5 40 "$program" "$configuration" "$verb" <"$pipe" 3>&-
  exec {hold}>&-
  rm "$pipe"
  no_fault_of_its_own
}

# What the shell or perl has to say of the programs' own text.
no_fault_of_its_own() {
  [[ $output != *': unbound variable'* && $output != *" at $scripts/"*' line '* ]] || { echo "$output" && return 1; }
}

send() {
  printf 'protocol=1\n'
  (($# == 0)) || printf '%s\n' "$@"
  printf '\n'
}

last_line() { [[ ${lines[-1]} == "$1" ]]; }

says() { [[ $output == *"$*"* ]] || { echo "not said: $*" && echo "$output" && return 1; }; }

await() {
  local rounds=$(($1 * 20))
  shift
  until "$@"; do
    ((rounds-- > 0)) || return 1
    sleep 0.05
  done
}

# run_held COMMAND...: as run, and all that it says is in the file said as soon as it is said.
run_held() {
  status=0
  "$@" >said 2>&1 || status=$?
  output=$(<said)
  mapfile -t lines <said
}

# send_until PATTERN [LINE ...]: an input that stays open until run_held's command says PATTERN. When it was closed is
# in the file closed, in seconds since 1970.
send_until() {
  send "${@:2}"
  await 15 grep -qs -- "$1" said
  date +%s >closed
}

# Ports that nobody listens on now; each asker begins at another place.
free_port() {
  local port=$((21700 + (BASHPID * 7 + RANDOM) % 1200))
  while (exec 9<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    port=$((port + 1))
  done
  echo "$port"
}

# start_sshd FOLDER COMMAND: an sshd whose one key can do nothing but
# COMMAND. Sets ssh_to, the beginning of a client's command.
start_sshd() {
  local folder=$1 command=$2 port
  mkdir -p "$folder"
  chmod 700 "$folder"
  port=$(free_port)
  ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
  ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
  echo "restrict,command=\"$command\" $(<"$folder/key.pub")" >"$folder/authorized"
  echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$folder/host.pub")" >"$folder/known"
  cat >"$folder/sshd.conf" <<END
ListenAddress 127.0.0.1:$port
HostKey $folder/host
AuthorizedKeysFile $folder/authorized
PidFile $folder/sshd.pid
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
ClientAliveInterval 2
END
  /usr/sbin/sshd -f "$folder/sshd.conf" -E "$folder/sshd.log" 3>&-
  await 5 test -s "$folder/sshd.pid"
  # shellcheck disable=SC2034 # the story's
  ssh_to=(ssh -T -F none -p "$port" -i "$folder/key" -o UserKnownHostsFile="$folder/known" -o BatchMode=yes
    -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=5 -- 127.0.0.1)
}

# end_by_file FILE: ends the process whose number is in FILE, if it is still that one: its command line names the folder
# above FILE's.
end_by_file() {
  local pid=''
  [[ ! -s $1 ]] || read -r pid <"$1" || true
  ! grep -qsaF -- "${1%/*/*}/" "/proc/$pid/cmdline" || kill "$pid"
}

# end_own PID: ends what this story has started, and waits for it. The number of what has ended may be another's by now.
end_own() {
  ! jobs -pr | grep -qxF -- "$1" || kill "$1"
  wait "$1" 2>/dev/null || true
}

# Tells all that this story has started and that still runs to end.
end_all_own() {
  local pid
  for pid in $(jobs -pr); do kill "$pid" 2>/dev/null || true; done
}
