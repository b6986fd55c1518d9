#!/usr/bin/env bats
#
# Hosts that are set up by one command, in throw-away roots: real users, sshd, sudo, Apache and PostgreSQL.

# shellcheck disable=SC2154 # bats sets status, output and lines
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/hosts.bash"

setup_file() { prepare_hosts; }

setup() { need_root; }

teardown() { close_hosts; }

use_root() {
  root=$1
  open_host "$root"
}

# From root's own home, which nobody else may enter, as over ssh.
install_host() { in_root "$root" env --chdir /root "$SCRIPTS/install-host" "$@"; }

install_guest() {
  install_host guest --key "$BATS_FILE_TMPDIR/key.pub" --repositories 'svn://svn.example https://git.example/team' "$@"
}

install_database() {
  install_host database --key "$BATS_FILE_TMPDIR/key.pub" --guests '192.168.122.0/24 127.0.0.0/8' \
    --backups /srv/dumps --app "shop=$BATS_FILE_TMPDIR/shop.password" --app tickets "$@"
}

# by_key KIND WORD...: as the console would call it.
by_key() {
  in_root "$root" ssh -T -i "$BATS_FILE_TMPDIR/key" -o BatchMode=yes -o IdentitiesOnly=yes \
    -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/root/known_hosts console@127.0.0.1 "$@"
}

# call VERB: a call of the program through sshd, with its lifeline.
call() {
  local fifo=$BATS_TEST_TMPDIR/lifeline
  [[ -p $fifo ]] || mkfifo "$fifo"
  exec 8<>"$fifo"
  printf 'protocol=1\n\n' >&8
  run by_key "$@" <&8
  exec 8<&-
}

@test "What a bare host lacks is told, and nothing is done" {
  use_root bare
  before=$(tell_state bare %T+)
  run install_host guest --check
  [[ $status == 1 ]]
  [[ $output == *'missing  the user console: there is none'* ]]
  [[ $output == *'missing  --key: which key of the console may start the program?'* ]]
  [[ $output == *'missing  --repositories: from where may code come'* ]]
  [[ $output == *'missing  /etc/sudoers.d/console-guest: it is not there'* ]]
  run install_host database --check --app shop
  [[ $status == 1 ]]
  [[ $output == *'missing  --backups: where do dumps lie?'* ]]
  [[ $output == *'missing  --guests: from which networks'* ]]
  diff <(echo "$before") <(tell_state bare %T+)
}

