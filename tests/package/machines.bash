# shellcheck shell=bash
#
# Whole machines for walk.bats: each is a bare Debian, seen through an overlay, that its own systemd has booted, with
# processes, mounts, cgroups and a network of its own. They reach each other, and nothing else. Only root can have one.

# Where they are, which find_stage says, and the addresses of their network.
machines=''
readonly network=192.168.122

# need_machines: skips where there can be none.
need_machines() {
  ((EUID == 0)) || skip 'only root can have machines of its own'
  unshare --mount --net --pid --cgroup --fork --propagation private true 2>/dev/null ||
    skip 'this system allows no namespaces'
  [[ -n $(find_cgroups) ]] || skip 'this system has no cgroups of version 2, which systemd needs'
}

find_cgroups() { findmnt --raw --noheadings --output TARGET --types cgroup2 | head -n 1; }

# open_network: a switch with an address of its own, for what is neither of these machines.
open_network() {
  mkdir -p "$machines"
  unshare --net sleep infinity >/dev/null 2>&1 3>&- &
  echo "$!" >"$machines/network.pid"
  until has_own_network "$!"; do sleep 0.05; done
  at_network ip link add switch type bridge
  at_network ip address add "$network.1/24" dev switch
  at_network ip link set switch up
  at_network ip link set lo up
}

# has_own_network PID: before that a command for it would change this machine's.
has_own_network() { [[ $(readlink "/proc/$1/ns/net") != $(readlink /proc/self/ns/net) ]]; }

at_network() { nsenter --target "$(<"$machines/network.pid")" --net -- "$@" 3>&-; }

# open_machine NAME NUMBER ROOT MIRROR
open_machine() {
  local folder=$machines/$1 cgroup pid
  cgroup=$(find_cgroups)$(sed -n 's/^0:://p' /proc/self/cgroup)/console-walk-$1-$$
  mkdir -p "$folder" "$cgroup"
  echo "$cgroup" >"$machines/$1.cgroup"
  # shellcheck disable=SC2016 # for the shell in there
  bash -c 'echo "$$" >"$1/cgroup.procs" && exec unshare --mount --net --pid --uts --ipc --cgroup --fork \
    --propagation private "${@:2}"' - "$cgroup" "$BATS_TEST_DIRNAME/boot" "$folder" "$3" "$1" "$4" \
    >"$folder.log" 2>&1 3>&- &
  echo "$!" >"$machines/$1.pid"
  until pid=$(machine_pid "$1") && has_own_network "$pid"; do
    kill -0 "$(<"$machines/$1.pid")" || { cat "$folder.log" && return 1; }
    sleep 0.05
  done
  ip link add "walk-$2" netns "$(<"$machines/network.pid")" type veth peer name eth0 netns "$pid"
  at_network ip link set "walk-$2" master switch up
  nsenter --target "$pid" --net -- ip address add "$network.$2/24" dev eth0
  nsenter --target "$pid" --net -- ip link set eth0 up
  wait_for_boot "$1"
}

wait_for_boot() {
  local said
  for _ in {1..300}; do
    said=$(in_machine "$1" systemctl is-system-running 2>/dev/null || true)
    [[ $said != running && $said != degraded ]] || return 0
    sleep 0.1
  done
  cat "$machines/$1.log"
  echo "the machine $1 is $said after 30 s"
  in_machine "$1" systemctl list-jobs --no-pager || true
  return 1
}

machine_pid() { pgrep --parent "$(<"$machines/$1.pid")"; }

# in_machine NAME COMMAND...: as root there; its standard input is the command's.
in_machine() {
  local pid
  pid=$(machine_pid "$1") || return 125
  nsenter --target "$pid" --mount --net --pid --uts --ipc --cgroup --root --wdns=/root env -i HOME=/root USER=root \
    LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    "${@:2}" 3>&-
}

# name_machines MACHINE: the names of all, keys of its own, and where its packages come from.
name_machines() {
  # shellcheck disable=SC2016 # for the shell in there
  in_machine "$1" bash -Eeuo pipefail -c '
    printf "%s\n" "127.0.0.1 localhost" "$1.1 svn.example" "$1.2 qa.example qa" "$1.3 db1" "$1.4 qa07" >/etc/hosts
    rm -f /etc/ssh/ssh_host_* /etc/apt/sources.list
    ssh-keygen -A >/dev/null
    systemctl restart ssh
    echo "deb [trusted=yes] file:/srv/mirror ./" >/etc/apt/sources.list.d/walk.list
    rm -rf /var/lib/apt/lists/*
    apt-get update --quiet --quiet
  ' - "$network" 3>&-
}

# let_root_in MACHINE...: root of qa, as the document asks for.
let_root_in() {
  local one
  in_machine qa ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
  for one; do
    in_machine qa cat /root/.ssh/id_ed25519.pub |
      in_machine "$one" sh -c 'mkdir -p -m 700 /root/.ssh && cat >/root/.ssh/authorized_keys'
    in_machine "$one" cat /etc/ssh/ssh_host_ed25519_key.pub |
      in_machine qa sh -c "sed 's/^/$one /' >>/root/.ssh/known_hosts"
  done
}

# close_machines: the end of its first process is a machine's.
close_machines() {
  local file name
  for file in "$machines"/*.cgroup; do
    [[ -e $file ]] || continue
    name=${file##*/} name=${name%.cgroup}
    pkill -KILL --parent "$(<"$machines/$name.pid")" || true
    wait "$(<"$machines/$name.pid")" 2>/dev/null || true
    remove_cgroup "$(<"$file")"
  done
  [[ ! -e $machines/network.pid ]] || kill "$(<"$machines/network.pid")" 2>/dev/null || true
}

# What has been killed leaves it within moments.
remove_cgroup() {
  for _ in {1..100}; do
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
    [[ -d $1 ]] || return 0
    sleep 0.05
  done
  echo "$1 is still in use"
}
