#!/usr/bin/env bats
#
# What the console's own servers are set up by: new-guest writes it on the console's machine, and Debian's cloud-init
# does it, in the same throw-away root, whose sshd answers for the server.

# shellcheck disable=SC2030,SC2031,SC2154 # bats sets status, output and lines, in a shell for each story
# shellcheck disable=SC2016 # what stands between ` is said, and not run
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/root.bash"

# A line of known_hosts that somebody has written, without its end.
readonly by_hand='qa07 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA'

setup_file() {
  find_scripts
  ((EUID != 0)) || fetch_cloud_init
}

# A machine with it installed would be another one at its next start, so that it is only fetched.
fetch_cloud_init() {
  mkdir -p "$BATS_FILE_TMPDIR/packages/partial"
  apt-get --yes --quiet --quiet --no-install-recommends --download-only --reinstall \
    --option "Dir::Cache::archives=$BATS_FILE_TMPDIR/packages" --option APT::Sandbox::User=root install cloud-init \
    >"$BATS_FILE_TMPDIR/apt.log" 2>&1 || { cat "$BATS_FILE_TMPDIR/apt.log" && return 1; }
}

setup() { need_root; }
teardown() { [[ -z ${root-} ]] || close_root "$root"; }

# use_root NAME ADDRESS: a console's machine with an app whose servers have such addresses.
use_root() {
  root=$1
  open_root "$root"
  in_root "$root" env "ADDRESS=$2" "BY_HAND=$by_hand" bash -Eeuo pipefail -c '
    mkdir -p /etc/console ~/.ssh
    ssh-keygen -q -t ed25519 -N "" -C "the console of anna" -f /etc/console/guest_key
    chown nobody:nogroup /etc/console/guest_key
    install -m 600 -o nobody -g nogroup /dev/null /etc/console/known_hosts
    printf "%s" "$BY_HAND" >/etc/console/known_hosts
    cat >/etc/console/console.json <<SETTINGS
// As the package has them.
{
  "listen": { "loopback": 8080 }, "pathBase": "/console",
  "hosts": [
    { "name": "kvm1", "uri": "qemu:///system", "servers": "^qa", "address": "$ADDRESS", "makeUri": "qemu:///system" },
    { "name": "cloud", "servers": "^c", "openStack": { "cloudsFile": "c", "cloud": "a", "addressNetwork": "test" } } ],
  "guests": { "ssh": { "user": "console", "key": "guest_key", "knownHosts": "known_hosts" }, "folder": "/srv/app" },
  "apps": [
    { "name": "shop", "repository": { "kind": "svn", "url": "svn://svn.example/shop" },
      "make": { "host": "kvm1", "name": "qa-shop-{number}", "template": "golden", "userData": "guest.yaml" } },
    { "name": "wiki", "make": { "host": "cloud", "name": "c{number}", "image": "1", "flavor": "2",
      "userData": "wiki.yaml" } },
    { "name": "bare", "make": { "host": "kvm1", "name": "qa{number}", "template": "golden" } },
    { "name": "old" } ],
}
SETTINGS
  '
}

new_guest() { in_root "$root" "$SCRIPTS/new-guest" "$@"; }

# refused SENTENCE WORD...: and nothing was written.
refused() {
  run new_guest "${@:2}"
  echo "$output"
  [[ $status != 0 && $output == "new-guest: $1"* ]]
  run in_root "$root" bash -c 'ls /etc/console/*.yaml* 2>/dev/null; cat /etc/console/known_hosts'
  [[ $output == "$by_hand" ]]
}

