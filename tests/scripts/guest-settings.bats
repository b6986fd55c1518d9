#!/usr/bin/env bats
#
# Stories of the guest's settings, on a real Apache with mod_wsgi that runs as
# this user, with an application of two daemon processes.
#
# shellcheck disable=SC2016 # $1 is of the program that is written

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/apache.bash"

setup_file() { share_repositories; }

setup() {
  make_guest
  make_apache
}

teardown() { stop_apache; }

@test "settings start Apache, which lives on, and the next request meets the new code" {
  put_code one
  put_settings first
  has_result reloaded=true
  [ "$(answer)" = 'first one' ]
  for word in two three; do
    put_code "$word"
    put_settings "$word"
    has_result reloaded=true
    for _ in {1..8}; do
      [ "$(answer)" = "$word $word" ]
    done
  done
  call status
  has_result apache=running
  [ "$(find "$work/srv" -mindepth 1 -maxdepth 1 -name '.site*')" = '' ]
}

@test "settings that Apache does not accept leave the former ones in use" {
  put_code one
  put_settings first
  put_settings second 'Nonsense on'
  [ "$status" -eq 1 ]
  has_error 'Apache does not accept the settings of shop: AH00526.*line 10 of .*Nonsense.*configuration\.' \
    'The former settings are back'
  last_line '@exit 1'
  grep -q first "$work/srv/site/settings.py"
  run ! grep -q Nonsense "$work/srv/site/apache.conf"
  [ "$(answer)" = 'first one' ]
  # What was written for the exchange is removed, and nothing else is said of it.
  [[ $output != *' cannot be '* ]] || { echo "$output" && false; }
}

@test "first settings that Apache does not accept leave none" {
  put_settings first 'Nonsense on'
  has_error 'AH00526'
  [ -z "$(ls -A "$work/srv/site")" ]
  call status
  has_result apache=stopped
}

@test "a run that was killed before Apache had the new set is put back by the next" {
  put_code one
  put_settings first
  cp -r "$work/srv/site" "$work/srv/.site-old"
  echo "word = 'half'" >"$work/srv/site/settings.py"
  mkdir "$work/srv/.site-new"
  call sweep
  last_line '@exit 0'
  says 'The former settings are put back.'
  [ "$(answer)" = 'first one' ]
  [ "$(ls "$work/srv/site")" = $'apache.conf\nsettings.py\nwsgi.py' ]
  mv "$work/srv/site" "$work/srv/.site-old"
  put_settings second
  has_result reloaded=true
  [ "$(answer)" = 'second one' ]
}

@test "a rename that fails between the two puts the former settings back" {
  put_code one
  put_settings first
  mkdir "$work/bin"
  printf '#!/bin/sh\n[ "$4" != %s/srv/site ] || [ "$3" != %s/srv/.site-new ] || exit 5\nexec /bin/mv "$@"\n' "$work" \
    "$work" >"$work/bin/mv"
  chmod +x "$work/bin/mv"
  PATH=$work/bin:$PATH put_settings second
  has_error "$work/srv/.site-new cannot be moved"
  says 'The former settings are put back.'
  grep -q first "$work/srv/site/settings.py"
  [ -z "$(find "$work/srv" -mindepth 1 -maxdepth 1 -name '.site*')" ]
}

@test "a cancel in the middle puts the former settings back" {
  put_code one
  put_settings first
  printf '#!/bin/sh\ntouch %s/asked\nexec sleep 20\n' "$work" >"$work/apachectl"
  make_settings second
  run "$program" "$configuration" settings < <(send "${settings[@]}" && await 10 test -e "$work/asked")
  [ "$status" -eq 143 ]
  last_line '@exit 143'
  grep -q first "$work/srv/site/settings.py"
  [ "$(answer)" = 'first one' ]
}

@test "an Apache that does not start has its reason told, and its settings are gone" {
  put_code one
  printf '#!/bin/sh\n[ "$1" = configtest ] || { echo "no such module"; exit 1; }\n' >"$work/apachectl"
  put_settings first
  has_error 'Apache did not load the settings of shop: no such module'
  [ -z "$(ls -A "$work/srv/site")" ]
}

@test "an Apache that ends while it loads new settings is told, and serves the former ones again" {
  put_code one
  put_settings first
  # No address of this machine: Apache's own test does not find that.
  put_settings second 'Listen 192.0.2.7:9'
  [ "$status" -eq 1 ]
  has_error 'Apache did not load the settings of shop: it ended while it read them. The former settings are back'
  grep -q first "$work/srv/site/settings.py"
  [ "$(answer)" = 'first one' ]
  put_settings third
  has_result reloaded=true
  [ "$(answer)" = 'third one' ]
}

# errors_since PLACE...: asks for what has come since, as a build does.
errors_since() {
  local inode size
  inode=$(sed -n 's/^@result log.inode=//p' <<<"$1") size=$(sed -n 's/^@result log.size=//p' <<<"$1")
  call errors "since.inode=$inode" "since.size=$size"
}

