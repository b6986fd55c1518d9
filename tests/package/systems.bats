#!/usr/bin/env bats
#
# install-host and the package on systems that are not the one of this machine: bare machines of Debian 13 and Ubuntu
# 24.04 and 22.04, which their own systemd has booted. As root, by hand (CONTRIBUTING.md). CONSOLE_PACKAGE names a
# package that is made already. CONSOLE_SYSTEM_ROOTS names a folder in which debootstrap has made trixie, noble or jammy
# before, with openssh-server. CONSOLE_UBUNTU_MIRROR is an archive of Ubuntu by https, of which debootstrap makes those
# that are not there: Debian has no keys of it, so that TLS alone vouches for what comes. Their packages come from a
# folder, into which they have been fetched before, by apt of each system.

# shellcheck disable=SC2154 # bats sets status and output
bats_require_minimum_version 1.5.0
export LC_ALL=C.UTF-8
source "$BATS_TEST_DIRNAME/machines.bash"
source "$BATS_TEST_DIRNAME/stage.bash"

setup_file() {
  find_stage
  need_machines
  command -v debootstrap dpkg-scanpackages >/dev/null || skip 'debootstrap or dpkg-dev is not installed'
  fetch_package
  open_network
}

setup() { find_stage; }

teardown_file() {
  find_stage
  close_machines
}