@test "A server is set up by one command, once, and taken back" {
  use_root guest
  before=$(tell_state guest)
  run install_guest
  echo "$output"
  [[ $status == 0 ]]
  run install_host guest --check
  echo "$output"
  [[ $status == 0 && $output != *missing* ]]

  # Its key starts the program, and nothing else.
  call status
  echo "$output"
  [[ $output == *'@result apache=running'*'@exit 0' ]]
  call 'id; touch /tmp/here'
  [[ $output == *"is no verb of guest"* ]]
  run in_root guest test -e /tmp/here
  [[ $status == 1 ]]
  run by_key -W 127.0.0.1:80
  [[ $status != 0 && $output == *'open failed: administratively prohibited'* ]]

  # A key that the apps' user gives itself has no right.
  in_root guest runuser -u console -- bash -c 'mkdir -p ~/.ssh && cat >~/.ssh/authorized_keys' \
    <"$BATS_FILE_TMPDIR/key.pub"
  call 'echo in'
  [[ $output == *"is no verb of guest"* ]]

  # It may have Apache read its files again, and do nothing else as root.
  in_root guest runuser -u console -- mkdir /srv/app/site
  in_root guest runuser -u console -- tee /srv/app/site/apache.conf >/dev/null \
    <<<'Redirect 302 /there http://else.example/'
  in_root guest runuser -u console -- /usr/local/sbin/console-apachectl configtest
  in_root guest runuser -u console -- /usr/local/sbin/console-apachectl graceful
  run in_root guest curl -sI --retry 5 --retry-connrefused http://127.0.0.1/there
  [[ $output == *'Location: http://else.example/'* ]]
  # Its version is told without a right: sudo has nothing to refuse, and to log.
  run in_root guest runuser -u console -- /usr/local/sbin/console-apachectl -v
  echo "$output"
  [[ $status == 0 && $output == 'Server version: Apache/2.4'* ]]
  call check
  echo "$output"
  [[ $output == *'@result tool.apache=2.4.'* ]]
  run in_root guest runuser -u console -- /usr/local/sbin/console-apachectl stop
  [[ $status != 0 ]]
  run in_root guest runuser -u console -- sudo -n /usr/sbin/apache2ctl stop
  [[ $status != 0 && $output == *'password is required'* ]]
  run in_root guest runuser -u console -- sudo -n /usr/local/sbin/console-apachectl graceful -f /tmp/other.conf
  [[ $status != 0 ]]

  # Once more, with and without values: nothing changes.
  after=$(tell_state guest %T+)
  run install_guest
  [[ $status == 0 && $output != *made* ]]
  run install_host guest
  [[ $status == 0 && $output != *made* ]]
  diff <(echo "$after") <(tell_state guest %T+)

  # What the apps need beside is looked for, too.
  run install_host guest --check --packages 'python3-django no-such-package'
  echo "$output"
  [[ $status == 1 && $output == *'missing  the packages python3-django no-such-package: no-such-package'* ]]
  run install_host guest --check --packages 'python3-django --reinstall'
  [[ $status == 2 && $output == *'--packages wants names of packages'* ]]

  in_root guest runuser -u console -- sleep 300 &
  # What cannot be made is said, with what to do.
  in_root guest bash -c 'sed -i "/includedir/d" /etc/sudoers && chmod 700 /var/log/apache2'
  run install_host guest --check
  echo "$output"
  [[ $status == 1 && $output == *'missing  sudo lets console run '*'/console-apachectl graceful: it does not. Let'* ]]
  [[ $output == *'missing  console may read /var/log/apache2/error.log: it may not'* ]]
  in_root guest bash -c 'echo "@includedir /etc/sudoers.d" >>/etc/sudoers && chmod 750 /var/log/apache2'

  run install_host guest --remove
  echo "$output"
  [[ $status == 0 ]]
  [[ $output == *'removed  the user console'* && $output == *'kept     /srv/app, in which something is'* ]]
  [[ $output == *'kept     the packages; where nothing else needs them: apt-get remove openssh-server'* ]]
  in_root guest rm -r /srv/app /var/lib/console-home
  diff <(echo "$before") <(tell_state guest)
}

@test "A user that the console or the other kind of host needs stays with what it runs, and so does an empty /opt" {
  use_root shared
  in_root shared find /opt -mindepth 1 -delete
  install_guest
  install_database --local
  in_root shared bash -c 'echo "[Service]
User=console" >/etc/systemd/system/console.service'
  in_root shared runuser -u console -- sleep 300 &
  run install_host guest --remove
  echo "$output"
  [[ $status == 0 && $output == *'kept     the user console in the groups console adm, for: '* ]]
  [[ $output == *'for: /etc/systemd/system/console.service /etc/console/database-host.conf'$'\n'* ]]
  in_root shared pgrep --uid console sleep
  run install_host database --local --check
  [[ $output == *'ok       the program database-host answers'* ]]
  run install_host database --remove
  echo "$output"
  [[ $status == 0 && $output == *'kept     the user console in '*', for: /etc/systemd/system/console.service'$'\n'* ]]
  in_root shared rm /etc/systemd/system/console.service
  run install_host database --remove
  echo "$output"
  [[ $status == 0 && $output == *'removed  the user console'* ]]
  run in_root shared ls -A /opt
  [[ $status == 0 && $output == '' ]]
}

@test "An sshd whose lists of users and groups keep the console's user out is told, with what to write" {
  use_root kept-out
  install_guest
  while IFS='|' read -r lines told; do
    # shellcheck disable=SC2059 # it has ends of lines
    printf "$lines\n" | in_root kept-out tee /etc/ssh/sshd_config.d/a-lists.conf >/dev/null
    in_root kept-out service ssh restart
    run install_host guest --check
    printf '%s\n%s\n' "$lines" "$output"
    if [[ -n $told ]]; then
      [[ $status == 1 && $output == *"missing  sshd lets the console's key in: $told"* ]]
    else
      [[ $status == 0 ]]
    fi
    call status
    if [[ -n $told ]]; then [[ $output == *'Permission denied'* ]]; else [[ $output == *'@exit 0' ]]; fi
  done <<'END'
AllowUsers anna root@10.0.0.1|AllowUsers has anna root@10.0.0.1, and not console. Write 'AllowUsers console' before
AllowUsers anna\nAllowUsers con*|
AllowUsers console@127.0.0.*|
AllowGroups wheel sudo|AllowGroups has wheel sudo, and none of console adm. Write 'AllowGroups console' before
AllowGroups wheel\nAllowGroups adm|
DenyUsers c?nsole anna|DenyUsers has c?nsole. Take it out
DenyUsers anna\nDenyGroups adm|DenyGroups has adm, in which console is. Take it out
END
}

