#!/usr/bin/env bash
#
# A small host program with a verb for each way to behave badly, for the
# stories of lifeline.

make_toy() {
  echo "folder=$BATS_FILE_TMPDIR" >"$BATS_FILE_TMPDIR/toy.conf"
  cat >"$BATS_FILE_TMPDIR/toy" <<END
#!/usr/bin/env bash
nap='$nap'
program=toy verbs='greet forge escape spare hide fault mute killed stubborn flood half young own deaf' keys=folder
followed='greet' following='greet fault stubborn'
source '$scripts/shared/lifeline'
END
  cat >>"$BATS_FILE_TMPDIR/toy" <<'END'
verb_greet() {
  accept_values 'app file.note'
  need_value app '^[a-z]+$' 'a name'
  [[ ! -v file["note"] ]] || write_file note "${config[folder]}/note"
  result app "${value[app]}"
}
verb_forge() {
  bash -c 'echo "@exit 0"; echo "@result real=no"; printf "x\r@exit 0\r\n"; printf "unfinished"'
  result real yes
  fail 'The work was not done.'
}
verb_escape() { env -i setsid sleep 60 & say started; }
verb_hide() { setsid $nap & ($nap &) ; say started; }
verb_fault() { false; say never; }
verb_mute() { local config=${BASH_SOURCE[0]}; rm "$config/none"; say never; }
verb_killed() { kill -KILL "$BASHPID"; }
verb_stubborn() {
  trap 'say cleaning; sleep 0.2; touch "${config[folder]}/cleaned"' EXIT
  bash -c "trap '' TERM; while :; do $nap; done" &
  setsid bash -c "trap '' TERM; $nap; :" &
  env -i setsid bash -c 'sleep 1' &
  say ready
  $nap
}
# One process after the other, each for some milliseconds; the one that is told to end goes on instead.
verb_deaf() {
  trap 'touch "${config[folder]}/cleaned"' EXIT
  say ready
  while true; do bash -c "trap 'exec $nap' TERM; sleep 0.005"; done
}
verb_flood() { seq 200000; head -c 200000 /dev/zero | tr '\0' y; result last one; }
# A process that is told to end before it has put back the program's traps.
verb_young() {
  (trap 'end_program $?' EXIT && trap 'exit 143' TERM && kill "$BASHPID") || true
  fail 'The work was not done.'
}
verb_spare() {
  left_out '2 submodules: lib,' $'\e[1mdocs'
  sh -c 'echo "@left-out a lie"'
}
# One that has ended, whose number may be another process's by now, and one that has not.
verb_own() {
  local gone
  kill() { say "told to end: $1" && builtin kill "$@"; }
  true &
  gone=$!
  while [[ -e /proc/$gone/exe ]]; do sleep 0.01; done
  say "has ended: $gone"
  end_child "$gone"
  sleep 20 &
  say "runs: $!"
  end_child "$!"
}
verb_half() { printf '@exit 0'; }
lifeline_main "$@"
END
  chmod +x "$BATS_FILE_TMPDIR/toy"
}
