# shellcheck shell=bash
#
# What the stories of the package find there, before they begin: the package and the one after it, a bare Debian with
# the packages that it will ask for, a team's repository and its dump.

here=$(readlink -f -- "$BATS_TEST_DIRNAME/../..")
place='' root=''

find_stage() {
  place=$BATS_FILE_TMPDIR
  root=${CONSOLE_WALK_ROOT:-$place/root}
  # shellcheck disable=SC2034 # machines.bash has them there
  machines=$place/machines
}

need_programs() {
  local one
  for one in debootstrap dpkg-scanpackages svnserve /usr/lib/postgresql/15/bin/initdb; do
    command -v "$one" >/dev/null || skip "$one is not installed"
  done
}

fetch_package() {
  if [[ -n ${CONSOLE_PACKAGE-} ]]; then
    cp -- "$CONSOLE_PACKAGE" "$place/first.deb"
  else
    "$here/scripts/package" --version 1.0 --output "$place/made"
    mv "$place/made/"*.deb "$place/first.deb"
  fi
}

# The next version: the same program, another number, and a setting that is new.
make_next_package() {
  dpkg-deb --raw-extract "$place/first.deb" "$place/second"
  sed -i 's/^Version: .*/Version: 9.0/' "$place/second/DEBIAN/control"
  sed -i 's/^  "log": "auto",/  "log": "plain",/' "$place/second/etc/console/console.json"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$place/second" "$place/second.deb" >/dev/null
  rm -r "$place/second"
}

fetch_root() { [[ -n ${CONSOLE_WALK_ROOT-} ]] || make_root bookworm "$root"; }

# make_root WORD...: a bare system, as debootstrap understands the words.
make_root() {
  debootstrap --include=openssh-server "$@" >"$place/debootstrap.log" 2>&1 ||
    { tail "$place/debootstrap.log" && return 1; }
}

# fetch_packages ROOT MIRROR [PACKAGE]: what install-host asks for on such a system, and what this package needs, as a
# mirror: its machines reach no other.
fetch_packages() {
  local names
  mkdir -p "$2" "$place/fetch"
  names=$(sed -n '/^  debian:/,/^  redhat:/s/^    [a-z]*_packages: //p' "$here/scripts/puppet/console/names.yaml")
  names+=" $(sed -n "s/.*--packages '\([^']*\)'.*/\1/p" "$here/docs/install.md")"
  # shellcheck disable=SC2016 # for the shell in there
  unshare --mount --propagation private bash -Eeuo pipefail -c '
    cd "$1"
    mount -t tmpfs fetch fetch
    mkdir fetch/{upper,work,root}
    mount -t overlay -o "lowerdir=$2,upperdir=fetch/upper,workdir=fetch/work" fetch fetch/root
    mount -t proc proc fetch/root/proc
    mount --bind "$3" fetch/root/var/cache/apt/archives
    cat /etc/resolv.conf >fetch/root/etc/resolv.conf
    # A bare system knows no authority of TLS, but the keys of its own archive.
    [[ ! -e fetch/root/etc/apt/sources.list ]] || sed -i "s|https://|http://|" fetch/root/etc/apt/sources.list
    apt() { chroot fetch/root apt-get --yes --quiet --quiet --download-only "$@"; }
    chroot fetch/root apt-get update --quiet --quiet
    [[ -z $5 ]] || { cp "$5" fetch/root/package.deb && apt install /package.deb; }
    apt install --no-install-recommends $4
  ' - "$place" "$1" "$2" "${names//$'\n'/ }" "${3-}" >"$place/fetch.log" 2>&1 ||
    { tail "$place/fetch.log" && return 1; }
  rm -rf "$2"/{lock,partial}
  (cd "$2" && dpkg-scanpackages --multiversion . 2>/dev/null >Packages)
}

# As the team's live PostgreSQL makes it each night.
make_dump() {
  local live bin=/usr/lib/postgresql/15/bin samples=$here/scripts/dev/samples/shop
  live=$(mktemp --directory --tmpdir walk-live.XXXXXX)
  cp "$samples/data.sql" "$live"
  chown -R postgres "$live"
  # shellcheck disable=SC2016 # for the shell in there
  runuser -u postgres -- bash -Eeuo pipefail -c '
    cd "$1"
    "$2/initdb" --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync data
    "$2/pg_ctl" --pgdata=data --wait --log=log --options="-k $1 -c listen_addresses= -c fsync=off" start
    trap "\"$2/pg_ctl\" --pgdata=data --mode=immediate stop" EXIT
    psql() { command "$2/psql" --host="$1" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "${@:3}"; }
    psql "$1" "$2" --dbname=postgres --command="CREATE ROLE shop" --command="CREATE DATABASE shop OWNER shop"
    { echo "SET ROLE shop;" && cat data.sql; } | psql "$1" "$2" --dbname=shop --set=size=30000
    "$2/pg_dump" --host="$1" --dbname=shop --format=custom --file=shop.dump
  ' - "$live" "$bin" >"$place/dump.log" 2>&1 || { tail "$place/dump.log" && return 1; }
  mv "$live/shop.dump" "$place/shop.dump"
  rm -r "$live"
}

make_repository() {
  local repository=$place/repositories/shop code=$place/code
  mkdir -p "$place/repositories" "$code/branches" "$code/tags"
  svnadmin create "$repository"
  printf '[general]\nanon-access = read\nauth-access = none\n' >"$repository/conf/svnserve.conf"
  cp -R "$here/scripts/dev/samples/shop/code" "$code/trunk"
  printf "COLOUR = '#2f5d8a'\nLINE = 'Hello from the first shop'\nFAILS = False\n" >"$code/trunk/shop/release.py"
  svn import --quiet --non-interactive --no-auth-cache --message 'The first shop' "$code" "file://$repository"
}