@test "A value that is not given stays, and so does what an administrator has written" {
  use_root kept
  install_guest --set svn_user=anna
  in_root kept bash -c 'printf "# of ours\nrepository_seconds=50\n" >>/etc/console/guest.conf'
  run install_host guest --folder /srv/apps
  echo "$output"
  [[ $status == 0 && $output == *'made     /etc/console/guest.conf'* ]]
  run in_root kept cat /etc/console/guest.conf
  echo "$output"
  [[ $output == *$'\nfolder=/srv/apps\nrepositories=svn://svn.example https://git.example/team\n'* ]]
  [[ $output == *$'\nsvn_user=anna\n# of ours\nrepository_seconds=50' ]]
  run install_host guest --set svn_users=anna
  [[ $status == 1 && $output == *'missing  the program guest answers: '*'the key svn_users is unknown'* ]]
}

@test "A database host is set up by one command, once, and taken back" {
  use_root database
  before=$(tell_state database)
  run install_database
  echo "$output"
  [[ $status == 0 ]]
  call status
  echo "$output"
  [[ $output == *'@result clone='*'@exit 0' ]]

  # Apps sign in by their passwords, from their networks alone; the program by its socket, as each of the roles.
  signed_in() { in_root database env PGPASSWORD="$1" psql -h 127.0.0.1 -U "$2" -d postgres -Atc 'SELECT current_user'; }
  [[ $(signed_in 'a pass "word" of shop' shop) == shop ]]
  run signed_in 'a pass word of shop' shop
  [[ $status != 0 && $output == *'password authentication failed'* ]]
  for one in console shop tickets; do
    [[ $(in_root database runuser -u console -- psql -U "$one" -d postgres -Atc 'SELECT current_user') == "$one" ]]
  done
  run in_root database runuser -u console -- psql -U postgres -d postgres -c 'SELECT 1'
  [[ $status != 0 ]]
  run in_root database runuser -u console -- psql -d postgres -Atc \
    'SELECT rolsuper FROM pg_roles WHERE rolname = current_user'
  [[ $output == f ]]
  run in_root database ss -Htln 'sport = 5432'
  [[ $output == *'0.0.0.0:5432'* ]]
  # No password is in PostgreSQL's log.
  run in_root database grep -r 'of shop\|SCRAM' /var/log/postgresql
  [[ $output == '' ]]

  after=$(tell_state database %T+)
  run install_database
  echo "$output"
  [[ $status == 0 && $output != *made* ]]
  run install_host database
  [[ $status == 0 && $output != *made* ]]
  diff <(echo "$after") <(tell_state database %T+)

  # A password that has changed.
  echo another >"$BATS_TEST_TMPDIR/password"
  run install_host database --app "shop=$BATS_TEST_TMPDIR/password"
  echo "$output"
  [[ $status == 0 && $output == *'made     the password of shop'* ]]
  [[ $(signed_in another shop) == shop ]]

  run install_host database --remove
  echo "$output"
  [[ $status == 0 && $output == *'removed  the role console'* ]]
  in_root database rm -r /var/lib/console-home /var/lib/console-database
  diff <(echo "$before") <(tell_state database)
}

