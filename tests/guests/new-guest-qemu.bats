#!/usr/bin/env bats
#
# Real guests: machines of QEMU that boot a Debian of their own with cloud-init, made by new-guest; a console that its
# package has installed builds on them and switches their power. As root, by hand (CONTRIBUTING.md); with KVM where a
# processor helps it, and slowly where not. The console's machine is a throw-away root, in whose network libvirt's
# bridge is. Each story goes on where the one before it has ended.
#
# CONSOLE_PACKAGE names a package that is made already, CONSOLE_WALK_ROOT a folder that debootstrap has made of Debian
# 12 with openssh-server. CONSOLE_KEEP_IMAGE says where to keep the guests' image, CONSOLE_GUEST_IMAGE names one.

# shellcheck disable=SC2154 # bats sets status and output
bats_require_minimum_version 1.5.0
export LC_ALL=C.UTF-8
source "$BATS_TEST_DIRNAME/../hosts/root.bash"
source "$BATS_TEST_DIRNAME/../package/stage.bash"
source "$BATS_TEST_DIRNAME/image.bash"
readonly images=/var/lib/libvirt/images

setup_file() {
  find_scripts
  find_stage
  need_root
  need_qemu
  need_programs
  fetch_package
  mkdir "$place/images"
  fetch_image "$place/images/debian.qcow2"
  make_repository
  open_root kvm1 "$place/images" "$images"
  start_libvirt
  start_console
  in_root kvm1 svnserve --daemon --root "$place/repositories"
}

setup() {
  find_stage
  [[ ! -e $place/failed ]] || skip 'the one before it has failed'
}

teardown() { [[ -n ${BATS_TEST_COMPLETED-} ]] || touch "$place/failed"; }

teardown_file() {
  find_stage
  [[ ! -e $place/kvm1.pid ]] || close_root kvm1
}

need_qemu() {
  local one
  for one in libvirtd qemu-system-x86_64 qemu-img dnsmasq virt-install virt-clone xorrisofs mkfs.ext4 sfdisk; do
    command -v "$one" >/dev/null || skip "$one is not installed: scripts/dev/packages guests"
  done
}

fetch_image() {
  if [[ -n ${CONSOLE_GUEST_IMAGE-} ]]; then
    cp -- "$CONSOLE_GUEST_IMAGE" "$1"
  else
    fetch_root
    fetch_packages "$root" "$place/mirror"
    make_image "$1" "$root" "$place/mirror" "$place/work"
    [[ -z ${CONSOLE_KEEP_IMAGE-} ]] || cp -- "$1" "$CONSOLE_KEEP_IMAGE"
  fi
}

# As libvirt's own packages leave it, but for what a service manager and control groups are needed for.
start_libvirt() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root kvm1 bash -Eeuo pipefail -c '
    umount --recursive --lazy /sys/fs/cgroup
    mkdir -p /run/libvirt /etc/libvirt /var/{lib/libvirt/boot,log/libvirt,cache/libvirt}
    for one in libvirt-qemu libvirt-dnsmasq; do
      getent passwd "$one" >/dev/null || useradd --system --user-group --shell /usr/sbin/nologin "$one"
    done
    for one in libvirt kvm; do getent group "$one" >/dev/null || groupadd --system "$one"; done
    cat >/etc/libvirt/qemu.conf <<END
user = "root"
group = "root"
security_driver = "none"
namespaces = []
stdio_handler = "file"
END
    cat >/etc/libvirt/libvirtd.conf <<END
unix_sock_group = "libvirt"
unix_sock_rw_perms = "0770"
auth_unix_ro = "none"
auth_unix_rw = "none"
END
    libvirtd --daemon --config /etc/libvirt/libvirtd.conf --pid-file /run/libvirtd.pid
    for _ in {1..100}; do [[ ! -S /run/libvirt/libvirt-sock ]] || break; sleep 0.1; done
  '
  virt net-info default >/dev/null 2>&1 || virt net-define /dev/stdin <<'XML'
<network>
  <name>default</name> <forward mode='open'/> <bridge name='virbr0'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp><range start='192.168.122.100' end='192.168.122.199'/></dhcp>
  </ip>
</network>
XML
}

