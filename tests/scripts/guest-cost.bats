#!/usr/bin/env bats
#
# What a build with code costs on the guest: the processes that the program
# starts for its calls, one after the other, as strace counts them. Those of
# Apache that serve, and of a repository's own side, are not among them.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/apache.bash"

setup_file() { share_repositories subversion git; }

setup() {
  make_guest
  make_apache
  printf '#!/bin/sh\nexec strace -f -qq -e trace=process -e signal=none -o "%s/trace.$$" %s "$@"\n' \
    "$work" "$program" >"$work/counted"
  chmod +x "$work/counted"
}

teardown() { stop_apache; }

# counted COMMAND...: its calls of the program are counted. Sets processes.
counted() {
  rm -f "$work"/trace.*
  program=$work/counted "$@"
  last_line '@exit 0' || { echo "$output" && return 1; }
  list_processes >"$work/processes"
  processes=$(wc -l <"$work/processes")
}

# A line a process, with its last program; what git-upload-pack and below do is the repository's work.
list_processes() {
  perl -ne '
    my ($pid, $call) = /^(\d+) +(.*)/ or next;
    $pid = "$ARGV.$pid";
    $name{$pid} //= "bash";
    $name{$pid} = $1 if $call =~ /^execve\("([^"]*)", \[.*= 0$/;
    $theirs{$pid} = 1 if $call =~ /^execve\(.*git-upload-pack/;
    $begun{$pid} = $call if $call =~ /^(?:clone3?|v?fork)\(.*<unfinished/;
    $call = "$begun{$pid} $call" if $call =~ /^<\.\.\. (?:clone3?|v?fork) resumed/;
    next if $call !~ /^(?:clone3?|v?fork)\(.* = (\d+)$/ || $call =~ /CLONE_THREAD/;
    $parent{"$ARGV.$1"} = $pid;
    END {
      for my $pid (sort keys %name) {
        my $above = $pid;
        $above = $parent{$above} while defined $above && !$theirs{$above};
        print "$name{$pid}\n" if !defined $above && (exists $parent{$pid} || $name{$pid} =~ m{/guest$|bash$});
      }
    }' "$work"/trace.*
}

# build KIND PATH: as the console does, in one start of the program.
build() {
  make_settings second
  "from_$1" "$2" next=5 '' protocol=1 verb=settings "${settings[@]}"
}

# costs MOST
costs() {
  echo "# $processes processes" >&3
  ((processes <= $1)) || { echo "$processes processes:" && sort "$work/processes" | uniq -c | sort -rn && return 1; }
}

@test "a build from Subversion starts few processes" {
  put_code one
  put_settings first
  from_svn trunk
  counted build svn 'branches/fast = é@2'
  costs 40
}

@test "a build from Git starts few processes, with what is fetched and with what is here" {
  put_code one
  put_settings first
  from_git 1.0
  counted build git main
  costs 40
  from_git 1.0
  counted build git main
  costs 40
}

@test "a call that only looks starts few" {
  counted call errors since.inode= since.size=
  costs 5
}
