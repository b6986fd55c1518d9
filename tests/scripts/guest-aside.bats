#!/usr/bin/env bats
#
# Stories of files on a guest that its user may not remove: somebody else's,
# immutable ones, a mount. Tidying up that fails stops no build, and what stays
# is set aside and told.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { share_repositories subversion git; }

teardown() {
  put_away "$work/srv"
  put_away "$work/disk"
}

# Where root removes it: this user cannot.
put_away() {
  [[ ! -d ${CONSOLE_TEST_FOREIGN-} || ! -e $1 ]] || mv -T -- "$1" "$CONSOLE_TEST_FOREIGN/away.$BASHPID.$RANDOM"
}

# take KIND PLACE: puts one of the prepared folders there.
take() {
  local one
  for one in "${CONSOLE_TEST_FOREIGN:-/nowhere}/$1".*; do
    [[ ! -e $one ]] || { mv -T -- "$one" "$2" && return; }
  done
  skip "files of another owner, of the kind $1, need root: start tests/scripts/run as root"
}

tickets() { call checkout app=tickets kind=git repository="file://$repositories/git" path=main; }

is_at() { [ "$(git -C "$copy" rev-parse HEAD)" = "$(git -C "$repositories/git" rev-parse "$1")" ]; }

aside() { find "$work/srv" "$work/srv/code" -maxdepth 1 -name '.aside-*'; }

count_aside() { [ "$(aside | wc -l)" -eq "$1" ]; }

# tells_aside REASON REMEDY: of the first one.
tells_aside() {
  grep -q -- "^@result aside.0.path=$work/srv/code/.aside-" <<<"$output"
  grep -qE '^@result aside.0.since=20[0-9-]+T[0-9:]+Z$' <<<"$output"
  grep -q -- "^@result aside.0.reason=.*$1" <<<"$output" || { echo "no $1" && echo "$output" && return 1; }
  grep -q -- "^@result aside.0.remedy=$2" <<<"$output" || { echo "no $2" && echo "$output" && return 1; }
}

@test "somebody else's folder in a working copy of Subversion or Git stops neither this build nor the next" {
  local kind
  for kind in holder closed; do
    from_svn trunk
    take "$kind" "$copy/app"
    from_svn 'branches/fast = é@2'
    has_result revision=4 method=new changed=true aside=1
    tells_aside "belongs to root:root (mode 07[05][05]), and this program runs as $(id -un)" 'As root: rm -rf -- /'
    [ "$(svn info --show-item url "$copy")" = "file://$repositories/svn/shop/branches/fast%20=%20%C3%A9@2" ]
    [ ! -e "$copy/app" ]
    from_svn trunk
    has_result revision=4 method=switched aside=1
    from_git main
    has_result method=new
    take "$kind" "$copy/app"
    from_git feature/fast
    has_result method=new aside=2
    is_at feature/fast
    tickets
    has_result changed=true aside=2
    call sweep
    has_result aside=2
    put_away "$(aside | head -n 1)"
    put_away "$(aside | head -n 1)"
    from_git main
    has_result aside=0 method=switched
    put_away "$work/srv"
  done
}

@test "what is left of an older program's exchange stops no app" {
  mkdir -p "$work/srv/code"
  take holder "$work/srv/code/.old-shop"
  tickets
  has_result aside=0
  from_svn trunk
  has_result revision=4 aside=1
  take holder "$work/srv/code/.draft-shop"
  take holder "$work/srv/.compare-x1"
  call sweep
  has_result aside=3
  from_svn trunk revision=2
  has_result revision=2 aside=3
}

@test "a whole working copy of somebody else's is exchanged, and set aside" {
  mkdir -p "$work/srv"
  take code "$work/srv/code"
  from_git main
  has_result method=new aside=1
  is_at main
  tells_aside 'belongs to root:root' 'As root: rm -rf -- /'
}

@test "immutable files are set aside, and gone when they may go" {
  from_git main
  take immutable "$copy/app"
  from_git feature/fast
  has_result method=new aside=1
  tells_aside '/app/kept is immutable' 'As root: chattr -R -ia -- /.* && rm -rf -- /'
}

@test "objects that somebody else has fetched into a clone do not stop the next fetch" {
  from_git 1.0
  take holder "$copy/.git/objects/new"
  rm -rf "$copy/.git/refs/console"
  from_git main
  has_result
  is_at main
}

