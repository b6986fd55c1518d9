# shellcheck shell=bash
#
# What stories of hosts that are set up begin with: a key of the console, the password of an app's role, and throw-away
# roots with a folder for dumps, which are closed after each.

source "$BATS_TEST_DIRNAME/root.bash"

roots=()

# prepare_hosts: the key and its other half, and the password, in the file's own folder.
prepare_hosts() {
  find_scripts
  ((EUID == 0)) || return 0
  ssh-keygen -q -t ed25519 -N '' -C 'the console of anna' -f "$BATS_FILE_TMPDIR/key"
  printf 'a pass "word" of shop\n' >"$BATS_FILE_TMPDIR/shop.password"
}

# open_host NAME
open_host() {
  roots+=("$1")
  open_root "$1"
  in_root "$1" mkdir /srv/dumps
}

close_hosts() {
  local one
  for one in "${roots[@]}"; do close_root "$one"; done
}

# open_backups ROOT: the machine with the dumps, which the root itself stands for, as backups.example: an account that
# its sshd fences as database-host.conf.example says, and one dump. Its host keys are in /root/host_keys.
open_backups() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$1" bash -Eeuo pipefail -c '
    echo "127.0.0.1 backups.example" >>/etc/hosts
    useradd --system --create-home --shell /bin/false console-dumps
    install -D -m 644 /dev/null /srv/backups/dumps/shop.dump
    sed -n "/Match User console-dumps/,/PermitTTY no/s/^# *//p" "$1/database-host/database-host.conf.example" \
      >/etc/ssh/sshd_config.d/a-dumps.conf
    echo "Match all" >>/etc/ssh/sshd_config.d/a-dumps.conf
    cut -d " " -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub >/root/host_keys
    service ssh restart >/dev/null 2>&1
  ' - "$SCRIPTS"
}
