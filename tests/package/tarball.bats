#!/usr/bin/env bats
#
# The tarball, on a machine without the package: the commands of docs/install.md as they stand there, by a user in a
# folder of their own, and by root; each up to a console that answers. And what Tab brings in bash, compared with what
# the program says itself. As root, by hand, in a throw-away root. CONSOLE_TARBALL names one of version 1.0 that is made
# already.

# shellcheck disable=SC2030,SC2031,SC2154 # bats sets status, output and lines, in a shell for each story
bats_require_minimum_version 1.5.0
export LC_ALL=C.UTF-8
source "$BATS_TEST_DIRNAME/../hosts/root.bash"
readonly name=test-server-console-1.0
readonly here=/opt/$name/usr/lib/test-server-console

setup_file() {
  local root
  ((EUID == 0)) || return 0
  root=$(readlink -f -- "$BATS_TEST_DIRNAME/../..")
  if [[ -n ${CONSOLE_TARBALL-} ]]; then
    mkdir "$BATS_FILE_TMPDIR/made" && cp -- "$CONSOLE_TARBALL" "$BATS_FILE_TMPDIR/made"
  else
    "$root/scripts/package" --version 1.0 --output "$BATS_FILE_TMPDIR/made"
  fi
}

setup() {
  find_scripts
  need_root
}

teardown() { [[ -z ${root-} ]] || close_root "$root"; }

# use_root NAME: with the tarball in the homes of root and of anna.
use_root() {
  root=$1
  open_root "$root"
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -Eeuo pipefail -c '
    useradd --create-home --shell /bin/bash anna
    cp "$1"/*.tar.xz /root && install -o anna "$1"/*.tar.xz /home/anna
  ' - "$BATS_FILE_TMPDIR/made"
}

# told N: the N-th block of code of the document's part about the tarball.
told() {
  sed -n '/^## Without the package/,/^## /p' "$SCRIPTS/../docs/install.md" |
    awk -v want="$1" '/^```/ { inside = !inside; number += inside; next } inside && number == want'
}

# until_answered OPTION...: curl's.
until_answered() {
  for _ in {1..300}; do
    run in_root "$root" curl --silent "$@"
    [[ $output != *'"status"'* ]] || return 0
    sleep 0.1
  done
  in_root "$root" cat /run/said
  return 1
}

@test "A user starts what is in the tarball in a folder of their own, and it serves" {
  use_root own
  told 1 >"$BATS_TEST_TMPDIR/commands"
  grep -q '/app/console --settings' "$BATS_TEST_TMPDIR/commands"
  in_root own runuser --login anna --command 'bash -Eeuo pipefail -s' <"$BATS_TEST_TMPDIR/commands" \
    >"$BATS_TEST_TMPDIR/said" 2>&1 &
  until_answered http://localhost:8080/healthz
  echo "$output"
  [[ $output == *'"status":"well"'* ]]
  run in_root own curl --silent --fail http://localhost:8080/
  [[ $status == 0 && $output == *'<title>'* ]]
  run in_root own curl --silent --fail http://localhost:8080/api/servers
  echo "$output"
  [[ $output == *'"name":"test"'* ]]
  # All that it has written is the user's own.
  run in_root own find / -xdev -newer /run/ready -name state.json -printf '%h %u\n'
  echo "$output"
  [[ $output == '/home/anna/console/state anna' ]]
}

@test "Root installs it as a service from the tarball, with the host programs and Apache's files of it" {
  use_root service
  in_root service groupadd --force --system libvirt
  told 2 >"$BATS_TEST_TMPDIR/commands"
  # No systemd runs there.
  run in_root service env --chdir /root bash -Eeuo pipefail -c "$(grep -v '^systemctl' "$BATS_TEST_TMPDIR/commands")"
  echo "$output"
  [[ $status == 0 && $output != *missing* ]]
  run in_root service "$here/scripts/install-host" vm --check
  echo "$output"
  [ "$status" -eq 0 ]
  in_root service apache2ctl -t
  run in_root service cat /etc/systemd/system/console.service.d/program.conf
  [[ $output == *$'\nExecStart=\nExecStart=/opt/console/app/console --settings /etc/console/console.json' ]]
  in_root service install -d -m 700 -o console -g console /var/lib/console
  in_root service runuser -u console -- /opt/console/app/console --settings /etc/console/console.json \
    >"$BATS_TEST_TMPDIR/said" 2>&1 &
  until_answered --unix-socket /run/console/console.sock http://localhost/console/healthz
  run in_root service stat -c '%U:%G' /run/console/console.sock
  [[ $output == console:www-data ]]
}

# tab LINE: what readline has in the line after all that Tab would show was put into it (M-*).
tab() {
  # shellcheck disable=SC2016 # for the shell in there
  in_root "$root" bash -Eeuo pipefail -c '
    rm -rf /run/tab && mkdir /run/tab && cd /run/tab && mkfifo keys
    printf "%s\n" "source $2" "PS1=\"ready> \"" \
      "bind -x '\''\"\\C-t\": printf \"%s\" \"\$READLINE_LINE\" >/run/tab/line'\''" >rc
    exec 9<>keys
    touch said
    TERM=dumb timeout 60 script --quiet --flush --command "bash --rcfile /run/tab/rc -i" /dev/null <keys >said &
    until grep --quiet "ready> " said; do sleep 0.05; done
    printf "%s\e*\x14\x15exit\n" "$1" >&9
    wait "$!"
    cat line
  ' - "$1" "/opt/$name/usr/share/bash-completion/completions/console"
}

# words COMMAND...: the commands that the program says it has below this one.
words() {
  in_root "$root" console "$@" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort
}

@test "Tab in bash brings the commands that the program has, and options once a dash is there" {
  use_root tab
  in_root tab tar -xf "/root/$name-linux-x64.tar.xz" -C /opt --no-same-owner
  # As the package has it, whose wrapper looks for the program there.
  # shellcheck disable=SC2016 # for the shell in there
  in_root tab bash -c 'ln -s "$1" /usr/lib/test-server-console && cp "$2" /usr/bin/console' - "$here" \
    "/opt/$name/usr/bin/console"
  in_root tab bash -c 'getent passwd console >/dev/null || useradd --system console'
  for one in '' hosts state; do
    [[ -n $(words $one) ]]
    run tab "console $one${one:+ }"
    printf 'console %s: %s\n' "$one" "$output"
    # shellcheck disable=SC2086 # none is no word
    diff <(words $one) <(printf '%s\n' ${output#"console $one"} | sort)
  done
  run tab 'console h'
  [[ $output == 'console hosts ' ]]
  run tab 'console check --j'
  [[ $output == 'console check --json ' ]]
}
