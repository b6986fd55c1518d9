# shellcheck shell=bash
#
# Throw-away roots: this machine's own, seen through an overlay that is in memory, with processes, mounts and a network
# of its own. What is done there is gone with it. Only root can have one.

# find_scripts: exports SCRIPTS, where this project's programs for hosts are.
find_scripts() {
  SCRIPTS=$(readlink -f -- "$BATS_TEST_DIRNAME/../../scripts")
  export SCRIPTS
}

# need_root: skips a story where there can be none.
need_root() {
  ((EUID == 0)) || skip 'only root can have a throw-away root'
  unshare --mount --net --pid --fork --propagation private true 2>/dev/null || skip 'this machine allows no namespaces'
}

# open_root NAME [FOLDER PLACE]: with a folder of this machine's own at this place.
open_root() {
  local folder=$BATS_FILE_TMPDIR/$1
  mkdir -p "$folder"
  # shellcheck disable=SC2016 # for the shell in there
  unshare --mount --net --pid --uts --ipc --fork --kill-child --propagation private \
    bash -Eeuo pipefail -c '
      mount -t tmpfs tmpfs "$1"
      mkdir "$1"/{upper,work,root}
      mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
      mount -t proc proc "$1/root/proc"
      mount --rbind /dev "$1/root/dev"
      mount --rbind /sys "$1/root/sys"
      mount -t tmpfs tmpfs "$1/root/run"
      mkdir -p "$1"/root/run/{lock,sshd} "$1/root/var/lib/puppet"
      [[ -z ${3-} ]] || { mkdir -p "$1/root$4" && mount --bind "$3" "$1/root$4"; }
      ip link set lo up
      hostname "$2"
      echo "127.0.1.1 $2" >>"$1/root/etc/hosts"
      touch "$1/root/run/ready"
      # It takes in what its children leave, so that what has ended is gone.
      exec chroot "$1/root" bash -c "sleep infinity & wait"
    ' open_root "$folder" "$1" "${@:2}" >"$folder.log" 2>&1 3>&- &
  echo "$!" >"$folder.pid"
  for _ in {1..100}; do
    ! root_pid "$1" >/dev/null || ! in_root "$1" test -e /run/ready 2>/dev/null || return 0
    sleep 0.05
  done
  cat "$folder.log" >&2
  return 1
}

root_pid() { pgrep --parent "$(<"$BATS_FILE_TMPDIR/$1.pid")"; }

# in_root NAME COMMAND...: its standard input is the command's.
in_root() {
  local pid
  pid=$(root_pid "$1") || return 125
  nsenter --target "$pid" --mount --net --pid --uts --ipc --root --wdns=/ env -i HOME=/root LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${@:2}" 3>&-
}

close_root() {
  local pid
  if pid=$(root_pid "$1" 2>/dev/null); then kill -KILL "$pid"; fi
  wait "$(<"$BATS_FILE_TMPDIR/$1.pid")" 2>/dev/null || true
}

# tell_state NAME [FORMAT]: each file that a host is set up by, its owner, mode and content.
tell_state() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$1" bash -c '
    places=(/opt/console /srv /usr/local/sbin /var/lib/console*
      /etc/{apache2,console,group,httpd,passwd,postgresql,ssh,sudoers.d,systemd,tmpfiles.d})
    find "${places[@]}" -type d -printf "%p %y %m %u %g\n" -o -printf "%p %y %m %u %g %l $1\n" | sort
    find "${places[@]}" -type f -print0 | sort -z | xargs -0 sha256sum
  ' tell_state "${2-}" 2>/dev/null
}
