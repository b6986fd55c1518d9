#!/usr/bin/env bats
#
# What the package's own scripts do around an upgrade, a removal and a purge: a package with all that is in it but the
# program, in throw-away roots with a real dpkg and Apache. The program and systemctl are stand-ins that note how they
# are called (stand-in); tests/package has the same with the real ones, by hand.

# shellcheck disable=SC2030,SC2031,SC2154 # bats sets status, output and lines, in a shell for each story
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/hosts.bash"

setup_file() {
  local version
  find_scripts
  ((EUID == 0)) || return 0
  install -D "$BATS_TEST_DIRNAME/stand-in" "$BATS_FILE_TMPDIR/program/console"
  for version in 1.0 2.0; do
    "$SCRIPTS/package" --version "$version" --output "$BATS_FILE_TMPDIR/$version" --program "$BATS_FILE_TMPDIR/program"
  done
  # One that dpkg gives up before it is there.
  dpkg-deb --raw-extract "$(package 2.0)" "$BATS_FILE_TMPDIR/tree"
  printf '#!/bin/sh\nexit 1\n' >"$BATS_FILE_TMPDIR/tree/DEBIAN/preinst"
  mkdir "$BATS_FILE_TMPDIR/broken"
  dpkg-deb --root-owner-group -Zgzip --build "$BATS_FILE_TMPDIR/tree" "$BATS_FILE_TMPDIR/broken" >/dev/null
}

setup() {
  need_root
  command -v systemd-sysusers dpkg-deb >/dev/null || skip 'systemd-sysusers or dpkg-deb is not installed'
}

teardown() { close_hosts; }

package() { echo "$BATS_FILE_TMPDIR/$1"/*.deb; }

# use_root NAME: a VM host with the package, a person, a key and a state, whose console runs.
use_root() {
  root=$1
  open_host "$root"
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -Eeuo pipefail -c '
    mkdir -p /run/systemd/system && mkdir -m 777 /run/stand-ins
    install -m 666 /dev/null /run/stand-ins/notes
    cp "$1/stand-in" /usr/local/sbin/systemctl
    echo "ServerName qa.example" >/etc/apache2/conf-enabled/name.conf
  ' - "$BATS_TEST_DIRNAME"
  in_root "$root" groupadd --force --system libvirt
  bring 1.0
  run in_root "$root" /usr/lib/test-server-console/scripts/install-host vm
  echo "$output"
  # The package's account reaches libvirt, and needs no shell.
  [[ $status == 0 && $output == *'made     the user console'* && $output != *shell* ]]
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -Eeuo pipefail -c '
    htpasswd -Bbc /etc/console/users anna anna
    echo "a pass of shop" | install --mode=640 --group=console /dev/stdin /etc/console/shop.password
    install -d -m 700 -o console -g console /var/lib/console/state
    touch /run/stand-ins/{enabled,active}
    : >/run/stand-ins/notes
  '
}

bring() { in_root "$root" env DEBIAN_FRONTEND=noninteractive dpkg --install --force-confold "$(package "$1")"; }

notes() { in_root "$root" cat /run/stand-ins/notes; }

# What people, hosts and databases are known by, as it is on disk.
secrets() {
  in_root "$root" bash -c 'cd /etc/console && stat -c "%n %A %U %G" . users *_key *.password && sha256sum users *_key*'
}

@test "lintian finds no error in the package's form" {
  command -v lintian >/dev/null || skip 'lintian is not installed'
  run lintian --fail-on error --display-level error --allow-root "$(package 1.0)"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "A package that is given no version is newer than the one that is called 1.0, and than those of commits before" {
  local file version
  "$SCRIPTS/package" --output "$BATS_TEST_TMPDIR" --program "$BATS_FILE_TMPDIR/program"
  file=$(echo "$BATS_TEST_TMPDIR"/*.deb)
  version=$(dpkg-deb --field "$file" Version)
  [[ $file == */test-server-console_"$version"_amd64.deb && $version =~ ^1\.0\+[0-9]{8}\.[0-9]{6}\.[0-9a-f]+$ ]]
  dpkg --compare-versions 1.0 lt "$version"
  dpkg --compare-versions "1.0+20250101.235959.ffffffff" lt "$version"
  dpkg --compare-versions "$version" lt "1.0+29990101.000000.00000000"
  dpkg --compare-versions "$version" lt 1.1
}