@test "folders of its own that may not be written are removed, and nothing is set aside" {
  from_git main
  mkdir -p "$copy/vendor/deep/er" && touch "$copy/vendor/deep/er/file" && chmod -R a-w "$copy/vendor" &&
    chmod 000 "$copy/vendor/deep/er"
  from_git feature/fast
  has_result aside=0
  is_at feature/fast
  [ ! -e "$copy/vendor" ]
  count_aside 0
}

@test "a folder that may not be written is named with its owner and mode, and the old working copy stays" {
  from_git 1.0
  chmod 555 "$work/srv/code"
  rm -rf "$copy/.git/HEAD"
  from_git main
  [ "$status" -eq 1 ]
  has_error "$work/srv/code/.draft-shop cannot be made: the folder $work/srv/code belongs to $(id -un):.*" \
    "(mode 0555), and this program runs as $(id -un). As $(id -un): chmod u+rwX -- $work/srv/code\.\$"
  chmod 755 "$work/srv/code"
  from_git main
  has_result method=new
  chmod 500 "$work/srv" && : >"$work/srv/code/.x"
  from_git 1.0
  has_error "$work/srv cannot be written: the folder $work/srv belongs to"
  chmod 755 "$work/srv"
}

@test "a lock, a folder and a site that belong to somebody else are named" {
  mkdir -p "$work/srv/code"
  take holder "$work/srv/.lock"
  from_git main
  has_error "$work/srv/.lock cannot be written: "
  put_away "$work/srv"
  take code "$work/srv"
  sed -i "s|^folder=.*|folder=$work/srv/shop|" "$configuration"
  from_git main
  has_error "$work/srv/shop/code cannot be made: the folder $work/srv/shop belongs to root:root (mode 0755)," \
    "and this program runs as $(id -un). As root: chown $(id -un) -- $work/srv/shop"
  echo folder=/proc/none >"$configuration"
  call status
  has_error '/proc/none/code cannot be made: '
}

# in_own_mounts COMMAND...: with mounts of its own.
in_own_mounts() { run unshare --user --map-root-user --mount bash -c "$@"; }

@test "what is mounted in a working copy is not removed, and a read-only disk is named" {
  in_own_mounts true
  [ "$status" -eq 0 ] || skip 'a mount needs root or user namespaces'
  from_git main
  mkdir "$copy/media" "$work/data" && touch "$work/data/upload"
  cat >"$work/story" <<'END'
program=$1 configuration=$2 repository=$3 kind=${5-git}
checkout() {
  mkfifo pipe && exec 9<>pipe && rm pipe
  printf '%s\n' protocol=1 app=shop "kind=$kind" "repository=$repository" "path=$1" '' >&9
  "$program" "$configuration" checkout <&9
  exec 9>&-
}
mount --bind data srv/code/shop/media
checkout "$4"
ls data
[[ $kind == git ]] || exit 0
mount --bind srv srv && mount -o remount,bind,ro srv
checkout main
END
  in_own_mounts '. ./story' bash "$program" "$configuration" "file://$repositories/git" feature/fast
  grep -qx '@result aside=1' <<<"$output"
  says "$copy cannot be used as it is: $copy/media is a mount of"
  tells_aside 'media is a mount of' 'As root: umount '
  says $'\nupload'
  has_error "$work/srv cannot be written: $work/srv is on $work/srv, which is mounted read-only." \
    "See in the kernel's log why, then as root: mount -o remount,rw $work/srv"
  is_at feature/fast
  # What has been prepared for it is in another place now; with links on the way to it, too.
  mv srv/code real && ln -s ../real srv/code
  from_svn trunk
  mkdir "$copy/media"
  in_own_mounts '. ./story' bash "$program" "$configuration" "file://$repositories/svn/shop" branches/fast\ =\ é@2 svn
  grep -qx '@result method=new' <<<"$output"
  says "$copy cannot be used as it is: $copy/media is a mount of"
  says $'\nupload'
}

@test "working copies behind a link are seen, used again and made anew" {
  mkdir -p "$work/srv" "$work/disk"
  ln -s ../disk "$work/srv/code"
  from_git main
  from_git feature/fast
  has_result method=switched
  call status
  grep -qx "@result app.shop.revision=$(git -C "$repositories/git" rev-parse feature/fast)" <<<"$output"
  take holder "$copy/app"
  from_git main
  has_result method=new aside=1
  call sweep
  last_line '@exit 0'
}
