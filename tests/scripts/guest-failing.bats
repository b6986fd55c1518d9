#!/usr/bin/env bats
#
# Stories of tools that fail on a guest, each at its first call, its last and
# one between, or at every call when CONSOLE_FAULTS is all: a run then ends
# with a sentence that names what has failed, or does without, and the next
# run is as if nothing had been.
#
# shellcheck disable=SC2030,SC2031 # each test is a subshell, with output and status of its own
# shellcheck disable=SC2016 # $@ is of the program that is written

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/apache.bash"

setup_file() {
  export BATS_TEST_TIMEOUT=300
  export repositories=$BATS_FILE_TMPDIR
  make_subversion
  make_git
}

setup() {
  make_guest
  mkdir "$work/bin"
  printf '#!/bin/sh\nPATH=%s:$PATH exec %s "$@"\n' "$work/bin" "$program" >"$work/guest"
  chmod +x "$work/guest"
  program=$work/guest
}

teardown() { [[ ! -e $work/run ]] || stop_apache; }

# break_tool NAME N: its Nth call fails, as on a bad disk.
break_tool() {
  rm -f "$work/bin"/* "$work/calls"
  cat >"$work/bin/$1" <<END
#!/bin/bash
PATH=$PATH
echo >>'$work/calls'
if [[ \$(wc -l <'$work/calls') == $2 ]]; then
  echo "$1: it cannot be done: Input/output error" >&2
  exit 5
fi
exec $1 "\$@"
END
  chmod +x "$work/bin/$1"
}

mend_tools() { rm -f "$work/bin"/*; }

# note_tools COMMAND...: sets calls, how often a good run calls each of these.
note_tools() {
  local tool count
  rm -f "$work/called"
  for tool in rm mv mkdir mktemp find grep sed cut sort tail tr cat df flock git svn svnversion stat sync chmod touch \
    base64 apache2; do
    printf '#!/bin/bash\nPATH=%q\necho %s >>%q\nexec %s "$@"\n' "$PATH" "$tool" "$work/called" "$tool" \
      >"$work/bin/$tool"
    chmod +x "$work/bin/$tool"
  done
  "$@"
  mend_tools
  [ "$status" -eq 0 ]
  while read -r count tool; do calls[$tool]=$count; done < <(sort "$work/called" | uniq -c)
}

# which_of COUNT: those of so many calls that are to fail.
which_of() {
  if [[ ${CONSOLE_FAULTS-} == all ]]; then
    seq "$1"
  else
    printf '%d\n' 1 $((($1 + 1) / 2)) "$1" | sort -nu
  fi
}

was_called() { [ -e "$work/calls" ] && [ "$(wc -l <"$work/calls")" -ge "$1" ]; }

# Done, or a sentence: never a failure without one.
has_end() {
  if [ "$status" -eq 0 ]; then
    last_line '@exit 0'
  else
    [[ $(grep -c '^@error .' <<<"$output") == 1 && $output != *'without a reason'* ]]
  fi || { echo "$output" && return 1; }
}

# each_failing LEAST COMMAND...: with each tool failing, LEAST times or more in all; after each time, once more with
# none.
each_failing() {
  local tool number faults=0 fresh='' least=$1
  local -A calls=()
  shift
  note_tools "$@"
  for tool in "${!calls[@]}"; do
    fresh=yes
    for number in $(which_of "${calls[$tool]}"); do
      break_tool "$tool" "$number"
      "$@"
      mend_tools
      was_called "$number" || continue
      faults=$((faults + 1))
      has_end || { echo "$tool, call $number" && return 1; }
      case $output in *"A command has failed"*) echo "# $tool $number: $(grep '^@error' <<<"$output")" >&3 ;; esac
      "$@"
      [ "$status" -eq 0 ] || { echo "after $tool, call $number: $output" && return 1; }
      is_whole || { echo "not whole after $tool, call $number" && return 1; }
    done
  done
  echo "# $faults faults of ${!calls[*]}" >&3
  ((faults >= least))
}

is_whole() { only_clean; }

# Before the first call of a tool fails there is no working copy.
begin_fresh() {
  [[ -z $fresh ]] || rm -rf "$copy"
  fresh=
}

there_and_back_svn() {
  begin_fresh
  from_svn trunk
  [ "$status" -eq 0 ] || return 0
  from_svn 'branches/fast = é@2' revision=4
}

@test "a checkout from Subversion, new and switched" {
  each_failing 10 there_and_back_svn
}

there_and_back_git() {
  begin_fresh
  from_git main
  [ "$status" -eq 0 ] || return 0
  from_git feature/fast
}

@test "a checkout from Git, new and switched" {
  each_failing 10 there_and_back_git
}

new_git() {
  rm -rf "$copy/.git/HEAD"
  from_git main
}

@test "a working copy that is made anew" {
  each_failing 7 new_git
}

compare_both() {
  call compare app=shop kind=svn "repository=file://$repositories/svn/shop" path=trunk from_path=trunk from_revision=2
  [ "$status" -eq 0 ] || return 0
  call compare app=shop kind=git "repository=file://$repositories/git" path=main "from_path=1.0" \
    "from_revision=$(git -C "$repositories/git" rev-parse 1.0)"
}

@test "a comparison" {
  each_failing 12 compare_both
}

look_and_sweep() {
  call status
  [ "$status" -eq 0 ] || return 0
  call sweep
  [ "$status" -eq 0 ] || return 0
  call steps app=shop limit=20 step.1=: "file.apache.conf=$(base64 <<<a)" "file.wsgi.py=$(base64 <<<w)" \
    "file.settings.py=$(base64 <<<s)"
}

@test "status, sweep and steps" {
  from_svn trunk
  each_failing 10 look_and_sweep
}

# What fails at the site's folders says which settings are in use.
put_second() {
  put_settings second
  [[ $output != *"@error $work/srv/"*site* || $output == *'The former settings are '* ]] ||
    { echo "$output" && return 1; }
}

@test "settings" {
  make_apache
  put_code one
  put_settings first
  each_failing 7 put_second
  [ "$(answer)" = 'second one' ]
}

# Each time the app is there again, as its builds have left it.
take_off() {
  put_settings first
  [ "$status" -eq 0 ] || return 0
  from_git main folders=uploads
  [ "$status" -eq 0 ] || return 0
  call off app=shop folders=remove
  [[ $status -eq 0 || ! -e $work/srv/site/wsgi.py || -d $copy ]] || { echo "half: $output" && return 1; }
}

@test "taking an app off" {
  make_apache
  put_code one
  from_git main
  each_failing 10 take_off
  [ -z "$(ls -A "$work/srv/site")" ] && [ ! -e "$copy" ]
}