@test "the error log since a build began is told, also when it was begun anew" {
  local since end
  echo "apache_error_log=$work/error.log" >>"$configuration"
  put_code one
  put_settings first
  since=$output
  errors_since "$since"
  last_line '@exit 0'
  put_settings first
  errors_since "$since"
  [[ $output != *'@result line.'* ]] || { echo "$output" && false; }
  end='AH00052: child pid 5 exit signal Segmentation fault (11)'
  echo "[Wed Nov 25 19:02:32.123456 2026] [core:notice] [pid 1:tid 2] $end" >>"$work/error.log"
  errors_since "$since"
  has_result "line.0=$end"
  echo 'raise ValueError("it hides")' >"$work/srv/code/shop/app.py"
  put_settings second
  since=$output
  curl --silent --max-time 10 "http://127.0.0.1:$port/" >/dev/null
  curl --silent --max-time 10 "http://127.0.0.1:$port/" >/dev/null
  errors_since "$since"
  [ "$(grep -c '^@result line.*=ValueError: it hides$' <<<"$output")" -eq 1 ] || { echo "$output" && false; }
  grep -qE '^@result line.[0-9]+=Traceback' <<<"$output"
  mv "$work/error.log" "$work/error.log.1"
  printf '[Wed Nov 25 19:02:32.123456 2026] [wsgi:error] [pid 1:tid 2] [remote 127.0.0.1:3] begun \0anew\n' \
    >"$work/error.log"
  errors_since "$since"
  grep -qE '^@result line.[0-9]+=ValueError: it hides' <<<"$output"
  grep -qE '^@result line.[0-9]+=begun  anew' <<<"$output"
  seq 100000 >"$work/error.log"
  call errors since.inode= since.size=
  [ "$(grep -c '^@result line' <<<"$output")" -eq 60 ]
  says '@result line.59=100000'
}

@test "an error log that cannot be read or is not named is told with its remedy" {
  call errors since.inode= since.size=
  has_result "problem=The error log of this server's Apache is not named: add apache_error_log=... to the guest's \
configuration, and builds show why a site answers with an error."
  echo "apache_error_log=$work/log/error.log" >>"$configuration"
  call errors since.inode=1 since.size=1
  says "There is no error log $work/log/error.log on this server"
  mkdir "$work/log" && echo x >"$work/log/error.log" && chmod 0 "$work/log/error.log"
  put_code one
  put_settings first
  has_result reloaded=true
  errors_since "$output"
  says "The error log $work/log/error.log cannot be read: $work/log/error.log belongs to $(id -un):$(id -gn)" \
    "(mode 0), and guest runs as $(id -un). As root: setfacl"
  chmod 0 "$work/log"
  call errors since.inode= since.size=
  says "cannot be read: $work/log belongs to"
  chmod 700 "$work/log"
}

@test "a site that has an error log of its own is told, where the server's has no line" {
  : >"$work/error.log"
  echo "apache_error_log=$work/error.log" >>"$configuration"
  mkdir -p "$work/srv/site"
  printf '# ErrorLog /no\n  errorlog "/var/log/shop error.log"\n' >"$work/srv/site/apache.conf"
  call errors since.inode= since.size=
  says "@result problem=The error log $work/error.log has no line of it: the site's own apache.conf has \
ErrorLog /var/log/shop error.log. Name that as apache_error_log in the guest's configuration"
  echo line >"$work/error.log"
  call errors since.inode= since.size=
  says '@result line.0=line'
  [[ $output != *problem* ]]
}

@test "an error log that is no file is told as such, and nobody waits for it" {
  local log
  mkfifo "$work/pipe"
  for log in "$work/pipe" "$work" /dev/null 'syslog:local1' '|/usr/bin/rotatelogs /var/log/x 86400' syslog; do
    sed -i '/^apache_error_log/d' "$configuration"
    echo "apache_error_log=$log" >>"$configuration"
    call errors since.inode= since.size=
    has_result "problem=The error log $log is no file, and what Apache writes there cannot be read again: \
let Apache's ErrorLog be a file, name that as apache_error_log in the guest's configuration, and builds show why a \
site answers with an error."
  done
}

@test "a way to Apache that does not work is told as such, and not as a wrong template" {
  put_code one
  sed -i "s|^apachectl=.*|apachectl=$work/none|" "$configuration"
  put_settings first
  has_error "apachectl=$work/none in the guest's configuration cannot be started (.*No such file or directory.*)." \
    "Name a program that this server has"
  printf '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n' >"$work/apachectl"
  sed -i "s|^apachectl=.*|apachectl=$work/apachectl|" "$configuration"
  put_settings first
  has_error 'may not be started by this server.s user (sudo: a password is required *). Let sudoers allow it'
}

@test "a text that is missing or a value that is unknown is refused before anything is touched" {
  call settings app=shop "file.apache.conf=$(base64 -w0 <<<x)"
  [ "$status" -eq 2 ]
  has_error 'file.wsgi.py is missing'
  call settings app=shop 'file..passwd=eA=='
  has_error "'.passwd' is no name of a site's file"
  call settings app=shop 'passwd=eA=='
  has_error 'settings takes no value passwd'
  [ ! -e "$work/srv/site" ]
}
