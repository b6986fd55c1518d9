#!/usr/bin/env bats
#
# The walk of docs/install.md: its commands, as they stand there, on three machines that are as Debian leaves them,
# from the package to a first build. What each says is compared with what the document has. Then what becomes of it: an
# upgrade in the middle of a build, a removal. As root, by hand, as package.bats; CONSOLE_PACKAGE names a package that
# is made already, CONSOLE_WALK_ROOT a folder that debootstrap has made of Debian 12 with openssh-server.
#
# Three things are not as in the document: libvirt is its own test driver, whose one domain stands for the machine qa07;
# packages come from a folder, into which they have been fetched before; names are in /etc/hosts.

# shellcheck disable=SC2154 # bats sets status and output
bats_require_minimum_version 1.5.0
export LC_ALL=C.UTF-8
source "$BATS_TEST_DIRNAME/machines.bash"
source "$BATS_TEST_DIRNAME/stage.bash"
readonly document=$here/docs/install.md section='## From three bare machines to a first build'

setup_file() {
  find_stage
  need_machines
  need_programs
  fetch_package
  make_next_package
  fetch_root
  fetch_packages "$root" "$place/mirror" "$place/first.deb"
  make_dump
  make_repository
  open_network
  at_network svnserve --daemon --listen-host "$network.1" --root "$place/repositories" --pid-file "$place/svnserve.pid"
  open_machine qa 2 "$root" "$place/mirror"
  open_machine db1 3 "$root" "$place/mirror"
  open_machine qa07 4 "$root" "$place/mirror"
  for one in qa db1 qa07; do name_machines "$one"; done
  # As libvirt's package leaves it: who is in it reaches libvirt.
  in_machine qa groupadd --system libvirt
  let_root_in db1 qa07
  in_machine qa tee /root/test-server-console_1.0_amd64.deb <"$place/first.deb" >/dev/null
  in_machine qa tee /root/second.deb <"$place/second.deb" >/dev/null
  in_machine db1 mkdir /srv/dumps
  in_machine db1 tee /srv/dumps/shop.dump <"$place/shop.dump" >/dev/null
}

setup() { find_stage; }

teardown_file() {
  find_stage
  [[ ! -e $place/svnserve.pid ]] || kill "$(<"$place/svnserve.pid")" || true
  close_machines
}

# Sets commands, and outputs to what the document has behind each.
read_walk() {
  local line inside='' open=''
  commands=() outputs=()
  while IFS= read -r line; do
    if [[ $line == '```'* ]]; then
      [[ -z $inside ]] && inside=yes || inside=''
    elif [[ -z $inside ]]; then
      continue
    elif [[ -n $open ]]; then
      commands[-1]+=$'\n'$line
    elif [[ $line == '# '* ]]; then
      commands+=("${line#'# '}") outputs+=('')
    else
      outputs[-1]+=$line$'\n'
      continue
    fi
    [[ $inside && $line == *\\ ]] && open=yes || open=''
  done < <(sed -n "/^$section\$/,/^## /p" "$document")
}

# is_as_told OUTPUT TOLD: three dots in the document stand for whatever there is; on a line of their own for any number
# of lines.
is_as_told() {
  local pattern
  pattern=$(printf %s "$2" | sed -zE 's/[][\\*?()|+!@^]/\\&/g; s/(^|\n)[.]{3}(\n|$)/\1*/g; s/[.]{3}/*/g')
  # shellcheck disable=SC2053 # a pattern is meant
  [[ $1 == $pattern ]]
}

# What of a real VM host there is not here.
stand_in_for_libvirt() {
  in_machine qa tee /etc/console/domains.xml >/dev/null <<'DOMAINS'
<node>
  <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
    <name>qa07</name><memory unit='MiB'>1024</memory><vcpu>1</vcpu>
    <os><type arch='x86_64'>hvm</type></os><test:runstate>1</test:runstate>
  </domain>
</node>
DOMAINS
  in_machine qa sed -i 's,qemu:///system,test:///etc/console/domains.xml,' /etc/console/console.json
}

