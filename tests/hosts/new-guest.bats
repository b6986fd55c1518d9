#!/usr/bin/env bats
#
# New servers by one command, in throw-away roots: a real libvirt with its test driver, whose domains have no machines;
# this root's own sshd answers for one (machine-of-domain). Its virsh, virt-clone and virt-install are the real ones.
# The console is a stand-in (console-of-servers).

# shellcheck disable=SC2030,SC2031,SC2154 # bats sets status, output and lines, in a shell for each story
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/root.bash"

readonly uri='test+unix:///default?mode=legacy&socket=/run/libvirt/libvirt-sock'

setup_file() { find_scripts; }

setup() {
  local one
  need_root
  for one in libvirtd virt-clone virt-install ruby; do
    command -v "$one" >/dev/null || skip "$one is not installed: libvirt-daemon, virtinst, puppet-agent"
  done
}

teardown() { [[ -z ${root-} ]] || close_root "$root"; }

# use_root NAME: a console's machine, with a libvirt that remembers for as long as somebody is connected to it.
use_root() {
  root=$1
  open_root "$root"
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" env "URI=$uri" "PARTS=$BATS_TEST_DIRNAME" bash -Eeuo pipefail -c '
    mkdir -p /{run,var/lib,var/log,var/cache}/libvirt /run/servers /etc/console ~/.ssh
    # Another package makes it, for the part of libvirt that has QEMU.
    useradd --system --user-group libvirt-qemu
    printf "auth_unix_rw = \"none\"\n" >/run/libvirtd.conf
    libvirtd --daemon --config /run/libvirtd.conf --pid-file /run/libvirtd.pid
    for _ in {1..100}; do [[ ! -S /run/libvirt/libvirt-sock ]] || break; sleep 0.05; done
    setsid bash -c "sleep infinity | virsh --connect \"\$URI\"" >/dev/null 2>&1 </dev/null &
    setsid "$PARTS/console-of-servers" /run/servers 8080 >/dev/null 2>&1 </dev/null &
    cp "$PARTS/seed-of-image" /usr/local/sbin/xorrisofs
    ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519
    ssh-keygen -q -t ed25519 -N "" -f /etc/console/guest_key
    cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys
    install -m 600 -o nobody /dev/null /etc/console/known_hosts
    cat >/etc/console/console.json <<SETTINGS
// As the package has them.
{
  "listen": { "loopback": 8080 }, "pathBase": "/console",
  "hosts": [ { "name": "kvm1", "uri": "$URI", "servers": "^qa[0-9]+\$", "address": "192.168.122.{number}", }, ],
  "guests": { "ssh": { "user": "console", "key": "guest_key", "knownHosts": "known_hosts" }, "folder": "/srv/app" },
  "apps": [ { "name": "shop", "repository": { "kind": "svn", "url": "svn://svn.example/shop" } } ], /* all */
}
SETTINGS
  '
  virt vol-create-as default-pool template.img 1G
  virt define /dev/stdin <<'XML'
<domain type='test'>
  <name>template</name> <memory unit='MiB'>1024</memory> <vcpu>1</vcpu> <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><source file='/default-pool/template.img'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:11:11:11'/><source network='default'/></interface>
  </devices>
</domain>
XML
}

virt() { in_root "$root" virsh --quiet --connect "$uri" "$@"; }

new_guest() { in_root "$root" "$SCRIPTS/new-guest" "$@"; }

# answer NAME MORE: what the console says of a server.
answer() {
  in_root "$root" tee "/run/servers/$1" >/dev/null <<<"{\"name\": \"$1\", \"host\": \"kvm1\", \"state\": \"running\"$2}"
}

machine() {
  in_root "$root" env "CONSOLE_TEST_URI=$uri" "$BATS_TEST_DIRNAME/machine-of-domain" "$@" >/dev/null 2>&1 &
}

host_keys() { in_root "$root" bash -c 'cat /etc/ssh/ssh_host_*_key.pub | cut -d " " -f 1,2 | sort'; }
pinned() { in_root "$root" sed -n 's/^192.168.122.31 //p' "$1" | sort; }

# refused SENTENCE WORD...: with exit code 1, or 2 where it is about how it was started.
refused() {
  run new_guest "${@:2}"
  echo "$output"
  [[ $status != 0 && $output == "new-guest: $1"* ]]
}

change_settings() { in_root "$root" sed -i "$1" /etc/console/console.json; }

