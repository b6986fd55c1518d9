#!/usr/bin/env bats
#
# The Puppet module, applied in throw-away roots: it ends in the same files as install-host.

# shellcheck disable=SC2154 # bats sets status, output and lines
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/hosts.bash"

setup_file() {
  local key
  prepare_hosts
  ((EUID == 0)) || return 0
  key=$(<"$BATS_FILE_TMPDIR/key.pub")
  cat >"$BATS_FILE_TMPDIR/site.pp" <<END
node /^qa\d+\./ {
  class { 'console::guest':
    keys         => ['$key'],
    repositories => ['svn://svn.example', 'https://git.example/team'],
    settings     => { 'svn_user' => 'anna' },
  }
}
node /^kvm\d+\./ {
  class { 'console::vm_host': }
  class { 'console::database_host':
    user      => 'console-db',
    keys      => ['$key'],
    guests    => ['192.168.122.0/24', '127.0.0.0/8'],
    backups   => '/srv/dumps',
    passwords => { 'shop' => Sensitive('a pass "word" of shop') },
  }
}
node /^db\d+\./ {
  class { 'console::database_host':
    keys              => ['$key'],
    backups           => 'console-dumps@backups.example',
    backups_host_keys => ['$key'],
  }
}
node /^packaged\d+\./ {
  class { 'console::vm_host': }
}
node /^other\d+\./ {
  class { 'console::vm_host': }
}
END
}

setup() {
  need_root
  command -v puppet >/dev/null || skip "Debian's puppet-agent is not installed"
}

teardown() { close_hosts; }

# As Debian leaves it, where nobody forbids services.
use_root() {
  open_host "$1"
  in_root "$1" systemctl --quiet enable ssh apache2 postgresql 2>/dev/null
}

# puppet_apply ROOT HOST [OPTION ...]
puppet_apply() {
  in_root "$1" puppet apply --certname "$2.example" --modulepath "$SCRIPTS/puppet" --detailed-exitcodes --color=false \
    "${@:3}" "$BATS_FILE_TMPDIR/site.pp" 2>&1 | grep -v 'retrieve either serverip'
  return "${PIPESTATUS[0]}"
}

install_host() { in_root "$1" "$SCRIPTS/install-host" "${@:2}"; }

@test "A server by Puppet is the same as one by install-host" {
  use_root puppet
  use_root script
  run puppet_apply puppet qa01
  echo "$output"
  [[ $status == 2 && $output != *Warning:* ]]
  install_host script guest --key "$BATS_FILE_TMPDIR/key.pub" \
    --repositories 'svn://svn.example https://git.example/team' --set svn_user=anna
  run install_host puppet guest --check
  echo "$output"
  [[ $status == 0 ]]
  diff <(tell_state script) <(tell_state puppet)
  run puppet_apply script qa01
  echo "$output"
  [[ $status == 0 ]]
}

@test "An sshd that its socket starts is started anew by Puppet, and neither started nor enabled beside it" {
  use_root socket
  in_root socket systemctl --quiet disable ssh 2>/dev/null
  # A systemd that says of its socket that it is open, and notes the rest that is asked of sshd.
  in_root socket tee /usr/local/sbin/systemctl >/dev/null <<'END'
#!/bin/sh
case $* in
  *'is-active ssh.socket') ;;
  *'is-enabled ssh.socket') exit 1 ;;
  *start*ssh* | *reload*ssh* | *enable\ *ssh*) echo "$*" >>/run/asked ;;
  *) exec /usr/bin/systemctl "$@" ;;
esac
END
  in_root socket chmod 755 /usr/local/sbin/systemctl
  run in_root socket puppet apply --modulepath "$SCRIPTS/puppet" --color=false --execute "
    file { '/etc/ssh/sshd_config.d/of-ours.conf': content => '', notify => Service['ssh'] }
    console::service { 'ssh': }"
  echo "$output"
  [[ $status == 0 && $output != *Error:* ]]
  [[ $(in_root socket sort /run/asked) == $'enable ssh.socket\ntry-restart ssh' ]]
  run in_root socket pgrep --exact sshd
  [[ -z $output ]]
  run in_root socket systemctl is-enabled ssh.service
  [[ $output == disabled ]]
}