@test "Three bare machines have their first build by the commands of the document, as it shows them" {
  local number began=$SECONDS start
  read_walk
  ((${#commands[@]} > 5 && ${#commands[@]} <= 12))
  for number in "${!commands[@]}"; do
    start=$SECONDS
    run in_machine qa bash -c "${commands[number]}" </dev/null
    # apt runs dpkg as on a terminal.
    output=${output//$'\r'/}
    printf '# %s\n%s\n(%s s)\n' "${commands[number]}" "$output" "$((SECONDS - start))" | tee -a "$place/walked"
    [ "$status" -eq 0 ] || {
      in_machine qa journalctl --no-pager --unit console || true
      return 1
    }
    is_as_told "$output" "${outputs[number]%$'\n'}" || {
      printf 'the document has:\n%s' "${outputs[number]}"
      return 1
    }
    [[ ${commands[number]} != *examples/first* ]] || stand_in_for_libvirt
  done
  echo "# the walk took $((SECONDS - began)) s" >&3
  ((SECONDS - began < 600))

  # The site is there, with what the repository and the dump have.
  # shellcheck disable=SC2016 # for perl
  run in_machine qa07 perl -MIO::Socket::INET -e '
    my $site = IO::Socket::INET->new("qa07:80") or die $!;
    print $site "GET / HTTP/1.0\r\nHost: qa07\r\n\r\n";
    print while <$site>'
  echo "$output"
  [[ $output == *'200 OK'*'Hello from the first shop'* ]]
}

@test "The unit runs with its rights, and none besides" {
  run in_machine qa systemctl show --property Type,ActiveState,SubState,StatusText,User,NRestarts console
  echo "$output"
  [[ $output == *Type=notify* && $output == *ActiveState=active* && $output == *NRestarts=0* ]]
  run in_machine qa systemd-analyze verify --man=no /lib/systemd/system/console.service
  echo "$output"
  [[ $status == 0 && -z $output ]]
  run in_machine qa systemd-analyze security --no-pager --threshold=20 console.service
  echo "$output"
  [ "$status" -eq 0 ]
  run in_machine qa systemctl --failed --no-legend
  [[ -z $output ]]
  [[ " $(in_machine qa id --name --groups console) " == *' libvirt '* ]]
  # A reload leaves the socket Apache's.
  in_machine qa systemctl reload console
  run in_machine qa stat -c '%A %U %G' /run/console /run/console/console.sock
  [[ $output == $'drwxr-s--- console www-data\nsrw-rw---- console www-data' ]]
  # Others than Apache do not get at the socket, nor into settings and state.
  for one in /run/console/console.sock /etc/console/console.json /etc/console/guest_key /var/lib/console/state; do
    run in_machine qa runuser -u nobody -- test -r "$one"
    [ "$status" -eq 1 ]
  done
  run in_machine qa runuser -u nobody -- ls /etc/console
  [ "$status" -ne 0 ]
}

# ask PATH [OPTION...]: the console's API, as anna.
ask() {
  in_machine qa curl --silent --show-error --fail-with-body --user anna:first-build "${@:2}" \
    "https://qa.example/console/api/$1"
}

launch() {
  ask servers/qa07/builds --json '{"app": "shop", "path": "trunk", "database": false, "code": true}' |
    in_machine qa jq --raw-output .id
}

# until_build ID STATE
until_build() {
  for _ in {1..600}; do
    state=$(ask "builds/$1" | in_machine qa jq --raw-output .state)
    [[ $state != "$2" ]] || return 0
    sleep 0.1
  done
  echo "build $1 is $state"
  return 1
}

@test "An upgrade waits for the build that runs, keeps the state, and lets go on what waits" {
  in_machine qa sed -i 's/"templates": "templates.shop",/"after": ["sleep 15"], &/' /etc/console/console.json
  in_machine qa systemctl reload console
  for _ in {1..100}; do
    [[ $(ask apps) != *'sleep 15'* ]] || break
    sleep 0.1
  done
  runs=$(launch)
  waits=$(launch)
  until_build "$runs" running
  former=$(in_machine qa systemctl show --property MainPID console)
  run in_machine qa dpkg --install --force-confold /root/second.deb
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $(in_machine qa systemctl show --property MainPID console) != "$former" ]]
  until_build "$runs" succeeded
  until_build "$waits" succeeded
  run in_machine qa sh -c 'stat -c "%A %U" /var/backups/console/before-9.0-*.tar.gz'
  [[ $output == '-rw------- root' ]]
  in_machine qa grep -q '"name": "qa", "uri": "test:' /etc/console/console.json
}

@test "What is removed leaves no build and a web server that starts, and what is purged leaves backups alone" {
  runs=$(launch)
  until_build "$runs" running
  for _ in {1..300}; do
    ! in_machine qa07 pgrep --full '^sleep 15' || break
    sleep 0.1
  done
  run in_machine qa apt-get remove --yes test-server-console
  echo "$output"
  [ "$status" -eq 0 ]
  run in_machine qa07 pgrep --full --list-full '^sleep 15'
  echo "$output"
  [[ $status == 1 && -z $output ]]
  in_machine qa grep -q '"state": "interrupted"' "/var/lib/console/state/builds/$runs.json"
  in_machine qa apache2ctl -t
  in_machine qa systemctl restart apache2
  in_machine qa test -e /var/lib/console/state/state.json
  run in_machine qa systemctl is-active console
  [[ $output == inactive ]]
  run in_machine qa apt-get purge --yes test-server-console
  echo "$output"
  [ "$status" -eq 0 ]
  run in_machine qa sh -c 'ls -d /etc/console /var/lib/console /run/console /etc/apache2/*/console* 2>/dev/null'
  echo "$output"
  [[ -z $output ]]
  in_machine qa sh -c 'ls /var/backups/console/before-9.0-*'
}
