#!/usr/bin/env bats
#
# The Puppet module, applied in throw-away roots: it ends in the same files as install-host.

# shellcheck disable=SC2154 # bats sets status, output and lines
bats_require_minimum_version 1.5.0
source "$BATS_TEST_DIRNAME/root.bash"

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  SCRIPTS=$PWD/scripts
  export SCRIPTS
  ((EUID == 0)) || return 0
  ssh-keygen -q -t ed25519 -N '' -C 'the console of anna' -f "$BATS_FILE_TMPDIR/key"
  KEY=$(<"$BATS_FILE_TMPDIR/key.pub")
  export KEY
  echo 'a pass "word" of shop' >"$BATS_FILE_TMPDIR/shop.password"
  cat >"$BATS_FILE_TMPDIR/site.pp" <<END
node /^qa\d+\./ {
  class { 'console::guest':
    keys         => ['$KEY'],
    repositories => ['svn://svn.example', 'https://git.example/team'],
    settings     => { 'svn_user' => 'anna' },
  }
}
node /^kvm\d+\./ {
  class { 'console::vm_host': }
  class { 'console::database_host':
    user      => 'console-db',
    keys      => ['$KEY'],
    guests    => ['192.168.122.0/24', '127.0.0.0/8'],
    backups   => '/srv/dumps',
    passwords => { 'shop' => Sensitive('a pass "word" of shop') },
  }
}
END
}

setup() {
  need_root
  command -v puppet >/dev/null || skip "Debian's puppet-agent is not installed"
}

teardown() {
  local one
  for one in "${roots[@]}"; do close_root "$one"; done
}
roots=()

# As Debian leaves it, where nobody forbids services.
use_root() {
  roots+=("$1")
  open_root "$1"
  in_root "$1" mkdir /srv/dumps
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