@test "Where SELinux is, Puppet tells it the same as install-host, tried with stand-ins" {
  use_root selinux
  # shellcheck disable=SC2016 # for the shell in there
  in_root selinux bash -Eeuo pipefail -c '
    for one in semanage semodule restorecon; do cp "$1" "/usr/local/sbin/$one"; done
    mkdir -p /etc/facter/facts.d
    echo "{\"os\": {\"family\": \"RedHat\", \"selinux\": {\"enabled\": true}}}" >/etc/facter/facts.d/os.json
  ' - "$BATS_TEST_DIRNAME/red-hat"
  for _ in 1 2; do
    run in_root selinux puppet apply --modulepath "$SCRIPTS/puppet" --color=false --execute "
      console::selinux_label { '/var/run/console': type => 'httpd_var_run_t' }
      -> console::selinux_policy { 'console_front': }"
    echo "$output"
    [[ $status == 0 && $output != *Error:* ]]
  done
  run in_root selinux cat /run/stand-ins
  echo "$output"
  [[ $output == 'semanage fcontext --add --type httpd_var_run_t /var/run/console(/.*)?
restorecon -R /var/run/console
semodule --install /run/console_front.cil
(allow httpd_t unconfined_service_t (unix_stream_socket (connectto)))' ]]
}

@test "Red Hat's PostgreSQL that is too old ends Puppet before it has a folder, with the module to enable" {
  use_root postgresql-13
  in_root postgresql-13 bash -Eeuo pipefail -c '
    mkdir -p /etc/facter/facts.d
    echo "{\"os\": {\"family\": \"RedHat\", \"selinux\": {\"enabled\": false}}}" >/etc/facter/facts.d/os.json'
  apply_13() {
    run in_root postgresql-13 bash -c "printf '#!/bin/sh\necho \"psql (PostgreSQL) %s\"\n' $1 >/usr/local/bin/psql &&
      chmod 755 /usr/local/bin/psql"
    [[ $status == 0 ]]
    run in_root postgresql-13 puppet apply --modulepath "$SCRIPTS/puppet" --color=false --detailed-exitcodes --execute "
      console::new_postgresql { 'new': least => 15, newer => console::names()['postgresql_newer'] }
      -> notify { 'a folder is made': }"
    echo "$output"
  }
  apply_13 13.20
  [[ $status == 4 && $output != *'Notice: a folder is made'* ]]
  [[ $output == *'15 or newer: it is 13.20. Install a newer one: dnf module enable postgresql:16 && '* ]]
  apply_13 15.0
  [[ $status == 2 && $output == *'Notice: a folder is made'* ]]
}

@test "A VM host that is a database host, too, is the same by both" {
  use_root puppet
  use_root script
  for one in puppet script; do
    in_root "$one" groupadd --system libvirt
    in_root "$one" install -D /dev/null /opt/console/app/console.dll
  done
  run puppet_apply puppet kvm1
  echo "$output"
  [[ $status == 2 && $output != *Warning:* && $output != *'of shop'* ]]
  install_host script vm
  install_host script database --user console-db --key "$BATS_FILE_TMPDIR/key.pub" \
    --guests '192.168.122.0/24 127.0.0.0/8' --backups /srv/dumps --app "shop=$BATS_FILE_TMPDIR/shop.password"
  for one in vm database; do
    run install_host puppet "$one" --check
    echo "$output"
    [[ $status == 0 ]]
  done
  # Each has keys of its own.
  diff <(tell_state script | grep -v '/[a-z]*_key') <(tell_state puppet | grep -v '/[a-z]*_key')
  run puppet_apply script kvm1
  echo "$output"
  [[ $status == 0 ]]
}

@test "A database host that fetches dumps by a key of its own is the same by both" {
  use_root puppet
  use_root script
  for one in puppet script; do in_root "$one" bash -c 'echo 127.0.0.1 backups.example >>/etc/hosts'; done
  run puppet_apply puppet db1
  echo "$output"
  [[ $status == 2 && $output != *Warning:* ]]
  run install_host script database --key "$BATS_FILE_TMPDIR/key.pub" --backups console-dumps@backups.example \
    --backups-host-keys "$BATS_FILE_TMPDIR/key.pub"
  echo "$output"
  [[ $status == 0 && $output == *'todo     console may fetch dumps'* ]]
  # All that is there to be done is that the key is let in where the dumps lie.
  run install_host puppet database --check
  echo "$output"
  [[ $(grep missing <<<"$output") == 'missing  console may fetch dumps from backups.example: '* ]]
  diff <(tell_state script | grep -v '  /.*/backups[.]key') <(tell_state puppet | grep -v '  /.*/backups[.]key')
  run puppet_apply script db1
  echo "$output"
  [[ $status == 0 ]]
}

@test "A VM host without libvirt is one, too, and systemd reads its unit once" {
  use_root puppet
  use_root script
  for one in puppet script; do
    in_root "$one" bash -c '! getent group libvirt || groupdel libvirt'
    in_root "$one" install -D /dev/null /opt/console/app/console.dll
  done
  in_root puppet tee /usr/local/sbin/systemctl >/dev/null <<'END'
#!/bin/sh
case $* in
  daemon-reload) echo "$*" >>/run/asked ;;
  *) exec /usr/bin/systemctl "$@" ;;
esac
END
  in_root puppet chmod 755 /usr/local/sbin/systemctl
  for _ in 1 2; do
    run puppet_apply puppet other1
    echo "$output"
    [[ ($status == 2 || $status == 0) && $output != *Warning:* ]]
  done
  [[ $status == 0 && $(in_root puppet cat /run/asked) == daemon-reload ]]
  in_root puppet rm /usr/local/sbin/systemctl
  install_host script vm
  run install_host puppet vm --check
  [[ $status == 0 ]]
  diff <(tell_state script | grep -v '/[a-z]*_key') <(tell_state puppet | grep -v '/[a-z]*_key')
  # A group that is named is to be there.
  run in_root puppet puppet apply --certname other1.example --modulepath "$SCRIPTS/puppet" --color=false \
    --detailed-exitcodes --execute "class { 'console::vm_host': group => 'none-such' }"
  [[ $status == 4 || $status == 6 ]]
}