@test "An upgrade waits for what runs, writes a backup, and leaves names, keys and passwords as they are" {
  use_root upgraded
  before=$(secrets)
  run bring 2.0
  echo "$output"
  [[ $status == 0 && $output != *'does not run'* ]]
  run notes
  echo "$output"
  [[ ${lines[0]} == 'console drain --minutes 15' ]]
  [[ ${lines[1]} == 'console backup /var/backups/console/before-2.0-'*'.tar.gz --if-any' ]]
  [[ $output == *$'\nsystemctl restart console.service'* && $output != *--end* ]]
  # Apache serves by the files that have come, and knows who signs in; nobody else looks.
  [[ $output == *$'\nsystemctl reload apache2.service'* ]]
  diff <(echo "$before") <(secrets)
  in_root "$root" runuser -u www-data -- test -r /etc/console/users
  run in_root "$root" runuser -u nobody -- ls /etc/console
  [ "$status" -ne 0 ]
}

@test "An upgrade where the settings were removed is one, and says so" {
  use_root without
  in_root "$root" rm /etc/console/console.json
  run bring 2.0
  echo "$output"
  [[ $status == 0 && $output == *'There is no /etc/console/console.json'* ]]
  run in_root "$root" dpkg --status test-server-console
  [[ $output == *'Status: install ok installed'*$'\nVersion: 2.0\n'* ]]
}

@test "No backup goes by its age but that of an upgrade, once there is a new one" {
  use_root aged
  in_root "$root" bash -c 'cd /var/backups/console && touch -d "200 days ago" {before-0.9,nightly-1,own}.tar.gz &&
    touch -d "100 days ago" before-0.9.1.tar.gz && touch /run/stand-ins/full'
  backups() { in_root "$root" bash -c 'cd /var/backups/console && echo *'; }
  bring 2.0
  [[ $(backups) == 'before-0.9.1.tar.gz before-0.9.tar.gz nightly-1.tar.gz own.tar.gz' ]]
  in_root "$root" rm /run/stand-ins/full
  bring 1.0
  [[ $(backups) == 'before-0.9.1.tar.gz before-1.0-'*'.tar.gz nightly-1.tar.gz own.tar.gz' ]]
  [[ $(awk '$2 == "/var/backups/console" { print $6 }' "$SCRIPTS/package.d/tmpfiles.conf") == - ]]
  # What a backup that was killed has left goes with a start of the machine.
  in_root "$root" mkdir -p /var/backups/console/.console-state-1/state
  in_root "$root" systemd-tmpfiles --remove --boot test-server-console.conf
  run in_root "$root" ls -A /var/backups/console
  [[ $output == *own.tar.gz && $output != *console-state* ]]
}

@test "A console that runs without being enabled is a new one after an upgrade, and one that is neither is left alone" {
  use_root started
  in_root "$root" rm /run/stand-ins/enabled
  bring 2.0
  [[ $(notes) == *'console drain'*'systemctl restart console.service'* ]]
  in_root "$root" bash -c 'rm /run/stand-ins/active && : >/run/stand-ins/notes'
  bring 1.0
  run notes
  echo "$output"
  [[ $output == *'console backup'* && $output != *'console drain'* && $output != *'systemctl restart'* ]]
}

@test "An upgrade goes on when the wait has lasted long enough, or no backup can be written, and says so" {
  use_root late
  in_root "$root" touch /run/stand-ins/{long,full}
  run bring 2.0
  echo "$output"
  [[ $status == 0 && $output == *'The state could not be written into a backup'* ]]
  [[ $(notes) == *'console drain'*'console backup'*'systemctl restart console.service'* ]]
}

