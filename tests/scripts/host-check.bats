#!/usr/bin/env bats
#
# Stories of the verb check of both host programs: what each lacks is told in
# a sentence that says what to do, and what it has with its version.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup() {
  repositories=$BATS_TEST_TMPDIR/repositories
  make_guest
}

teardown() { end_own "${listener-}"; }

# The whole line, wherever it is among the faults.
has_fault() {
  grep -qE "^@result fault[.][0-9]+=.*$1" <<<"$output" || { printf 'no fault: %s\n%s\n' "$1" "$output" && return 1; }
}

no_fault() { ! grep '^@result fault' <<<"$output"; }

# A web server whose configtest is COMMAND.
use_apache() {
  printf '#!/bin/bash\n%s\n' "$1" >"$work/apachectl"
  chmod +x "$work/apachectl"
  echo "apachectl=$work/apachectl" >>"$configuration"
}

# The edge: what answers as PostgreSQL does to one that begins, KIND and then the text of standard input. Sets port.
listen_as_postgres() {
  cat >"$work/answer"
  port=$(free_port)
  perl -MIO::Socket::INET -e '
    my ($port, $kind) = @ARGV;
    open my $in, "<", "answer" or die; local $/; my $text = <$in> // "";
    my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 5) or die;
    open my $pid, ">", "listener.pid" or die; print $pid $$; close $pid;
    while (my $client = $server->accept) {
      sysread $client, my $asked, 4096;
      open my $file, ">", "asked" or die; print $file $asked; close $file;
      syswrite $client, $kind . pack("N", 4 + length $text) . $text if $kind;
      close $client;
    }' "$port" "$1" 3>&- &
  listener=$!
  await 5 test -s "$work/listener.pid"
}

@test "a server that has everything tells its versions and its clock, and nothing else" {
  use_apache 'exit 0'
  touch "$work/error.log"
  echo "apache_error_log=$work/error.log" >>"$configuration"
  listen_as_postgres R < <(printf '\0\0\0\012SCRAM-SHA-256\0\0')
  call check 'tools=git svn python3' "repositories=file://$repositories/git" \
    "databases=127.0.0.1/$port/my%20shop/copy_shop_qa01"
  last_line '@exit 0'
  no_fault
  for tool in bash perl df git svn python3; do says "@result tool.$tool="; done
  [[ $output =~ @result\ time=([0-9]+)[.][0-9]+ ]]
  ((BASH_REMATCH[1] > $(date +%s) - 60 && BASH_REMATCH[1] <= $(date +%s)))
  [[ $(tr '\0' '|' <"$work/asked") == *'|user|my shop|database|copy_shop_qa01|application_name|console check||' ]]
  # The sum is that of the files, as the console makes it of its own.
  sum=$(cd "$scripts" && find shared guest -type f | LC_ALL=C sort | xargs sha256sum | sha256sum)
  says "@result program=${sum%% *}"
}

@test "each thing that a server lacks is told by itself, and the rest is looked at all the same" {
  use_apache 'echo "Syntax error on line 3" >&2; exit 1'
  echo "apache_error_log=$work/none.log" >>"$configuration"
  mkdir "$work/bin"
  printf '#!/bin/bash\necho "git version 2.11.0"\n' >"$work/bin/git"
  chmod +x "$work/bin/git"
  PATH=$work/bin:$PATH call check 'tools=git git-lfs' \
    "repositories=https://git.example.com/other file://$repositories/git" "databases=127.0.0.1/1/shop/copy_shop_qa01"
  last_line '@exit 0'
  has_fault 'git is 2.11.0 here, and 2.24 is needed at least'
  has_fault 'configtest has failed: Syntax error on line 3'
  has_fault "none.log is not there, or may not be read by $(id -un)"
  has_fault 'https://git.example.com/other is not among those this server may use'
  has_fault '127.0.0.1:1 cannot be reached from here: .* Look at listen_addresses'
  [[ $output != *"$repositories/git is not among"* ]]
}