# What the console's package brings for the VM host, but for the program.
place_package() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$1" bash -Eeuo pipefail -c '
    cd "$1/package.d"
    install -D -m 644 console.service /lib/systemd/system/console.service
    install -D -m 644 sysusers.conf /usr/lib/sysusers.d/test-server-console.conf
    install -D -m 644 apache-limits /etc/apache2/conf-available/console-limits.conf
    install -D -m 644 apache-site /etc/apache2/sites-available/console.conf
    install -D -m 644 -t /usr/lib/test-server-console ../../apache-{limits,proxy}.conf
    systemd-sysusers test-server-console.conf
    install -d -m 751 -g console /etc/console
    install -d -m 2750 -o console -g www-data /run/console
  ' - "$SCRIPTS"
}

@test "A VM host that has the console by its package is the same by both, and the package's account stays" {
  use_root puppet
  use_root script
  for one in puppet script; do
    in_root "$one" groupadd --system libvirt
    place_package "$one"
  done
  account=$(in_root puppet getent passwd console)
  [[ $account == *:/var/lib/console:* ]]
  run puppet_apply puppet packaged1
  echo "$output"
  [[ $status == 2 && $output != *Warning:* ]]
  [[ $(in_root puppet getent passwd console) == "$account" ]]
  [[ $(in_root puppet id -Gn console) == 'console libvirt' ]]
  install_host script vm
  run install_host puppet vm --check
  echo "$output"
  [[ $status == 0 && $output == *"ok       Apache's site of the console"* ]]
  diff <(tell_state script | grep -v '/[a-z]*_key') <(tell_state puppet | grep -v '/[a-z]*_key')
  in_root puppet apache2ctl -t
  run puppet_apply script packaged1
  echo "$output"
  [[ $status == 0 ]]
}