@test "A database host fetches dumps by a key of its own: what is to be done where they lie is told, and taken back" {
  use_root fetching
  open_backups fetching
  before=$(tell_state fetching)
  fetching() { install_database --backups console-dumps@backups.example "$@"; }
  run fetching
  echo "$output"
  [[ $status == 0 && $output != *missing* ]]
  [[ $output == *'its other half, for console-dumps on backups.example: ssh-ed25519 '* ]]
  [[ $output == *'todo     the host key of backups.example in /etc/console/backups.known_hosts: it is not there.'* ]]
  [[ $output == *'todo     console may fetch dumps from backups.example: Host key verification failed.'* ]]
  run in_root fetching cat /etc/console/database-host.conf
  [[ $output == *$'\nbackups=backups\nssh_config=/etc/console/backups.ssh\n'* ]]
  # It is missing for whoever asks whether all is there, also when the host is not named again.
  run install_host database --check
  echo "$output"
  [[ $status == 1 && $output == *'missing  the host key of backups.example '* ]]

  # The two things that it asks for.
  run fetching --backups-host-keys "$BATS_FILE_TMPDIR/no-such-file"
  [[ $status == 1 && $output == *'no-such-file cannot be read.'* ]]
  in_root fetching cat /root/host_keys >"$BATS_TEST_TMPDIR/host_keys"
  run fetching --backups-host-keys "$BATS_TEST_TMPDIR/host_keys"
  echo "$output"
  [[ $status == 0 && $output == *'made     /etc/console/backups.known_hosts'* ]]
  [[ $output == *'todo     console may fetch dumps from backups.example: '*'Permission denied'*'Let this key in'* ]]
  in_root fetching cp /etc/console/backups.key.pub /etc/ssh/console-dumps.keys
  run install_host database --check
  echo "$output"
  [[ $status == 0 && $output == *'ok       console may fetch dumps from backups.example'* ]]
  run in_root fetching stat -c '%U:%G %a' /etc/console/backups.{key,key.pub,ssh,known_hosts}
  [[ $output == $'console:console 600\nconsole:console 644\nroot:root 644\nroot:root 644' ]]
  after=$(tell_state fetching %T+)
  run fetching
  [[ $status == 0 && $output != *made* && $output != *todo* ]]
  diff <(echo "$after") <(tell_state fetching %T+)

  run install_host database --remove
  echo "$output"
  [[ $status == 0 ]]
  in_root fetching rm -r /var/lib/console-home /var/lib/console-database /etc/ssh/console-dumps.keys
  diff <(echo "$before") <(tell_state fetching)
}

@test "A host is set up from another machine by ssh, and its keys become known to the console" {
  use_root far
  # shellcheck disable=SC2016 # for the shell in there
  in_root far bash -Eeuo pipefail -c '
    mkdir -p -m 700 ~/.ssh
    cp "$1.pub" ~/.ssh/authorized_keys
    install -m 600 "$1" ~/.ssh/id_ed25519
    echo "StrictHostKeyChecking accept-new" >~/.ssh/config
    echo "127.0.0.1 db1" >>/etc/hosts
    service ssh start >/dev/null
    service postgresql start >/dev/null
    runuser -u postgres -- psql -qc "ALTER SYSTEM SET listen_addresses = \"0.0.0.0\""
    service postgresql restart >/dev/null
  ' - "$BATS_FILE_TMPDIR/key"
  run install_database --on root@db1 --known-hosts /root/known_to_console --set 'dump_zone=Europe/Berlin; id >/tmp/here'
  echo "$output"
  [[ $status == 0 && $output == *'made     the password of shop'* && $output == *'the program database-host answers'* ]]
  [[ $output == *'made     the key ssh-ed25519 of db1 in /root/known_to_console'* ]]
  run in_root far test -e /tmp/here
  [[ $status == 1 ]]
  [[ $(in_root far cat /etc/console/database-host.conf) == *'dump_zone=Europe/Berlin; id >/tmp/here' ]]
  run install_database --on root@db1 --known-hosts /root/known_to_console --set dump_zone=Europe/Berlin
  echo "$output"
  [[ $status == 0 && $output == *'made     /etc/console/database-host.conf'* ]]
  run install_host database --on root@db1 --known-hosts /root/known_to_console --check
  echo "$output"
  [[ $status == 0 && $output == *'ok       the key ssh-ed25519 of db1 in /root/known_to_console'* ]]
  # What is said of the machine with the dumps goes there, too.
  printf %s "backups.example $(cut -d ' ' -f 1,2 "$BATS_FILE_TMPDIR/key.pub")" >"$BATS_TEST_TMPDIR/host_keys"
  run install_database --on root@db1 --backups anna@backups.example --backups-host-keys "$BATS_TEST_TMPDIR/host_keys"
  echo "$output"
  [[ $status == 0 && $output == *'todo     console may fetch dumps from backups.example: '*'in for anna there'* ]]
  [[ $(in_root far cat /etc/console/backups.known_hosts) == "$(<"$BATS_TEST_TMPDIR/host_keys")" ]]
  # Where PostgreSQL listens is the administrator's.
  run in_root far runuser -u postgres -- psql -Atc 'SHOW listen_addresses'
  [[ $output == 0.0.0.0 ]]
  # Nothing is left of what went there, the password among it.
  # Below lies the machine's own /tmp, where others come and go.
  output=$(in_root far find /tmp -maxdepth 3 \
    '(' -path '/tmp/tmp.*/password.1' -o -path '/tmp/install-host.*/password.1' ')' 2>/dev/null || true)
  [[ $output == '' ]]
  # Another machine under the old name is not taken for it, not even when root's own ssh knows it already.
  in_root far bash -c 'rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -A >/dev/null'
  in_root far rm /root/.ssh/known_hosts
  run install_database --on root@db1 --known-hosts /root/known_to_console
  echo "$output"
  [[ $status == 1 && $output == *'/root/known_to_console has another ssh-ed25519 key of db1.'* ]]
  # One that shows none of its keys is not taken for one whose keys are known.
  in_root far bash -c 'rm /etc/ssh/ssh_host_*_key.pub'
  run install_host database --on root@db1 --known-hosts /root/known_to_console --check
  echo "$output"
  [[ $status == 1 && $output == *'db1 has no host key that can be read'* ]]
}