start_console() {
  in_root kvm1 dpkg --install "$place/first.deb" >"$place/dpkg.log" 2>&1 || { cat "$place/dpkg.log" && return 1; }
  in_root kvm1 /usr/lib/test-server-console/scripts/install-host vm
  # shellcheck disable=SC2016 # for the shell in there
  in_root kvm1 bash -c 'rm -rf ~/.ssh && mkdir -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519'
  in_root kvm1 tee /etc/console/console.json >/dev/null <<'SETTINGS'
{
  "listen": { "socket": "/run/console/console.sock" }, "pathBase": "/console",
  "state": "/var/lib/console/state", "runtime": "/run/console",
  "hosts": [ { "name": "kvm1", "uri": "qemu:///system", "servers": "^qa[0-9]+$", "address": "192.168.122.{number}",
    "url": "http://{address}/", "power": [ "start", "shutdown", "reset" ] } ],
  "guests": { "ssh": { "user": "console", "key": "guest_key", "knownHosts": "known_hosts", "connectSeconds": 30,
    "silenceSeconds": 60, "answerSeconds": 90 }, "folder": "/srv/app" },
  "builds": { "healthSeconds": 120 },
  "apps": [ { "name": "shop", "templates": "templates", "health": "{url}", "defaultPath": "trunk",
    "repository": { "kind": "svn", "url": "svn://192.168.122.1/shop" } } ]
}
SETTINGS
  # shellcheck disable=SC2016 # for the shell in there, and for the console
  in_root kvm1 bash -Eeuo pipefail -c '
    templates=/etc/console/templates
    mkdir "$templates"
    cp "$1/tickets/apache.conf" "$templates"
    echo >"$templates/settings.py"
    cat >"$templates/wsgi.py" <<END
from shop import release
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [(release.LINE + " on {{server.name}}, {{path}}").encode()]
END
    command=$(sed -n "s/^ExecStart=//p" /lib/systemd/system/console.service)
    cd /
    umask 077
    setsid setpriv --reuid console --regid console --init-groups env HOME=/var/lib/console $command \
      >/var/log/console.log 2>&1 </dev/null &
    for _ in {1..300}; do [[ ! -S /run/console/console.sock ]] || exit 0; sleep 0.1; done
    cat /var/log/console.log
    exit 1
  ' - "$here/scripts/dev/samples/templates"
}

virt() { in_root kvm1 timeout 60 virsh --quiet --connect qemu:///system "$@"; }

new_guest() { in_root kvm1 /usr/lib/test-server-console/scripts/new-guest --minutes 30 "$@"; }

# What cloud-init does on the servers that the console makes itself.
made_by_console() { in_root kvm1 /usr/lib/test-server-console/scripts/new-guest --user-data shop "$@"; }

# There is KVM also where no processor helps it, and a system boots for an hour.
has_kvm() { [[ -w /dev/kvm ]] && grep -qwE 'vmx|svm' /proc/cpuinfo; }

# How many seconds a machine takes to end or to come up, at most.
patience=300
options=()
has_kvm || patience=900 options=(-- --virt-type qemu)

# on SERVER COMMAND...: as root there, by the host key that new-guest has pinned.
on() {
  in_root kvm1 ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=5 "root@192.168.122.${1#qa}" \
    "${@:2}" </dev/null
}

boot_of() { on "$1" cat /proc/sys/kernel/random/boot_id; }

# until_booted SERVER BOOT: once more than that.
until_booted() {
  local now until=$((SECONDS + patience))
  until now=$(boot_of "$1" 2>/dev/null) && [[ $now != "$2" ]]; do
    ((SECONDS < until)) || { echo "$1 has not come up within $patience s" && return 1; }
    sleep 0.5
  done
}

# ask PATH [OPTION...]: the console's API, as anna.
ask() {
  in_root kvm1 curl --silent --show-error --max-time 200 --unix-socket /run/console/console.sock \
    --header 'X-Remote-User: anna' "${@:2}" "http://localhost/console/api/$1"
}

# shows SERVER FILTER: within so long as a machine takes to end or to come up.
shows() {
  local until=$((SECONDS + patience)) shown
  until shown=$(ask "servers/$1") && jq -e "$2" <<<"$shown" >/dev/null; do
    ((SECONDS < until)) || { echo "$shown" && return 1; }
    sleep 0.5
  done
}

switch() { ask "servers/$1/power" --json "{\"action\": \"$2\"}"; }

# change_settings FILTER
change_settings() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root kvm1 bash -Eeuo pipefail -c 'settings=$(jq "$1" /etc/console/console.json)
    printf "%s\n" "$settings" >/etc/console/console.json' - "$1"
}

