#!/usr/bin/env bats
#
# The modules of Perl that programs for hosts use are written down with the package that has each on Red Hat's family,
# and that package is among those that a host is given.

source "$BATS_TEST_DIRNAME/host.bash"

# package_of MODULE: on RHEL 9, where most of them are packages of their own. Debian's perl has all.
package_of() {
  case $1 in
    strict | warnings | utf8) echo perl-libs ;;
    Cwd) echo perl-PathTools ;;
    Digest::SHA | Encode | Fcntl | filetest | FindBin | IO::Socket::IP | lib | MIME::Base64 | POSIX)
      echo "perl-${1//::/-}"
      ;;
    IO::Handle) echo perl-IO ;;
    *) return 1 ;;
  esac
}

# modules_in FOLDER...: but for the programs' own. A layer that encodes loads Encode.
modules_in() {
  local own
  cd -- "$scripts" || return
  own=$(find "$@" -name '*.pm' -printf '%f\n' | sed 's/[.]pm$//')
  {
    grep -rhoE '^[[:space:]]*(use|require)[[:space:]]+[A-Za-z][A-Za-z0-9:]*' "$@" | awk '{ print $2 }'
    ! grep -rqF ':encoding(' "$@" || echo Encode
  } | sort -u | grep -vxF "${own:-none}"
}

# packages_for KIND: on Red Hat's family.
packages_for() {
  sed -n '/^  redhat:$/,$p' "$scripts/puppet/console/names.yaml" |
    sed -nE "s/^    ($1|perl|perl_system)_packages: //p" | paste -s -d ' '
}

@test "each module that a program for hosts uses is in a package that its host is given" {
  local kind folder module package packages
  for kind in guest:guest database:database-host; do
    folder=${kind#*:} packages=" $(packages_for "${kind%:*}") "
    [[ $(modules_in "$folder" shared) == *FindBin* ]]
    for module in $(modules_in "$folder" shared); do
      package=$(package_of "$module") || { echo "no package is written down for $module" && return 1; }
      [[ $packages == *" $package "* ]] || { echo "$folder uses $module, and is not given $package" && return 1; }
    done
  done
}