@test "The VM host is set up by one command, once, and taken back" {
  use_root vm
  in_root vm groupadd --system libvirt
  before=$(tell_state vm)
  run install_host vm
  echo "$output"
  [[ $status == 1 && $output == *"missing  the console's program: it is neither installed by its package"* ]]
  in_root vm bash -c 'mkdir -p /opt/console/app && touch /opt/console/app/console.dll'
  run install_host vm
  echo "$output"
  [[ $status == 0 && $output != *made* ]]
  # The front stands: by TLS alone, and with a password.
  in_root vm a2ensite -q default-ssl
  in_root vm htpasswd -Bbc /etc/console/users anna anna
  in_root vm service apache2 restart >/dev/null 2>&1
  run in_root vm curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1/console/
  [[ $output == 401 ]]
  run in_root vm curl -sk -u anna:anna -o /dev/null -w '%{http_code}' https://127.0.0.1/console/
  [[ $output == 503 ]]
  run in_root vm curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/console/
  [[ $output == 403 ]]
  run in_root vm bash -c 'stat -c "%U:%G %a" /run/console /etc/console/guest_key /etc/console/users; id -Gn console'
  [[ $output == $'console:www-data 2750\nconsole:console 600\nroot:www-data 640\nconsole libvirt' ]]

  in_root vm bash -c 'rm -r /opt/console/app && a2dissite -q default-ssl && : >/etc/console/users'
  run install_host vm --remove
  echo "$output"
  [[ $status == 0 ]]
  in_root vm rm -r /var/lib/console-home
  in_root vm a2dismod -q -f ssl socache_shmcb proxy proxy_http headers >/dev/null 2>&1
  diff <(echo "$before") <(tell_state vm)
}

@test "An sshd that its socket starts, as Ubuntu's is, is started anew, and not told to read its files again" {
  use_root socket
  # shellcheck disable=SC2016 # for the shell in there
  in_root socket bash -c 'mkdir -p /run/systemd/system /run/stand-ins && cp "$1" /usr/local/sbin/systemctl' - \
    "$BATS_TEST_DIRNAME/stand-in"
  run install_guest
  echo "$output"
  [[ $status == 0 && $output == *'ok       the service ssh'*'made     ssh has read its files again'* ]]
  run in_root socket grep ssh /run/stand-ins/notes
  [[ $output == 'systemctl try-restart ssh' ]]
}