@test "modules of Perl that are packages of their own somewhere are loaded, and told together" {
  use_apache 'exit 0'
  mkdir -p "$work/lib/MIME"
  echo "die 'it is not there';" | tee "$work/lib/FindBin.pm" >"$work/lib/MIME/Base64.pm"
  PERL5LIB=$work/lib call check "repositories=file://$repositories/git"
  last_line '@exit 0'
  has_fault "Perl lacks modules here: FindBin, MIME::Base64[.] Install .* dnf install 'perl[(]FindBin[)]' "
  call check "repositories=file://$repositories/git"
  no_fault
}

@test "a log of nginx that is to come is no fault, and one that may not be read is" {
  use_apache 'exit 0'
  echo "nginx_error_log=$work/nginx.log" >>"$configuration"
  call check
  [[ $output != *nginx.log* ]] || { echo "$output" && return 1; }
  touch "$work/nginx.log" && chmod 0 "$work/nginx.log"
  call check
  has_fault "nginx.log is not there, or may not be read by $(id -un)"
}

@test "PostgreSQL's own reason for turning an app away is told" {
  listen_as_postgres E < <(printf 'SFATAL\0C28000\0Mno pg_hba.conf entry for host "10.0.0.7", user "shop"\0\0')
  run -1 "$scripts/guest/ask-database" "127.0.0.1/$port/shop/copy_shop_qa01"
  says 'refuses the role shop from here: no pg_hba.conf entry for host "10.0.0.7", user "shop". Add a line'
  end_own "${listener-}"
  rm "$work/listener.pid"
  listen_as_postgres '' </dev/null
  run -1 "$scripts/guest/ask-database" "127.0.0.1/$port/shop/copy_shop_qa01"
  [[ $output == *'ends the connection without a word'* ]]
  run ! "$scripts/guest/ask-database" "127.0.0.1/$port/shop"
}

@test "a server without a web server or repositories in its configuration is told so" {
  call check
  has_fault 'The configuration names no web server'
  sed -i '/^repositories/d' "$configuration"
  use_apache 'exit 0'
  call check
  says 'has no value for repositories'
  last_line '@exit 1'
  call check tools=rm
  last_line '@exit 2'
}

@test "a status tells which tools are too old, with what is needed, and of the others nothing" {
  use_apache 'echo "Server version: Apache/2.4.57 (Debian)"'
  call status
  last_line '@exit 0'
  [[ $output != *'@result old.'* ]] || { echo "$output" && return 1; }
  printf '#!/bin/bash\necho "Server version: Apache/2.2.34 (Unix)"\n' >"$work/apachectl"
  mkdir "$work/bin"
  printf '#!/bin/bash\necho "git version 2.11.0"\n' >"$work/bin/git"
  chmod +x "$work/bin/git"
  PATH=$work/bin:$PATH call status
  last_line '@exit 0'
  says '@result old.git=git is 2.11.0 here, and 2.24 is needed at least. Install a newer one.'
  says '@result old.apache=apache is 2.2.34 here, and 2.4.34 is needed at least.'
  [[ $(grep -c '^@result old' <<<"$output") == 2 ]]
  call check
  has_fault 'apache is 2.2.34 here, and 2.4.34 is needed at least'
}

@test "a version is compared by its numbers, whatever their length" {
  lifeline_folder=$scripts/shared
  # shellcheck source=scripts/shared/tools
  source "$scripts/shared/tools"
  local version least
  while read -r version least; do
    is_as_new "$version" "$least" || { echo "$version $least" && return 1; }
  done < <(printf '%s\n' '15 15' '15.5 15' '18beta1 15' '15rc1 15' '2.24.0 2.24' '2.100 2.24' '1.14.2 1.9')
  while read -r version least; do
    run ! is_as_new "$version" "$least"
  done < <(printf '%s\n' '14.11 15' '9.6 15' '2.9 2.24' '1.8.19 1.9' '4.4.20 5.0')
}
