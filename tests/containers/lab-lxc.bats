#!/usr/bin/env bats
#
# Real guests in the lab: containers of a real libvirt, stopped, paused and started while the console looks on.

# shellcheck disable=SC2154 # bats sets status, output and lines
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/../hosts/root.bash"

setup() {
  need_root
  [[ -e /usr/lib/libvirt/connection-driver/libvirt_driver_lxc.so ||
    -n $(find /usr/lib/*/libvirt/connection-driver -name libvirt_driver_lxc.so 2>/dev/null) ]] ||
    skip 'libvirt cannot start containers here: libvirt-daemon and libvirt-daemon-driver-lxc'
  lab=$BATS_TEST_DIRNAME/../../scripts/dev/lab dir=/tmp/cl.$$
}

teardown() {
  [[ ! -d ${dir-} ]] || { "$lab" down --dir "$dir" && rm -rf -- "$dir"; }
}

free_port() {
  local port
  for ((port = 34000 + $$ % 200 * 10; port < 36000; port += 10)); do
    ss -Htln | grep -qE ":${port%0}[0-4] " || break
  done
  printf '%s\n' "$port"
}

virt() { timeout 30 virsh --quiet --connect "$(jq -r .libvirt "$BATS_TEST_TMPDIR/lab")" "$@"; }

# ask PATH [CURL'S ARGUMENTS]: as anna.
ask() {
  curl --silent --max-time 100 --user anna:lab-anna --header 'Content-Type: application/json' "${@:2}" \
    "$(jq -r .console "$BATS_TEST_TMPDIR/lab")api/$1"
}

# shows SERVER FILTER: what the console shows of it, within the five seconds in which it is to know.
shows() {
  local until=$((SECONDS + 8))
  until ask "servers/$1" >"$BATS_TEST_TMPDIR/shown" && jq -e "$2" "$BATS_TEST_TMPDIR/shown" >/dev/null; do
    ((SECONDS < until)) || { cat "$BATS_TEST_TMPDIR/shown" && return 1; }
    sleep 0.2
  done
}

# call ADDRESS VERB: of the program there, with its lifeline.
call() {
  mkfifo "$BATS_TEST_TMPDIR/lifeline"
  exec 8<>"$BATS_TEST_TMPDIR/lifeline"
  printf 'protocol=1\n\n' >&8
  timeout 30 ssh -T -i "$dir/keys/guest" -p "$((port + 1))" -o BatchMode=yes -o IdentitiesOnly=yes \
    -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$dir/keys/known_hosts" "console-lab@$1" "$2" <&8 8<&- 3>&-
}

# new_guest WORD...: as a root who has the key of the machine, and knows its host key.
new_guest() {
  # shellcheck disable=SC2016 # for the shell in there
  unshare --mount --propagation private bash -euc '
    mount -t tmpfs tmpfs /root
    install -D -m 600 "$1/keys/root" /root/.ssh/id_ed25519
    sed "s/^/[$2]:$3 /" "$1/keys/qa15.pub" >/root/.ssh/known_hosts
    exec "${@:4}" --settings "$1/console.json"
  ' - "$dir" "$address" "$((port + 1))" "$BATS_TEST_DIRNAME/../../scripts/new-guest" "$@" 3>&-
}

answers() { (exec 9<>"/dev/tcp/${1/:/\/}") 2>/dev/null; }

@test "Guests are paused, stopped and started while the console looks on, and nothing of them is left" {
  port=$(free_port)
  "$lab" up --guests lxc --without-bases --dir "$dir" --port "$port" 3>&- >"$BATS_TEST_TMPDIR/up" 2>&1 || {
    cat "$BATS_TEST_TMPDIR/up" && return 1
  }
  "$lab" status --dir "$dir" --json >"$BATS_TEST_TMPDIR/lab"
  [[ $(jq .up "$BATS_TEST_TMPDIR/lab") == true ]]
  [[ $(ask servers | jq '[.servers[] | select(.state == "running")] | length') == 8 ]]

  # They are machines of their own: what runs in one is at no other's address.
  address=$(jq -r '.servers[] | select(.name == "qa01").address' "$BATS_TEST_TMPDIR/lab")
  answers "$address:$((port + 2))"
  [[ $(ip -4 -o address) != *"$address/"* ]]

  shows qa13 '.state == "paused"'
  virt suspend qa05
  shows qa05 '.state == "paused" and (.unusable | startswith("qa05 is paused. Resume it on vmhost"))'
  virt resume qa05
  shows qa05 '.state == "running" and .unusable == null'

  # Pulled, and shut down by itself.
  virt destroy qa06
  shows qa06 '.state == "shut off"'
  virt shutdown qa07
  shows qa07 '.state == "shut off"'
  virt start qa06
  virt start qa09
  shows qa06 '.state == "running"'
  shows qa09 '.state == "running"'
  # What was shut off before is a guest as the others, by the key of the console.
  shows qa09 '.unusable == null'
  run call "${address%.*}.9" status
  echo "$output"
  [[ $output == *'@result apache=running'*'@exit 0' ]]

  # By who holds one, from the page's own call.
  ask servers/qa10/reservation -X PUT -d '{"purpose": "a kernel that hangs", "hours": 1}' | jq -e '.holder == "anna"'
  ask servers/qa10/power -d '{"action": "start"}' | jq -e '.message | startswith("qa10 is started.")'
  shows qa10 '.state == "running" and .unusable == null'
  ask servers/qa10/power -d '{"action": "reset"}' | jq -e '.status == 403'
  ask servers/qa10/power -d '{"action": "shutdown"}' | jq -e '.action == "shutdown"'
  shows qa10 '.state == "shut off"'

  # One that is taken away, and a libvirt that hangs.
  virt undefine qa14
  shows qa14 '.status == 404'
  read -r libvirt _ <"$dir/pid/libvirtd"
  kill -STOP "$libvirt"
  for _ in {1..100}; do
    problem=$(ask servers | jq -r '.hosts[0].problem // empty')
    [[ -z $problem ]] || break
    sleep 0.2
  done
  kill -CONT "$libvirt"
  echo "$problem"
  [[ $problem != '' ]]
  shows qa05 '.state == "running" and .problem == null'

  # A machine that is no guest yet becomes one by one command, which the console is asked to confirm.
  virt start qa15
  address=${address%.*}.15
  until answers "$address:$((port + 1))"; do sleep 0.1; done
  run new_guest qa15 --check
  echo "$output"
  [[ $status == 1 && $output == *'missing  host program, key and Apache of qa15'* ]]
  run new_guest qa15
  echo "$output"
  [[ $status == 0 && $output == *"ok       the console's key starts the program guest at $address"* ]]
  [[ $output == *'the console shows qa15, and it can be used'* ]]
  run new_guest qa15 --check
  [[ $status == 0 ]]

  # Also after an accident, and with one that is paused, in which nothing ends.
  kill -KILL "$libvirt"
  "$lab" down --dir "$dir" 3>&-
  run ! ip link show dev "lab$port"
  run grep -lsz "CONSOLE_LAB=$dir" /proc/[0-9]*/environ
  [[ $output == '' ]]
  run grep -lsF " $dir" /proc/[0-9]*/mounts
  [[ $output == '' ]]
  run find /sys/fs/cgroup -path '*/machine/lxc-*'
  echo "$output"
  [[ $output == '' ]]
}
