#!/usr/bin/env bats
#
# Stories of the lab's folder, without a lab.
#
# shellcheck disable=SC1091 # the part is tried as lab has it

source "$BATS_TEST_DIRNAME/host.bash"

@test "a lab's folder goes whole, with what is closed to its owner" {
  dir=$BATS_TEST_TMPDIR/lab
  source "$scripts/dev/lab.d/folder"
  as_lab_user() { "$@"; }
  mkdir -p "$dir/guests/qa07/code/media"
  touch "$dir/.console-lab" "$dir/guests/qa07/code/media/upload"
  chmod 555 "$dir/guests/qa07/code/media"
  chmod 0 "$dir/guests/qa07/code"
  remove_folder
  [ ! -e "$dir" ]
}

@test "the command that runs every test runs none when it is asked for help" {
  run timeout 20 "$scripts/dev/test" --help
  [ "$status" -eq 2 ]
  [[ $output == 'Usage: scripts/dev/test'* ]]
}