# use_ubuntu RELEASE VERSION: what of Ubuntu differs for install-host, its release's number and where that release's
# PostgreSQL has its data: Debian's has them there now. Its packages, services and other paths have Debian's names.
use_ubuntu() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -Eeuo pipefail -c '
    printf "NAME=\"Ubuntu\"\nVERSION_ID=\"%s\"\nID=ubuntu\nID_LIKE=debian\n" "$1" >/etc/os-release.new
    rm /etc/os-release && mv /etc/os-release.new /etc/os-release
    config=$(compgen -G "/etc/postgresql/*/main/postgresql.conf") to=/var/lib/postgresql/$2/main
    from=$(sed -n "/^data_directory/s/.*= .\\(.*main\\).*/\\1/p" "$config")
    [[ $from != "$to" ]] || exit 0
    service postgresql stop >/dev/null
    mkdir -p "${to%/*}" && mv "$from" "$to" && chown postgres: "${to%/*}"
    sed -i "/^data_directory/s|$from|$to|" "$config"
  ' - "$@"
}

@test "On Ubuntu PostgreSQL's folder is that of its release, tried with Debian's PostgreSQL there" {
  use_root ubuntu
  for one in 22.04:14 24.04:16; do
    use_ubuntu "${one%:*}" "${one#*:}"
    run install_database
    echo "$output"
    [[ $status == 0 && $output == *"note     this is ubuntu ${one%:*}; what was tried in earnest is debian 12, "* ]]
    run in_root ubuntu cat /etc/console/database-host.conf
    [[ $output == *$'\n'"data_directory=/var/lib/postgresql/${one#*:}/main"* ]]
    [[ $one != 22.04* ]] || in_root ubuntu rm /etc/console/database-host.conf
  done
  call status
  echo "$output"
  [[ $output == *'@result clone='*'@exit 0' ]]
  # One that an upgrade of the system has left where it was is told, and not changed.
  in_root ubuntu sed -i '/^data_directory=/s/16/14/' /etc/console/database-host.conf
  run install_host database --check
  echo "$output"
  [[ $status == 1 && $output == *"'/var/lib/postgresql/14/main', and PostgreSQL's is /var/lib/postgresql/16/main"* ]]
}

# tell_release ID RELEASE LIKE
tell_release() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -c 'rm -f /etc/os-release
    printf "ID=%s\nVERSION_ID=\"%s\"\nID_LIKE=\"%s\"\n" "$@" >/etc/os-release' - "$@"
}

@test "A release whose PostgreSQL is not known is refused by install-host and Puppet alike, with those that are" {
  command -v puppet >/dev/null || skip "Debian's puppet-agent is not installed"
  use_root releases
  in_root releases mkdir -p /etc/facter/facts.d
  while read -r id release family like folder; do
    tell_release "$id" "$release" "$like"
    in_root releases tee /etc/facter/facts.d/os.json >/dev/null <<END
{"os": {"name": "$id", "family": "$family", "release": {"major": "$release"}, "selinux": {"enabled": false}}}
END
    run install_host database --check --backups /srv/dumps
    by_script=$output
    run in_root releases puppet apply --modulepath "$SCRIPTS/puppet" --color=false --execute \
      'notice(console::postgresql_data(console::names(), {}))'
    printf '%s %s\n%s\n%s\n' "$id" "$release" "$by_script" "$output"
    if [[ $folder == refused ]]; then
      for one in "$by_script" "$output"; do
        [[ $one == *"which PostgreSQL $id $release has is not known;"* ]]
        [[ $one == *'known are the releases 12, 13, 22.04, 24.04. Say'* ]]
      done
      [[ $by_script != *missing* ]]
    else
      [[ $by_script != *'not known'* && $output == *": $folder"* ]]
    fi
  done <<'END'
debian 12 Debian debian /var/lib/postgresql/15/main
debian 13 Debian debian /var/lib/postgresql/17/main
debian 14 Debian debian refused
ubuntu 22.04 Debian debian /var/lib/postgresql/14/main
ubuntu 24.04 Debian debian /var/lib/postgresql/16/main
ubuntu 26.04 Debian debian refused
linuxmint 21 Debian ubuntu refused
centos 9 RedHat rhel /var/lib/pgsql/data
rocky 10 RedHat rhel /var/lib/pgsql/data
END
  # Whoever says where the data are is not refused.
  tell_release debian 14 debian
  run install_host database --check --set data_directory=/var/lib/postgresql/18/main
  [[ $output != *'not known'* && $output == *'missing  --backups'* ]]
}

