#!/usr/bin/env bats
#
# Stories of a connection that ends half-way, over a real sshd whose key may
# do nothing but this program: the session's sshd is killed, as it is when
# the host's network goes or the console dies.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/postgres.bash"
source "$BATS_TEST_DIRNAME/halfway.bash"

setup_file() {
  start_with_dumps
  start_sshd "$place/ssh" "PATH=$client_bin:/usr/bin:/bin $program $configuration"
  echo "${ssh_to[*]}" >"$place/ssh_to"
}

teardown_file() {
  end_by_file "$place/ssh/sshd.pid"
  stop_both
}

setup() {
  read -ra ssh_to <"$place/ssh_to"
  make_base shop 1 150
  call copy base=shop server=qa01 owner=shop
  ask 'UPDATE night SET number = 9' copy_shop_qa01
}

teardown() {
  let_copying_end
  end_begun
  find "$place/host/dumps" -mindepth 1 -delete
}

# begin_over_ssh VERB [LINE ...]
begin_over_ssh() {
  local way=("${ssh_to[@]}")
  begin_by "$@"
}

cut_ssh() {
  local monitor session
  monitor=$(pgrep --parent "$(<"$place/ssh/sshd.pid")")
  session=$(pgrep --parent "$monitor" --full '^sshd')
  kill -KILL "$monitor" "$session"
  ended_with 255
}

# And nothing is beside it.
old_one_serves() {
  await 12 no_run
  nothing_left
  [[ $(night_of copy_shop_qa01) == 9 ]]
  [[ $(databases) == 'base_shop copy_shop_qa01' ]] || { databases && return 1; }
  call copy base=shop server=qa01 owner=shop
  last_line '@exit 0'
  [[ $(night_of copy_shop_qa01) == 1 ]]
}

# Of this test; another lab on the machine may have runs of its own.
no_run() {
  local process
  while read -r process; do
    ! grep -qsF "$place" "$process" "${process%environ}cmdline" || return 1
  done < <(grep -lsz '^CONSOLE_RUN=database-host' /proc/[0-9]*/environ)
}

@test "A connection that is cut during a restore leaves yesterday's base and nothing else" {
  begin_over_ssh restore base=shop owner=shop dump=slow.dump size_floor=0
  await_running 'COPY .*sale'
  cut_ssh
  old_one_serves
  call restore base=shop owner=shop dump=shop.dump size_floor=0
  last_line '@exit 0'
}

@test "A connection that is cut during a copy leaves the old copy and nothing else" {
  lock_copying
  begin_over_ssh copy base=shop server=qa01 owner=shop
  halt_copying
  cut_ssh
  resume_copying
  old_one_serves
}

@test "A connection that is cut while a spare is made leaves no spare that is not whole" {
  lock_copying
  begin_over_ssh prepare base=shop owner=shop spares=1
  halt_copying
  cut_ssh
  resume_copying
  old_one_serves
}