@test "Where the state is, the settings say: the nights and upgrades have it from the console alone" {
  use_root moved
  in_root "$root" rm -r /var/lib/console/state
  bring 2.0
  [[ $(notes) == *$'\nconsole backup /var/backups/console/before-2.0-'*' --if-any'$'\n'* ]]
  run in_root "$root" cat /lib/systemd/system/console-backup.service
  [[ $status == 0 && $output != *Condition* ]]
  in_root "$root" bash -c ': >/run/stand-ins/notes; /usr/lib/test-server-console/nightly-backup'
  [[ $(notes) == 'console backup /var/backups/console/nightly-'*' --if-any' ]]
}

@test "An upgrade that is given up has builds begin again" {
  use_root given-up
  run bring broken
  echo "$output"
  [ "$status" -ne 0 ]
  run notes
  echo "$output"
  [[ $output == *'console drain --minutes 15'*$'\nconsole drain --end' && $output != *'systemctl restart'* ]]
  run in_root "$root" dpkg --status test-server-console
  [[ $output == *'Status: install ok installed'*$'\nVersion: 1.0\n'* ]]
}

@test "A removal stops the console and leaves an Apache that starts, and a purge takes names and keys, too" {
  use_root removed
  before=$(secrets)
  run in_root "$root" dpkg --remove test-server-console
  echo "$output"
  [[ $status == 0 && $output != *'any more'* ]]
  run notes
  echo "$output"
  [[ $output == *'systemctl disable --now console.service'*'systemctl reload apache2.service'* ]]
  # Nothing of it is in the way of an Apache that starts anew.
  run in_root "$root" find /etc/apache2/sites-enabled /etc/apache2/conf-enabled -name 'console*'
  [[ -z $output ]]
  in_root "$root" bash -c 'apache2ctl -t && APACHE_STARTED_BY_SYSTEMD=yes apache2ctl restart'
  # Names, keys and passwords wait for whoever installs it again, and so does the state.
  diff <(echo "$before") <(secrets)
  in_root "$root" test -d /var/lib/console/state

  # What is to be done for it to go on where it was is said, and is enough.
  run bring 2.0
  echo "$output"
  [[ $status == 0 && $output == *"The console of before is there, and does not run: "* ]]
  in_root "$root" /usr/lib/test-server-console/scripts/install-host vm
  in_root "$root" systemctl enable --now console.service
  run in_root "$root" /usr/lib/test-server-console/scripts/install-host vm --check
  [ "$status" -eq 0 ]
  diff <(echo "$before") <(secrets)
  in_root "$root" test -L /etc/apache2/sites-enabled/console.conf
  in_root "$root" touch /var/backups/console/before-2.0-x.tar.gz

  run in_root "$root" dpkg --purge test-server-console
  echo "$output"
  [ "$status" -eq 0 ]
  run in_root "$root" bash -c 'ls -d /etc/console /var/lib/console /run/console /etc/apache2/*/console* 2>/dev/null'
  echo "$output"
  [[ -z $output ]]
  in_root "$root" test -e /var/backups/console/before-2.0-x.tar.gz
}

@test "A removal and a purge name the administrator's own files of Apache that lead to what goes" {
  use_root hosted
  in_root "$root" bash -c 'a2dissite -q console && cd /etc/apache2/sites-available
    echo "# Include /usr/lib/test-server-console/apache-proxy.conf, says /etc/console/users" >plain.conf
    echo "  Include /usr/lib/test-server-console/apache-proxy.conf" >own.conf
    echo "Define CONSOLE_USERS /etc/console/users" >../conf-enabled/users.conf
    a2ensite -q plain own'
  before=$(in_root "$root" sha256sum /etc/apache2/{sites-available/{own,plain},conf-enabled/users}.conf)
  run --separate-stderr in_root "$root" dpkg --remove test-server-console
  echo "$stderr"
  [[ $status == 0 && $stderr == *'removed from /usr/lib/test-server-console.'* ]]
  [[ $stderr == *:$'\n/etc/apache2/sites-enabled/own.conf' ]]
  run --separate-stderr in_root "$root" dpkg --purge test-server-console
  echo "$stderr"
  [[ $status == 0 && $stderr == *'removed from /etc/console.'*:$'\n/etc/apache2/conf-enabled/users.conf' ]]
  diff <(echo "$before") <(in_root "$root" sha256sum /etc/apache2/{sites-available/{own,plain},conf-enabled/users}.conf)
}