# stand_in_for_psql VERSION: what psql says of itself.
stand_in_for_psql() {
  in_root "$root" tee /usr/local/bin/psql >/dev/null <<END
#!/bin/sh
[ "\$1" != --version ] || { echo '$1'; exit; }
exec /usr/bin/psql "\$@"
END
  in_root "$root" chmod 755 /usr/local/bin/psql
}

@test "A PostgreSQL that is too old for copies is told, and the host is not called ready" {
  use_root old-postgresql
  stand_in_for_psql 'psql (PostgreSQL) 14.13 (Ubuntu 14.13-0ubuntu0.22.04.1)'
  run install_database
  echo "$output"
  [[ $status == 1 && $output == *'missing  psql, 15 or newer: it is 14.13. Install a newer one'$'\n'* ]]
  in_root old-postgresql rm /usr/local/bin/psql
  run install_database
  [[ $status == 0 && $output != *missing* ]]
}

@test "A password that cannot be given to PostgreSQL is told, and nothing is changed, the former password least" {
  use_root scram
  # As on a system whose Perl has this module in a package of its own.
  in_root scram mkdir /etc/perl/Digest
  in_root scram tee /etc/perl/Digest/SHA.pm >/dev/null <<<"die q(Can't locate Digest/SHA.pm);"
  run install_database
  echo "$output"
  [[ $status == 1 && $output == *"the password of shop cannot be made for PostgreSQL: Can't locate Digest/SHA.pm"* ]]
  run in_root scram runuser -u postgres -- psql -Atc \
    "SELECT count(*) FROM pg_roles WHERE rolname IN ('shop', 'console')"
  [[ $output == 0 ]]
  in_root scram mv /etc/perl/Digest /etc/perl/digest
  install_database
  in_root scram mv /etc/perl/digest /etc/perl/Digest
  run install_database
  echo "$output"
  [[ $status == 1 && $output != *'made     the password of shop'* ]]
  run in_root scram env PGPASSWORD='a pass "word" of shop' psql -h 127.0.0.1 -U shop -d postgres -Atc 'SELECT 1'
  [[ $output == 1 ]]
}

# What Red Hat's family has, as far as install-host asks it: its packages are Debian's here, under its names.
stand_in_for_red_hat() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -Eeuo pipefail -c '
    printf "ID=\"centos\"\nVERSION_ID=\"9\"\nID_LIKE=\"rhel fedora\"\n" >/etc/os-release.new
    rm /etc/os-release && mv /etc/os-release.new /etc/os-release
    mkdir -p /etc/httpd/conf.d
    groupadd --system apache
    install --directory --group=apache --mode=710 /run/httpd
    echo "export APACHE_PID_FILE=/run/httpd/httpd.pid" >>/etc/apache2/envvars
    rm /usr/sbin/apachectl
    install -m 755 "$1" /usr/sbin/apachectl
    install -m 755 "$1" /usr/bin/systemctl
    printf "#!/bin/sh\nexec apache2ctl \"\$@\"\n" >/usr/sbin/httpd
    chmod 755 /usr/sbin/httpd
    echo "IncludeOptional /etc/httpd/conf.d/*.conf" >>/etc/apache2/apache2.conf
    cd /usr/local/sbin
    for one in dnf rpm semanage semodule restorecon setsebool getsebool selinuxenabled postgresql-setup; do
      cp "$1" "$one"
    done
    for one in httpd:apache2 sshd:ssh; do
      printf "#!/bin/sh\nexec /etc/init.d/%s \"\$@\"\n" "${one#*:}" >"/etc/init.d/${one%:*}"
      chmod 755 "/etc/init.d/${one%:*}"
    done
  ' - "$BATS_TEST_DIRNAME/red-hat"
}