# boot NAME: as at the first start of a machine of this name, which reads this.
boot() {
  booted=$BATS_TEST_TMPDIR/booted
  in_root "$root" bash -Eeuo pipefail -c '
    dpkg --install "$2"/*.deb >/run/dpkg 2>&1 || { cat /run/dpkg && exit 1; }
    mkdir -p /var/lib/cloud/seed/nocloud
    cp /etc/console/guest.yaml /var/lib/cloud/seed/nocloud/user-data
    printf "instance-id: of-$1\nlocal-hostname: $1\n" >/var/lib/cloud/seed/nocloud/meta-data
    # What else it does is for disks and networks, of which this root has none of its own.
    cat >/etc/cloud/cloud.cfg.d/99-root.cfg <<END
datasource_list: [NoCloud]
network: {config: disabled}
cloud_init_modules: [bootcmd, write-files, set_hostname, update_hostname, users-groups, ssh]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user]
END
    echo "127.0.0.1 $1" >>/etc/hosts
    cloud-init init --local
    cloud-init init
    service ssh restart
    cloud-init modules --mode config
    cloud-init modules --mode final
  ' - "$1" "$BATS_FILE_TMPDIR/packages" >"$booted" 2>&1 || { cat "$booted" && return 1; }
}

# answer NAME: what the host program there says to the console's key, by the host key that the console knows.
answer() {
  in_root "$root" bash -c '
    mkfifo /run/lifeline
    exec 7<>/run/lifeline
    printf "protocol=1\n\n" >&7
    ssh -T -i /etc/console/guest_key -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes \
      -o UserKnownHostsFile=/etc/console/known_hosts "console@$1" status <&7 7<&- 2>&1
    rm /run/lifeline
  ' - "$1"
}

# As a web server of the team's, to which a file is copied: /run/part is there for one answer.
serve_programs() {
  in_root "$root" tee /run/serve >/dev/null <<'PYTHON'
import http.server, os
class Programs(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        part = os.path.exists("/run/part")
        with open("/run/part" if part else "/etc/console/guest.yaml.programs.tar.gz", "rb") as file:
            body = file.read()
        if part:
            os.remove("/run/part")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.HTTPServer(("127.0.0.1", 8081), Programs)
if os.fork() == 0:
    server.serve_forever()
PYTHON
  in_root "$root" python3 /run/serve >/dev/null 2>&1
}

@test "Servers that the console makes are set up by cloud-init as new-guest sets up its own" {
  use_root made '{server}'
  run new_guest --user-data shop --check
  echo "$output"
  [[ $status == 1 ]]
  [[ $output == *'missing  what cloud-init does on servers made for shop, in /etc/console/guest.yaml: it is not'* ]]
  [[ $output == *'missing  the host key of servers made for shop in /etc/console/known_hosts: it does not have it'* ]]
  run new_guest --user-data shop --set repository_seconds=90
  echo "$output"
  [[ $status == 0 && $(grep -c ^made <<<"$output") == 2 ]]
  [[ $(in_root made stat --format '%U %G %a' /etc/console/guest.yaml) == 'root nogroup 640' ]]
  [[ $(in_root made stat --format '%U %a' /etc/console/known_hosts) == 'nobody 600' ]]
  [[ $(in_root made cat /etc/console/known_hosts) == "$by_hand"$'\nqa-shop-* ssh-ed25519 '* ]]
  run new_guest --user-data shop --set repository_seconds=90 --check
  echo "$output"
  [[ $status == 0 && $output != *missing* ]]

  # Of a template that was set up before.
  in_root made tee /etc/console/guest.keys <<<former >/dev/null
  boot qa-shop-7
  in_root made bash -c 'ls /var/lib/cloud/instances/of-qa-shop-7/sem/bootper.console*setup.instance'
  [[ $(in_root made cat /etc/console/guest.keys) != *former* ]]
  [[ $(in_root made hostname) == qa-shop-7 ]]
  run answer qa-shop-7
  echo "$output"
  [[ $output == *'@exit 0' ]]
  run in_root made "$SCRIPTS/install-host" guest --check
  echo "$output"
  [[ $status == 0 ]]
  in_root made grep -x repository_seconds=90 /etc/console/guest.conf
  in_root made grep -x repositories=svn://svn.example/shop /etc/console/guest.conf
  in_root made test ! -e /var/lib/console-setup

  # Written anew, it has the host key of the servers that are there; which others they are no more, is forgotten.
  known=$(in_root made cat /etc/console/known_hosts)
  run new_guest --user-data shop --packages python3-django
  echo "$output"
  [[ $status == 0 && $(grep -c ^made <<<"$output") == 1 ]]
  [[ $output == *'note     before, it was written with: --set repository_seconds=90 --repositories svn://svn.ex'* ]]
  [[ $(in_root made cat /etc/console/known_hosts) == "$known" ]]
  run new_guest --user-data shop --packages python3-django --addresses 'qa-shop-1*'
  [[ $status == 0 && $(in_root made cat /etc/console/known_hosts) == "${known/shop-/shop-1}" ]]
  run new_guest --user-data shop --remove
  echo "$output"
  [[ $status == 0 && $output == *'removed  /etc/console/guest.yaml'*'take `userData` of shop out of the settings'* ]]
  [[ $(in_root made cat /etc/console/known_hosts) == "$by_hand" ]]
  [[ $(in_root made stat --format '%U %a' /etc/console/known_hosts) == 'nobody 600' ]]
  run new_guest --user-data shop --remove
  [[ $status == 0 && -z $output ]]
}

@test "Where Nova takes no more, servers fetch the programs, and take no others" {
  use_root fetched '{server}'
  in_root fetched sed -i '/"name": "qa-shop/s/"kvm1"/"cloud"/' /etc/console/console.json
  run new_guest --user-data shop --addresses '10.0.3.*'
  [[ $output == *'Nova takes 49149 bytes, and the programs do not fit in: say from where'* ]]
  words=(--user-data shop --addresses 'qa-shop-* 10.0.3.*' --programs http://127.0.0.1:8081/console/programs.tar.gz)
  run new_guest "${words[@]}"
  echo "$output"
  [[ $status == 0 && $output == *'put /etc/console/guest.yaml.programs.tar.gz where new servers find it as http'* ]]
  [[ $output == *'todo     the programs at http://127.0.0.1:8081/console/programs.tar.gz'* ]]
  (($(in_root fetched cat /etc/console/guest.yaml | wc -c) < 49149))
  [[ $(in_root fetched cut -d ' ' -f 1 /etc/console/known_hosts) == $'qa07\nqa-shop-*\n10.0.3.*' ]]
  serve_programs
  # One that was being copied there just then: the first one has not all of it, and the next one has.
  in_root fetched bash -c 'head -c 20000 /etc/console/guest.yaml.programs.tar.gz >/run/part'
  run new_guest "${words[@]}" --check
  echo "$output"
  [[ $status == 1 && $output == *'missing  the programs at http'*' they are of another version'* ]]
  in_root fetched bash -c 'head -c 20000 /etc/console/guest.yaml.programs.tar.gz >/run/part'
  boot qa-shop-1
  grep 'programs.tar.gz: FAILED' "$booted"
  run answer qa-shop-1
  echo "$output"
  [[ $output == *'@exit 0' ]]
  run new_guest "${words[@]}" --check
  echo "$output"
  [[ $status == 0 ]]
}

@test "What cannot be written says why and what to do, and nothing has been written" {
  use_root refused '10.0.3.{number}'
  refused 'Name a server, qa31, or an app by --user-data, and not both.' qa31 --user-data shop
  for one in --template --image --host --address --network --memory --cpus --disk --minutes; do
    refused "What servers are made of, and where, stands in \`make\` of the app: --user-data has no use for $one." \
      --user-data shop "$one" 4096
  done
  refused 'What servers are made of, and where' --user-data shop --remove --even-if-held
  refused 'Options for virt-clone or virt-install do nothing here' --user-data shop -- --virt-type qemu
  refused "--addresses '10.0.3.* !b' is to be names or addresses" --user-data shop --addresses '10.0.3.* !b'
  refused "--programs 'ftp://a/b' is to be an address that begins with http" --user-data shop --programs ftp://a/b
  refused '--addresses and --programs are for servers that the console makes' qa31 --addresses 10.0.3.1
  refused '/etc/console/console.json has no app shopp. It has: shop, wiki, bare, old' --user-data shopp
  refused 'The app old has no `make` in /etc/console/console.json' --user-data old
  refused '`make` of the app bare names no file for this. Write where it is to be: "userData": "/etc/' --user-data bare
  refused 'the settings do not say which addresses servers get that are made for shop.' --user-data shop
  refused 'the settings do not say which addresses servers get that are made for wiki.' --user-data wiki
  refused 'Nova takes 49149 bytes, and the programs do not fit in' --user-data wiki --addresses '10.0.3.*'
  in_root refused sed -i 's|/srv/app|/srv/{server}|' /etc/console/console.json
  refused "the settings' folder /srv/{server} is another one on each server" --user-data shop --addresses '10.0.3.*'
  in_root refused sed -i 's|/srv/{server}|/srv/app|' /etc/console/console.json
  refused '--set keep=2: the host program has no such key. It has: folder' --user-data shop --addresses a --set keep=2
  refused '--root-key /etc/passwd is no public key that can be read.' --user-data shop --addresses a \
    --root-key /etc/passwd

  refused 'servers would not take what they are given: --packages wants names of packages' --user-data shop \
    --addresses a --packages 'libfoo:i386'
  refused 'servers would not take what they are given: --set wants KEY=VALUE' --user-data shop --addresses a \
    --set repositories=
  in_root refused sed -i 's/^/from="10.0.0.1" /' /etc/console/guest_key.pub
  refused '/etc/console/guest_key.pub has a line that is no public key.' --user-data shop --addresses a
  in_root refused sed -i 's/^from="10.0.0.1" //' /etc/console/guest_key.pub

  # Somebody's own file, and one of another app, stay; and so does the key of another app's servers.
  in_root refused tee /etc/console/guest.yaml <<<'#cloud-config' >/dev/null
  run new_guest --user-data shop --addresses '10.0.3.*'
  [[ $status == 1 && $output == *'guest.yaml was not written by this program for shop. Take it away, or name'* ]]
  run new_guest --user-data shop --remove
  [[ $status == 0 && -z $output && $(in_root refused cat /etc/console/guest.yaml) == '#cloud-config' ]]
  in_root refused rm /etc/console/guest.yaml
  make='{ "host": "kvm1", "name": "qa-desk-{number}", "template": "golden", "userData": "desk.yaml" }'
  in_root refused sed -i "s|{ \"name\": \"old\" }|{ \"name\": \"desk\", \"make\": $make }|" /etc/console/console.json
  for app in shop desk; do
    run new_guest --user-data "$app" --addresses '10.0.3.*'
    echo "$output"
    [[ $status == 0 ]]
  done
  [[ $(in_root refused cut -d ' ' -f 1 /etc/console/known_hosts) == $'qa07\n10.0.3.*\n10.0.3.*' ]]
  in_root refused sed -i 's/desk.yaml/guest.yaml/' /etc/console/console.json
  run new_guest --user-data desk --addresses '10.0.3.*'
  [[ $status == 1 && $output == *'guest.yaml was not written by this program for desk.'* ]]
  run new_guest --user-data desk --remove
  [[ $status == 0 && -z $output ]]
}