@test "A server is copied from a template by one command, once, and removed" {
  use_root copied
  run new_guest qa31 --check
  echo "$output"
  [[ $status == 1 && $output == *'missing  the domain qa31 on kvm1: there is none'* ]]
  [[ $output == *'missing  qa31 runs: there is no such domain yet'* && $output != *'name 192'* ]]
  [[ $output == *'missing  the address 192.168.122.31 of qa31 in the network default: it is not promised to it'* ]]
  [[ $output == *'missing  the console shows qa31, and it can be used: it does not show it yet'* ]]
  run virt list --all --name
  [[ $output != *qa31* ]]

  before=$(host_keys)
  machine qa31 192.168.122.31
  answer qa31 ', "unusable": null'
  answer qa31.first ', "unusable": "qa31 cannot be reached since 15:00: its sshd does not answer."'
  run new_guest qa31 --template template
  echo "$output"
  [[ $status == 0 && $output == *'made     the domain qa31 on kvm1'*'made     the console shows qa31, and'* ]]
  [[ $output == *'note     waiting until the console shows qa31, for 10 minutes at most'* ]]
  mac=$(virt domiflist qa31 | awk '{ print $5 }')
  [[ $mac == 52:54:00:* && $mac != 52:54:00:11:11:11 ]]
  [[ $(virt net-dumpxml default) == *"<host mac='$mac' name='qa31' ip='192.168.122.31'/>"* ]]
  [[ $(virt dominfo qa31) == *'Autostart:'*enable* ]]
  # It has names and keys of its own, which root and the console know.
  [[ $(host_keys) != "$before" ]]
  diff <(host_keys) <(pinned /root/.ssh/known_hosts)
  diff <(host_keys) <(pinned /etc/console/known_hosts)
  [[ $(in_root copied hostname) == qa31 ]]
  [[ $(in_root copied cat /etc/console/guest.conf) == *$'\nrepositories=svn://svn.example/shop\n'* ]]

  # Nothing is missing, and once more changes nothing but what has been stopped meanwhile.
  run new_guest qa31 --check
  echo "$output"
  [[ $status == 0 && $output != *missing* && $output != *note* ]]
  virt destroy qa31
  run new_guest qa31
  echo "$output"
  [[ $status == 0 && $(grep made <<<"$output") == 'made     qa31 runs' ]]

  # Nobody loses a machine that they have.
  answer qa31 ', "reservation": { "holder": "anna", "until": "2026-05-06T15:00:00Z", "purpose": "a basket" }'
  run new_guest qa31 --remove
  echo "$output"
  [[ $status == 1 ]]
  [[ $output == 'new-guest: anna has qa31 until 2026-05-06T15:00:00Z, for: a basket. Have it released, and'* ]]
  answer qa31 ', "build": { "id": "17" }'
  run new_guest qa31 --remove
  [[ $status == 1 && $output == 'new-guest: the build 17 is under way on qa31. Wait for its end.' ]]
  answer qa31 ''
  run new_guest qa31 --remove
  echo "$output"
  [[ $status == 0 && $output == *'removed  the domain qa31, with its disks'* ]]
  run virt list --all --name
  [[ $output != *qa31* && $output == *template* ]]
  run virt vol-list default-pool
  echo "$output"
  [[ $output == *template.img* && $output != *clone* && $output != *qa31* ]]
  [[ $(virt net-dumpxml default) != *192.168.122.31* ]]
  [[ $(pinned /root/.ssh/known_hosts)$(pinned /etc/console/known_hosts) == '' ]]
  in_root copied rm /run/servers/qa31
  run new_guest qa31 --remove
  [[ $status == 0 && $output == '' ]]
}