@test "A purge leaves what a database host on the same machine has, and its program starts" {
  use_root both
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -c 'read -r version name _ < <(pg_lsclusters --no-header)
    pg_ctlcluster --skip-systemctl-redirect "$version" "$name" start'
  run in_root "$root" /usr/lib/test-server-console/scripts/install-host database --local --backups dumps@localhost \
    --app shop=/etc/console/shop.password
  echo "$output"
  [ "$status" -eq 0 ]
  of_host() {
    in_root "$root" bash -c 'find /etc/console/{backups.,database-host.,passwords}* /opt/console -printf "%p %M %u\n"'
  }
  before=$(of_host)
  [[ $before == *'/etc/console/backups.key '* && $before == *'/etc/console/passwords/shop '* ]]
  run in_root "$root" dpkg --purge test-server-console
  echo "$output"
  [ "$status" -eq 0 ]
  diff <(echo "$before") <(of_host)
  run in_root "$root" ls -A /etc/console /var/lib/console
  echo "$output"
  [[ $output == '/etc/console:
backups.key
backups.key.pub
backups.ssh
database-host.conf
passwords

/var/lib/console:' ]]
  run in_root "$root" bash -c '(printf "protocol=1\n\n" && sleep 5) | runuser -u console -- \
    /opt/console/scripts/database-host/database-host /etc/console/database-host.conf status'
  echo "$output"
  [[ $output == *'@exit 0' ]]
}

@test "What install-host has made before the package came gives way to it, and what was changed is told" {
  root=before
  open_host "$root"
  in_root "$root" groupadd --force --system libvirt
  in_root "$root" install -D /dev/null /opt/console/app/console.dll
  in_root "$root" "$SCRIPTS/install-host" vm
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -c 'mkdir -p /etc/systemd/system/multi-user.target.wants && cd "$_" && ln -s ../console.service .
    echo "# of ours" >>/etc/systemd/system/console.service'
  former() {
    in_root "$root" bash -c 'ls /etc/systemd/system/console.service /etc/tmpfiles.d/console.conf \
      /etc/apache2/conf-*/console-{a-limits,front}.conf /opt/console/*.conf 2>/dev/null'
  }
  [[ $(former | wc -l) == 8 ]]
  bring 1.0
  install_host() { in_root "$root" /usr/lib/test-server-console/scripts/install-host vm "$@"; }
  run install_host --check
  echo "$output"
  [[ $status == 1 && $output == *"missing  /etc/tmpfiles.d/console.conf: it is of a console without its package"* ]]
  [[ $output == *"missing  /etc/systemd/system/console.service: "*", and was changed: "* ]]
  run install_host
  echo "$output"
  [[ $status == 1 && $output == *'removed  /etc/apache2/conf-available/console-front.conf'* ]]
  [[ $(former) == /etc/systemd/system/console.service ]]
  in_root "$root" apache2ctl -t
  in_root "$root" test -L /etc/apache2/sites-enabled/console.conf
  in_root "$root" sed -i '/of ours/d' /etc/systemd/system/console.service
  run install_host
  echo "$output"
  [[ $status == 0 && -z $(former) ]]
  run install_host --check
  [[ $status == 0 && $output != *former* ]]
  # What starts with the machine is the package's, and the program of before is the administrator's.
  in_root "$root" test /etc/systemd/system/multi-user.target.wants/console.service -ef \
    /lib/systemd/system/console.service
  in_root "$root" test -e /opt/console/app/console.dll
  # Nobody's unit is that which systemctl edit --full has made, and no part goes that is included.
  in_root "$root" cp /lib/systemd/system/console.service /etc/systemd/system
  in_root "$root" cp /usr/lib/test-server-console/apache-proxy.conf /opt/console
  in_root "$root" bash -c 'echo "Include /opt/console/apache-proxy.conf" >/etc/apache2/sites-enabled/own.conf'
  run install_host
  echo "$output"
  [[ $status == 1 && $(grep missing <<<"$output") == *'/apache-proxy.conf: '*'sites-enabled/own.conf includes this'* ]]
  [[ $(grep -c missing <<<"$output") == 1 ]]
  in_root "$root" rm /etc/apache2/sites-enabled/own.conf
  run install_host --remove
  echo "$output"
  [[ $status == 0 && $(former) == /etc/systemd/system/console.service ]]
}

@test "The backup of each night keeps as many as it is told, and none goes when none can be written" {
  use_root nightly
  nightly() {
    in_root "$root" env CONSOLE_BACKUPS_KEPT="$1" /usr/lib/test-server-console/nightly-backup
  }
  in_root "$root" bash -c 'cd /var/backups/console && touch before-2.0-x.tar.gz nightly-2026010{1,2,3}T041000Z.tar.gz'
  run nightly 0
  [[ $status == 2 && $output == *"'0', and no number of backups"* ]]
  in_root "$root" touch /run/stand-ins/full
  run nightly 2
  [ "$status" -ne 0 ]
  [[ $(in_root "$root" bash -c 'echo /var/backups/console/nightly-*' | wc -w) == 3 ]]
  in_root "$root" rm /run/stand-ins/full
  run nightly 2
  echo "$output"
  [ "$status" -eq 0 ]
  run in_root "$root" ls /var/backups/console
  echo "$output"
  [[ $output == $'before-2.0-x.tar.gz\nnightly-20260103T041000Z.tar.gz\nnightly-'*'Z.tar.gz' ]]
  run nightly 5
  [ "$status" -eq 0 ]
  # It is off until it is wanted, and a removal switches it off.
  run in_root "$root" bash -c 'ls /etc/systemd/system/timers.target.wants/console-backup.timer'
  [ "$status" -ne 0 ]
  in_root "$root" dpkg --remove test-server-console
  [[ $(notes) == *'systemctl disable --now console-backup.timer'* ]]
}

@test "root's commands run as the console's account, wherever the settings are named" {
  local bin=$BATS_TEST_TMPDIR/bin words
  mkdir "$bin"
  # shellcheck disable=SC2016 # what is in single quotes is the program's
  printf '#!/bin/sh\necho "root of $HOME: $*"\n' >"$bin/program"
  # shellcheck disable=SC2016 # as above
  printf '#!/bin/sh\necho "account of $HOME: $*"\n' >"$bin/runuser"
  # ~/ in the settings is the same for all.
  printf '#!/bin/sh\n[ "$*" = "passwd console" ] && echo console:x:990:990::/var/lib/console:/bin/sh\n' >"$bin/getent"
  chmod 755 "$bin"/*
  sed "s,=/usr/lib/test-server-console/app/console ,=$bin/program ," \
    "$BATS_TEST_DIRNAME/../../scripts/package.d/console" >"$bin/console"
  for words in check '--settings F check' '--settings=F check' 'hosts trust all' 'token x --may restore' \
    '--settings F'; do
    # shellcheck disable=SC2086 # words of a command
    run -0 env PATH="$bin:$PATH" bash "$bin/console" $words
    [[ $output == "account of /var/lib/console: -u console -- $bin/program $words" ]]
  done
  for words in 'backup x' 'restore x' '--settings F backup x' '--settings=F restore x' --help --version; do
    # shellcheck disable=SC2086 # words of a command
    run -0 env PATH="$bin:$PATH" bash "$bin/console" $words
    [[ $output == "root of /var/lib/console: $words" ]]
  done
}