# The log says when they are in force, and would say why not.
reload() {
  local before
  before=$(times_read)
  in_root kvm1 pkill -HUP --full -- '--settings /etc/console/console.json'
  for _ in {1..300}; do
    (($(times_read) == before)) || return 0
    sleep 0.1
  done
  in_root kvm1 tail -n 20 /var/log/console.log
  return 1
}

times_read() { in_root kvm1 grep -c 'was read again and is in force' /var/log/console.log || true; }

# build SERVER [ADDRESS]: to its end, and then as its site shows it. The console has to see first that it is up.
build() {
  local id shown
  shows "$1" '.unusable == null'
  shown=$(ask "servers/$1/builds" --json '{"app": "shop", "path": "trunk", "database": false, "code": true}')
  id=$(jq --raw-output .id <<<"$shown")
  [[ $id =~ ^[0-9]+$ ]] || { echo "$shown" && return 1; }
  for _ in {1..5}; do
    shown=$(ask "builds/$id?wait=180")
    ! jq -e .endedAt <<<"$shown" >/dev/null || break
  done
  echo "$shown"
  [[ $(jq --raw-output .state <<<"$shown") == succeeded ]] || { ask "builds/$id/log" && return 1; }
  [[ $(page_at "${2:-http://192.168.122.${1#qa}/}") == "Hello from the first shop on $1, trunk" ]]
}

page_at() { in_root kvm1 curl --silent "${@:2}" "$1"; }

pinned() { in_root kvm1 ssh-keygen -F "192.168.122.${1#qa}" -f "$2" | grep -c ed25519; }

@test "A guest is begun from an image with cloud-init by one command, and built on" {
  began=$SECONDS
  run new_guest qa31 --image "$images/debian.qcow2" --memory 1024 --cpus 1 --disk 5 "${options[@]}"
  echo "$output"
  [ "$status" -eq 0 ]
  echo "# from an image to ready: $((SECONDS - began)) s" >&3
  [[ $output == *'made     the domain qa31 on kvm1'* && $output == *'made     host program, key and Apache of qa31'* ]]
  [[ $output == *"ok       the console's key starts the program guest at 192.168.122.31"* ]]
  [[ $output == *'the console shows qa31, and it can be used'* ]]
  if has_kvm; then kind=kvm; else kind=qemu; fi
  [[ $(virt dumpxml qa31) == *"<domain type='$kind'"* ]]
  [[ $(on qa31 hostname) == qa31 ]]
  # It has the whole of the disk that it was given, and keeps nothing of how it was begun.
  (($(on qa31 df --output=size --block-size=1M / | tail -n 1) > 4000))
  [[ $(virt domblklist qa31 --details --inactive) == *cdrom* ]]
  [[ $(virt domblklist qa31 --details --inactive) != *.iso* ]]
  [[ $(pinned qa31 /root/.ssh/known_hosts) == 1 && $(pinned qa31 /etc/console/known_hosts) == 1 ]]

  run new_guest qa31 --check
  echo "$output"
  [[ $status == 0 && $output != *missing* ]]
  run new_guest qa31
  echo "$output"
  [[ $status == 0 && $output != *made* ]]
  build qa31
}

