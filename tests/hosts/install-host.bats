#!/usr/bin/env bats
#
# Hosts that are set up by one command, in throw-away roots: real users, sshd, sudo, Apache and PostgreSQL.

# shellcheck disable=SC2154 # bats sets status, output and lines
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/root.bash"

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  SCRIPTS=$PWD/scripts
  export SCRIPTS
  ((EUID == 0)) || return 0
  ssh-keygen -q -t ed25519 -N '' -C 'the console of anna' -f "$BATS_FILE_TMPDIR/key"
  printf 'a pass "word" of shop\n' >"$BATS_FILE_TMPDIR/shop.password"
}

setup() { need_root; }

teardown() { [[ -z ${root-} ]] || close_root "$root"; }

use_root() {
  root=$1
  open_root "$root"
  in_root "$root" mkdir /srv/dumps
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
  # Where PostgreSQL listens is the administrator's.
  run in_root far runuser -u postgres -- psql -Atc 'SHOW listen_addresses'
  [[ $output == 0.0.0.0 ]]
  # Nothing is left of what went there, the password among it.
  run in_root far find /tmp -maxdepth 3 '(' -path '/tmp/tmp.*/password.1' -o -path '/tmp/install-host.*/password.1' ')'
  [[ $output == '' ]]
  # Another machine under the old name is not taken for it, not even when root's own ssh knows it already.
  in_root far bash -c 'rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -A >/dev/null'
  in_root far rm /root/.ssh/known_hosts
  run install_host database --on root@db1 --known-hosts /root/known_to_console
  echo "$output"
  [[ $status == 1 && $output == *'/root/known_to_console has another ssh-ed25519 key of db1.'* ]]
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

# What Red Hat's family has, as far as install-host asks it: its packages are Debian's here, under its names.
stand_in_for_red_hat() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -Eeuo pipefail -c '
    printf "ID=\"centos\"\nVERSION_ID=\"9\"\nID_LIKE=\"rhel fedora\"\n" >/etc/os-release.new
    rm /etc/os-release && mv /etc/os-release.new /etc/os-release
    mkdir -p /etc/httpd/conf.d /run/httpd
    echo "IncludeOptional /etc/httpd/conf.d/*.conf" >>/etc/apache2/apache2.conf
    cd /usr/local/sbin
    for one in dnf rpm semanage restorecon setsebool getsebool selinuxenabled postgresql-setup; do
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
  [[ $status == 0 && $output == *'note     this is centos 9; what was tried in earnest is debian 12'* ]]
  run in_root redhat cat /run/stand-ins
  echo "$output"
  [[ $output == *'dnf install --assumeyes --quiet openssh-server sudo perl-interpreter '*' httpd python3-mod_wsgi'* ]]
  [[ $output == *'semanage fcontext --add --type httpd_sys_content_t /srv/app(/.*)?'*'restorecon -R /srv/app'* ]]
  [[ $output == *'setsebool -P httpd_can_network_connect_db on'* ]]
  run in_root redhat cat /etc/console/guest.conf /etc/httpd/conf.d/console-site.conf
  [[ $output == *$'\napache_pid_file=/run/httpd/httpd.pid\n'*'IncludeOptional /srv/app/site/apache.conf' ]]
  [[ $output != *error_log* ]]
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