@test "A server is begun from an image, known before it has spoken; one that others have made is only set up" {
  use_root begun
  in_root begun truncate -s 1G /root/debian.qcow2
  machine qa31 192.168.122.31
  answer qa31 ', "unusable": null'
  run new_guest qa31 --image /root/debian.qcow2 --memory 1536
  echo "$output"
  in_root begun cat /run/seed/user-data /run/seed/meta-data | sed '/PRIVATE/,/PRIVATE/d'
  [[ $status == 0 && $output == *'made     the domain qa31 on kvm1'*'ok       the console shows qa31, and'* ]]
  diff <(host_keys) <(pinned /etc/console/known_hosts)
  [[ $(virt dominfo qa31) == *'Max memory:'*1572864* ]]
  [[ $(virt net-dumpxml default) == *"name='qa31' ip='192.168.122.31'/>"* ]]

  # One that somebody else has made is set up, by a host key that root knows; and stays when that is taken back.
  virt metadata qa31 --uri urn:test-server-console:new-guest --config --remove
  in_root begun rm /root/.ssh/known_hosts
  run new_guest qa31
  echo "$output"
  [[ $status == 1 && $output == *'root of this machine does not know the host key of qa31, a domain that was there'* ]]
  in_root begun ssh -o StrictHostKeyChecking=accept-new root@192.168.122.31 true
  in_root begun rm /etc/console/guest.keys
  run new_guest qa31
  echo "$output"
  [[ $status == 0 && $output == *'made     host program, key and Apache of qa31'* ]]
  run new_guest qa31 --remove
  echo "$output"
  [[ $status == 0 && $output == *'removed  the user console'* ]]
  [[ $output == *'kept     the domain qa31, which was not made by this program'* ]]
  [[ $(virt domstate qa31) == running ]]
  # The console can still read the keys of its other servers.
  [[ $(in_root begun stat --format '%U %a' /etc/console/known_hosts) == 'nobody 600' ]]
}

@test "Each refusal says what to do, and nothing has been done" {
  use_root refused
  in_root refused truncate -s 1G /root/debian.qcow2
  refused 'Name the server, as the domain is to be called.' --check
  refused "The server's name 'qa 31' is to be of letters" 'qa 31'
  refused 'There is no option --clone.' qa31 --clone
  refused 'Name a template or an image, and not both.' qa31 --template a --image b
  refused '--memory 2G is to be a whole number.' qa31 --memory 2G
  run in_root refused runuser -u console-lab -- "$SCRIPTS/new-guest" qa31
  [[ $status == 1 && $output == *'only root can make a guest. Start it as root'* ]]
  refused 'the settings /etc/console.json cannot be read.' qa31 --settings /etc/console.json
  refused "web31 would be no test server: the settings' \`servers\` has ^qa[0-9]+\$ for kvm1." web31
  refused '/etc/console/console.json has no host kvm9. It has: kvm1' qa31 --host kvm9
  # A project of OpenStack is passed over, or told where nothing else is left.
  change_settings 's/"hosts": \[/& { "name": "cloud", "servers": "^qa", "openStack": { "cloudsFile": "c" } },/'
  refused 'qa31 would be on cloud, a project of OpenStack, and this makes domains of libvirt.' qa31 --host cloud
  refused 'there is no domain qa31 on kvm1. Say from what it is to be made' qa31
  refused 'there is no domain old on kvm1. There are: test, template' qa31 --template old
  refused 'the image /root/ubuntu.qcow2 cannot be read.' qa31 --image /root/ubuntu.qcow2
  virt start template
  refused 'the template template is running, and only one that is shut off can be copied: virsh shutdown template' \
    qa31 --template template
  virt destroy template
  in_root refused sed -n 's/^/192.168.122.31 /w /etc/console/known_hosts' /etc/ssh/ssh_host_ed25519_key.pub
  refused '/etc/console/known_hosts has a host key of 192.168.122.31, of a machine before this one.' \
    qa31 --template template
  in_root refused bash -c ': >/etc/console/known_hosts'
  virt net-update default add-last ip-dhcp-host "<host mac='52:54:00:22:22:22' name='printer' ip='192.168.122.31'/>"
  run new_guest qa31 --template template
  [[ $status == 1 && $output == *'the network default promises 192.168.122.31 to 52:54:00:22:22:22'* ]]
  virt net-update default delete ip-dhcp-host "<host ip='192.168.122.31'/>"
  in_root refused mv /root/.ssh/id_ed25519.pub /root/.ssh/kept
  refused 'root of this machine has no key by which a new one would let it in. Make one: ssh-keygen' \
    qa31 --image /root/debian.qcow2
  change_settings 's/"user": "console"/"user": "console", "port": 2222/'
  refused 'the settings reach servers at port 2222 (guests.ssh.port), and an image has its sshd at 22.' \
    qa31 --image /root/debian.qcow2
  in_root refused rm /etc/console/guest_key.pub
  refused '/etc/console/guest_key.pub, the public half of the settings'"'"' key, cannot be read.' qa31
  change_settings 's/"listen"/listen/'
  refused '/etc/console/console.json is no JSON:' qa31
  run virt list --all --name
  [[ $output != *qa31* ]]
}