@test "Who holds a guest shuts it down, starts and resets it, and it does what it is told" {
  ask servers/qa31/reservation -X PUT --json '{"purpose": "a kernel that hangs", "hours": 2}' |
    jq -e '.holder == "anna"'
  boot=$(boot_of qa31)
  switch qa31 shutdown | jq -e '.action == "shutdown"'
  shows qa31 '.state == "shut off"'
  [[ $(virt domstate qa31) == 'shut off' ]]
  began=$SECONDS
  switch qa31 start | jq -e '.message | startswith("qa31 is started.")'
  shows qa31 '.state == "running" and .unusable == null'
  until_booted qa31 "$boot"
  echo "# from a start to an answer: $((SECONDS - began)) s" >&3
  boot=$(boot_of qa31)
  switch qa31 reset | jq -e '.action == "reset"'
  until_booted qa31 "$boot"
  # What was built is there still.
  [[ $(page_at http://192.168.122.31/ --retry "$patience" --retry-delay 1 --retry-all-errors) == *'on qa31, trunk' ]]
}

@test "A guest is copied from a template by one command, with names and keys of its own, and built on" {
  switch qa31 shutdown
  shows qa31 '.state == "shut off"'
  began=$SECONDS
  run new_guest qa32 --template qa31
  echo "$output"
  [ "$status" -eq 0 ]
  echo "# from a template to ready: $((SECONDS - began)) s" >&3
  switch qa31 start
  until_booted qa31 none
  for one in hostname 'cat /etc/machine-id' 'cat /etc/ssh/ssh_host_ed25519_key.pub'; do
    [[ $(on qa31 "$one") != "$(on qa32 "$one")" ]]
  done
  [[ $(on qa32 hostname) == qa32 ]]
  # Its name and keys are its own after its next start, too.
  boot=$(boot_of qa32)
  on qa32 reboot || true
  until_booted qa32 "$boot"
  [[ $(on qa32 hostname) == qa32 ]]
  build qa32
}

@test "A server that the console makes of a template is set up by cloud-init, given, built on, and goes" {
  on qa31 truncate --size 0 /etc/machine-id
  switch qa31 shutdown
  shows qa31 '.state == "shut off"'
  in_root kvm1 virt-clone --quiet --connect qemu:///system --original qa31 --name golden --auto-clone
  # Its names come from libvirt's DHCP, by its own DNS.
  in_root kvm1 tee /etc/resolv.conf <<<'nameserver 192.168.122.1' >/dev/null
  settings='.hosts += [{name: "made", uri: "qemu:///system", makeUri: "qemu:///system", servers: "^shop-[0-9]+$",
      address: "{server}", url: "http://{address}/"}]
    | .apps[0].make = {host: "made", name: "shop-{number}", template: "golden", userData: "shop.yaml", minutes: 90}'
  change_settings "$settings"
  made_by_console
  [[ $(in_root kvm1 cat /etc/console/known_hosts) == *'shop-* ssh-ed25519 '* ]]
  reload
  began=$SECONDS
  ask line --json '{"app": "shop", "purpose": "a basket"}' | jq -e '.place'
  patience=3600 shows shop-1 '.line.turn.person == "anna" and .unusable == null'
  echo "# from a wish to a server that is set up: $((SECONDS - began)) s" >&3
  ask servers/shop-1/reservation -X PUT --json '{"purpose": "a basket", "hours": 2}' | jq -e '.holder == "anna"'
  build shop-1 http://shop-1/
  [[ $(virt domblklist shop-1 --details) == *seed.iso* ]]
  [[ $(virt dumpxml shop-1) == *urn:test-server-console:made* ]]

  ask servers/shop-1/reservation -X DELETE --header 'Content-Type: application/json'
  change_settings '.apps[0].make.hours = 0.01'
  reload
  shows shop-1 '.status == 404'
  [[ $(virt list --all --name) != *shop-1* ]]
  [[ $(in_root kvm1 ls "$images") != *shop-1* ]]
  made_by_console --remove
  change_settings 'del(.apps[0].make, .hosts[1])'
  reload
  virt undefine golden --remove-all-storage
}

@test "What was made is removed with its disks and its address, and nothing else" {
  run new_guest qa31 --remove
  echo "$output"
  [[ $status == 1 && $output == *'anna has qa31 until'* ]]
  for one in qa31 qa32; do
    ask "servers/$one/reservation" -X DELETE --header 'Content-Type: application/json'
    shows "$one" '.reservation == null'
    run new_guest "$one" --remove
    echo "$output"
    [[ $status == 0 && $output == *"removed  the domain $one, with its disks"* ]]
    shows "$one" '.status == 404'
  done
  [[ -z $(virt list --all --name) ]]
  [[ $(virt net-dumpxml default) != *"<host "* ]]
  run in_root kvm1 find "$images" /var/lib/libvirt/boot -type f -printf '%f '
  echo "$output"
  [[ $output == 'debian.qcow2 ' ]]
  run in_root kvm1 grep -c . /root/.ssh/known_hosts /etc/console/known_hosts
  [[ $output == $'/root/.ssh/known_hosts:0\n/etc/console/known_hosts:0' ]]
  run pgrep --full 'guest=qa3[12]'
  [[ -z $output ]]
}