# need_ubuntu SUITE: skips when there is nothing to make it of.
need_ubuntu() {
  [[ ${CONSOLE_UBUNTU_MIRROR-} == https://* || -d ${CONSOLE_SYSTEM_ROOTS:-$place}/$1 ]] ||
    skip "CONSOLE_UBUNTU_MIRROR names no archive of Ubuntu by https, and CONSOLE_SYSTEM_ROOTS has no $1"
}

# use_system SUITE NUMBER MIRROR SCRIPT [OPTION ...]: its machine, which debootstrap makes by these; an empty mirror is
# Debian's usual one.
use_system() {
  local suite=$1 root=${CONSOLE_SYSTEM_ROOTS:-$place}/$1
  [[ -d $root ]] || make_root "${@:5}" "$suite" "$root" "$3" "/usr/share/debootstrap/scripts/$4"
  fetch_packages "$root" "$place/mirror-$suite" "$place/first.deb"
  open_machine "$suite" "$2" "$root" "$place/mirror-$suite"
  name_machines "$suite"
  tar --create --directory "$here" scripts apache-{limits,proxy}.conf | in_machine "$suite" tar --extract
  # shellcheck disable=SC2016 # for the shell in there
  in_machine "$suite" bash -Eeuo pipefail -c '
    mkdir -p /srv/dumps /opt/console/app && touch /opt/console/app/console.dll
    ssh-keygen -q -t ed25519 -N "" -f key
    echo "a pass of shop" >password'
}

# install SUITE KIND [OPTION ...]
install() { in_machine "$1" scripts/install-host "${@:2}"; }

# call SUITE USER: the verb status, by sshd and the console's key, with its lifeline.
call() {
  # shellcheck disable=SC2016 # for the shell in there
  in_machine "$1" bash -c '
    [[ -p lifeline ]] || mkfifo lifeline
    exec 8<>lifeline
    printf "protocol=1\n\n" >&8
    timeout 60 ssh -T -i key -o BatchMode=yes -o StrictHostKeyChecking=accept-new "$1@127.0.0.1" status <&8' - "$2"
}

# is_set_up SUITE [KIND ...]: as each of these kinds of host, or as all, once, by the names of its own, and taken back.
is_set_up() {
  local kind kinds=(guest database vm)
  (($# == 1)) || kinds=("${@:2}")
  for kind in "${kinds[@]}"; do
    case $kind in
      guest) set -- "$1" --key key.pub --repositories svn://svn.example ;;
      database)
        set -- "$1" --user console-db --key key.pub --guests 127.0.0.0/8 --backups /srv/dumps --app shop=password
        ;;
      vm) set -- "$1" ;;
    esac
    run install "$1" "$kind" "${@:2}"
    echo "$output"
    # What was not tried in earnest before says so; what this has passed on does not.
    [[ $status == 0 && ($1 != trixie || $output != *'tried in earnest'*) ]]
    run install "$1" "$kind" --check
    echo "$output"
    [[ $status == 0 && $output != *missing* ]]
    run install "$1" "$kind" "${@:2}"
    [[ $status == 0 && $output != *made* ]]
  done
  run call "$1" console
  echo "$output"
  [[ $output == *'@result apache=running'*'@exit 0' && $output != *'@result old.'* ]]
  [[ " ${kinds[*]} " != *' database '* ]] || is_database_host "$1"
  run in_machine "$1" systemctl --failed --no-legend
  echo "$output"
  [[ -z $output ]]
  for kind in "${kinds[@]}"; do
    run install "$1" "$kind" --remove
    echo "$output"
    [ "$status" -eq 0 ]
  done
  run in_machine "$1" getent passwd console console-db
  [[ -z $output ]]
}

is_database_host() {
  run call "$1" console-db
  echo "$output"
  [[ $output == *'@exit 0' && $output != *'@result old.'* ]]
  run in_machine "$1" env PGPASSWORD='a pass of shop' psql -h 127.0.0.1 -U shop -d postgres -Atc 'SELECT current_user'
  [[ $output == shop ]]
}

# runs_package SUITE: by its systemd and behind its Apache, with the settings as they come; and is purged.
runs_package() {
  in_machine "$1" tee /root/first.deb <"$place/first.deb" >/dev/null
  run in_machine "$1" apt-get install --yes --quiet --quiet /root/first.deb
  echo "$output"
  [ "$status" -eq 0 ]
  run install "$1" vm
  echo "$output"
  [[ $status == 0 && $output == *"made     Apache's site of the console"* ]]
  run in_machine "$1" systemd-analyze verify --man=no console.service
  echo "$output"
  [[ $status == 0 && -z $output ]]
  in_machine "$1" systemctl --quiet enable --now console
  run in_machine "$1" console check
  echo "$output"
  [[ $output == *'ok       console '*'It serves'* ]]
  run in_machine "$1" curl --silent --insecure --output /dev/null --write-out '%{http_code}' https://127.0.0.1/console/
  [[ $output == 401 ]]
  in_machine "$1" htpasswd -Bbc /etc/console/users anna first-build
  run in_machine "$1" curl --silent --insecure --user anna:first-build https://127.0.0.1/console/api/me
  [[ $output == *'"name":"anna"'* ]]
  run in_machine "$1" systemctl show --property ActiveState,NRestarts console
  [[ $output == *ActiveState=active* && $output == *NRestarts=0* ]]
  run in_machine "$1" apt-get purge --yes --quiet --quiet test-server-console
  echo "$output"
  [ "$status" -eq 0 ]
  in_machine "$1" systemctl restart apache2
  run in_machine "$1" sh -c 'ls -d /etc/console /var/lib/console /run/console /etc/apache2/*/console* 2>/dev/null'
  [[ -z $output ]]
}

@test "A bare Debian 13 is set up as each kind of host, once, and taken back" {
  use_system trixie 2 '' trixie
  is_set_up trixie
}

@test "So is one whose sshd is started by its socket, as Ubuntu's is since 22.10" {
  in_machine trixie sh -c 'systemctl --quiet disable --now ssh.service && systemctl --quiet enable --now ssh.socket'
  is_set_up trixie
  # Who starts it is the administrator's.
  run in_machine trixie systemctl is-enabled ssh.socket ssh.service
  [[ $output == $'enabled\ndisabled' ]]
}

@test "The package runs on Debian 13" { runs_package trixie; }

@test "A bare Ubuntu 24.04 is set up as each kind of host, once, and taken back, and runs the package" {
  need_ubuntu noble
  use_system noble 3 "${CONSOLE_UBUNTU_MIRROR-}" gutsy --no-check-gpg --components=main,universe
  is_set_up noble
  runs_package noble
}

@test "A bare Ubuntu 22.04 is set up as a server and a VM host, once, and taken back, and runs the package" {
  need_ubuntu jammy
  use_system jammy 4 "${CONSOLE_UBUNTU_MIRROR-}" jammy --no-check-gpg --components=main,universe
  is_set_up jammy guest vm
  # Its own PostgreSQL, 14, is too old for a database host, which is said.
  run install jammy database --user console-db --key key.pub --guests 127.0.0.0/8 --backups /srv/dumps
  echo "$output"
  [[ $status == 1 && $output == *'missing  psql, 15 or newer: it is 14.'*'Install a newer one'* ]]
  run install jammy database --remove
  [ "$status" -eq 0 ]
  runs_package jammy
}