@test "On Red Hat's family names, paths and SELinux are its own, tried with stand-ins" {
  use_root redhat
  stand_in_for_red_hat
  run install_guest
  echo "$output"
  [[ $status == 0 && $output == *'note     this is centos 9; what was tried in earnest is debian 12, '* ]]
  run in_root redhat cat /run/stand-ins
  echo "$output"
  [[ $output == *'dnf install --assumeyes --quiet openssh-server sudo perl-interpreter '*' httpd python3-mod_wsgi'* ]]
  # With the program that SELinux is told by, which a bare system has not.
  [[ $output == *'dnf install '*' policycoreutils-python-utils'$'\n'* ]]
  [[ $output == *'semanage fcontext --add --type httpd_sys_content_t /srv/app(/.*)?'*'restorecon -R /srv/app'* ]]
  [[ $output == *'setsebool -P httpd_can_network_connect_db on'* ]]
  run in_root redhat cat /etc/console/guest.conf /etc/httpd/conf.d/console-site.conf
  [[ $output == *$'\napache_service=httpd\n'*'IncludeOptional /srv/app/site/apache.conf' ]]
  [[ $output != *error_log* ]]
  # The number of Apache's process is in a folder that the user may not enter.
  run in_root redhat runuser -u console -- cat /run/httpd/httpd.pid
  [[ $status == 1 && $output == *'Permission denied'* ]]
  call status
  echo "$output"
  [[ $output == *'@result apache=running'*'@exit 0' ]]
  # A configuration of before names the file alone.
  in_root redhat sed -i 's|^apache_service=.*|apache_pid_file=/run/httpd/httpd.pid|' /etc/console/guest.conf
  call status
  [[ $output == *'@result apache=stopped'* ]]
  run install_host guest
  [[ $status == 0 && $output == *'made     /etc/console/guest.conf'* ]]
  call status
  [[ $output == *'@result apache=running'*'@exit 0' ]]
  run install_host guest
  [[ $status == 0 && $output != *made* ]]

  run install_database --set data_directory=/var/lib/postgresql/15/main --user console-db
  echo "$output"
  [[ $status == 0 ]]
  run in_root redhat cat /run/stand-ins
  [[ $output == *'postgresql-setup --initdb'* ]]
  run install_host guest --remove
  [[ $status == 0 && $output == *"removed  SELinux's httpd_sys_content_t for /srv/app"* ]]
  # What the other kind of host needs has stayed.
  run install_host database --check
  echo "$output"
  [[ $status == 0 ]]
}

@test "Red Hat's PostgreSQL that is too old makes no folder, and the module to enable is named, tried with stand-ins" {
  use_root redhat-13
  stand_in_for_red_hat
  stand_in_for_psql 'psql (PostgreSQL) 13.20'
  remedy='psql, 15 or newer: it is 13.20. Install a newer one: '
  remedy+="dnf module enable postgresql:16 && dnf upgrade 'postgresql*'"
  run install_database
  echo "$output"
  [[ $status == 1 && $output == *"install-host: $remedy" ]]
  run in_root redhat-13 cat /run/stand-ins
  [[ $output == *'dnf install '*' postgresql-server '* && $output != *--initdb* ]]
  run install_host database --check
  echo "$output"
  [[ $status == 1 && $output == *"missing  $remedy"$'\n'* ]]
  in_root redhat-13 rm /usr/local/bin/psql
  run install_database --set data_directory=/var/lib/postgresql/15/main
  echo "$output"
  [[ $status == 0 ]]
}

@test "On Red Hat's family SELinux lets Apache reach the console's socket, tried with stand-ins" {
  use_root redhat-vm
  stand_in_for_red_hat
  # Its Apache has these modules by its packages.
  in_root redhat-vm a2enmod --quiet ssl proxy proxy_http headers reqtimeout authz_host
  in_root redhat-vm bash -c 'mkdir -p /opt/console/app && touch /opt/console/app/console.dll'
  run install_host vm
  echo "$output"
  [[ $status == 0 && $output == *"made     SELinux's httpd_var_run_t for /var/run/console"* ]]
  run in_root redhat-vm cat /run/stand-ins
  echo "$output"
  [[ $output == *'dnf install --assumeyes --quiet openssh-clients '*' policycoreutils-python-utils'$'\n'* ]]
  [[ $output == *'--add --type httpd_var_run_t /var/run/console(/.*)?'$'\n''restorecon -R /var/run/console'$'\n'* ]]
  [[ $output == *'semodule --install '*'/console_front.cil'$'\n''(allow httpd_t unconfined_service_t '* ]]
  run install_host vm
  [[ $status == 0 && $output != *made* ]]
  run install_host vm --remove
  echo "$output"
  [[ $status == 0 && $output == *"removed  SELinux's module console_front"* ]]
  [[ $output == *"removed  SELinux's httpd_var_run_t for /var/run/console"* ]]
  run install_host vm --check
  [[ $status == 1 && $output == *"missing  SELinux's module console_front"* ]]
}
