#!/usr/bin/env bash
#
# A copy that is halted half-way, on a disk of any speed: a lock holds
# PostgreSQL's process before its first file, and once the lock has gone it
# is stopped at the first sight of the copy's folder.

# Before the program is begun.
lock_copying() {
  exec {locking}> >(psql --no-psqlrc --quiet >/dev/null 3>&- 4>&-)
  echo 'BEGIN; LOCK TABLE pg_database IN SHARE MODE;' >&"$locking"
  await 10 is_locked
}

is_locked() {
  [[ $(ask "SELECT count(*) FROM pg_locks
             WHERE relation = 'pg_database'::regclass AND mode = 'ShareLock' AND granted") == 1 ]]
}

# Sets copying, the process that is stopped in the middle of CREATE DATABASE.
halt_copying() {
  local started=$SECONDS
  await_running '^CREATE DATABASE'
  copying=$(ask "SELECT pid FROM pg_stat_activity WHERE application_name ~ '^database-host'
                    AND query ~ '^CREATE DATABASE' AND wait_event_type = 'Lock'")
  ! has_lost_folder || return 1
  echo 'ROLLBACK;' >&"$locking"
  exec {locking}>&-
  until has_lost_folder; do ((SECONDS < started + 20)) || return 1; done
  kill -STOP "$copying"
  [[ $(databases) != *draft_* ]] || { echo 'The copy was whole before it could be stopped.' && return 1; }
}

# Once the program has been told to end, and has told PostgreSQL's process so.
resume_copying() {
  await 15 is_running pg_terminate_backend
  kill -CONT "$copying"
}

# For every teardown: a process that is stopped would stop PostgreSQL's end.
let_copying_end() { [[ -z ${copying-} ]] || kill -CONT "$copying" 2>/dev/null || true; }
