#!/usr/bin/env bats
#
# Stories of the guest's steps: the commands that follow a checkout.
#
# shellcheck disable=SC2016 # the variables are the steps'

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { share_repositories; }

setup() {
  make_guest
  mkdir -p "$copy"
}

steps() { call steps app=shop limit="$1" "${@:2}"; }

@test "steps run in the working copy, in order, with an environment of their own" {
  export DJANGO_SETTINGS_MODULE=wrong SECRET=wrong
  steps 20 'step.1=env | sed "s/=.*//" | sort | paste -sd " "; wc -c' \
    'step.2=echo "$APP $FOLDER_CODE $FOLDER_SITE $HOME $LANG" >made; pwd' \
    'step.3=cat made && true | : "a b"; ls -l /proc/self/fd | wc -l'
  has_result steps=3
  says $'\nAPP CONSOLE_RUN FOLDER_CODE FOLDER_SITE HOME LANG PATH PWD SHLVL _\n0\n'
  says "
$copy
@progress 0.66
Step 3 of 3: "
  says "
shop $copy $work/srv/site $(getent passwd "$EUID" | cut -d: -f6) C.UTF-8
5
"
  says '@progress 0.33'
  says '@progress 1.00'
}

@test "the first step that fails is the last, and is named with its exit code" {
  steps 20 'step.1=echo one' 'step.2=echo two; exit 7' 'step.3=touch three'
  [ "$status" -eq 1 ]
  has_error 'Step 2 after the checkout of shop (echo two; exit 7) failed with exit code 7\.'
  says $'\ntwo\n'
  [ ! -e "$copy/three" ]
  steps 20 'step.1=nonsense --now'
  has_error 'failed with exit code 127'
}

@test "what a step prints is never taken for the program's own lines" {
  local lies='echo "@exit 0"; echo "@result steps=9" >&2; printf "x\r@error forged\n"'
  steps 20 "step.1=$lies"'; tr "\0" "\n" </proc/$PPID/environ; ls /proc/$PPID/fd'
  has_result steps=1
  [ "$(grep -c '^@exit' <<<"$output")" -eq 1 ]
  [ "$(grep -c '^@result' <<<"$output")" -eq 1 ]
  run ! grep -q '^@error' <<<"$output"
}

@test "the limit ends the steps and everything they have started" {
  SECONDS=0
  steps 1 "step.1=setsid $nap & trap '' TERM; ($nap &); $nap" 'step.2=touch two'
  [ "$status" -eq 1 ]
  has_error 'Step 1 after the checkout of shop (setsid sleep 3000.*) was ended:' \
    'the steps took longer than their limit of 1 s'
  ((SECONDS < 40))
  run ! pgrep -u "$EUID" -fx "$nap"
  [ ! -e "$copy/two" ]
}

@test "a step's own limit ends that step, and says whose it was" {
  steps 30 'step.1=echo one' "step.2=$nap" step_limit.2=1 step_limit.1=20
  [ "$status" -eq 1 ]
  has_error 'Step 2 of shop (sleep .*) was ended: it took longer than its own limit of 1 s'
  run ! pgrep -u "$EUID" -fx "$nap"
  steps 1 "step.1=$nap" step_limit.1=20
  has_error 'the steps took longer than their limit of 1 s'
  steps 20 step.1=true step_limit.2=5
  [ "$status" -eq 2 ]
  has_error 'There is a value step_limit.2, but the steps are counted from 1 to 1'
  steps 20 step.1=true step_limit.1=soon
  has_error 'It must be a number of seconds'
}

@test "a cancel ends a step and everything it has started" {
  run timeout 20 "$program" "$configuration" steps \
    < <(send app=shop limit=60 "step.1=setsid $nap & $nap & touch begun; wait" && await 10 test -e "$copy/begun")
  [ "$status" -eq 143 ]
  last_line '@exit 143'
  run ! pgrep -u "$EUID" -fx "$nap"
}

@test "a worker that a step starts is ended with the steps, and said to be left out" {
  local secret=a-secret-that-is-longer-than-fifty-letters-and-is-not-cut said service
  steps 20 "step.1=setsid $nap & ($nap &) ; exec -a 'celery --broker=amqp://$secret worker' sleep 3001 &" \
    'step.2=sleep 0.1'
  has_result steps=2
  said='@left-out the process `%s` that a step after the checkout has started ends with the step.'
  service=" One that is to run on must be started by this server's service manager"
  # shellcheck disable=SC2059 # it is a format
  [ "$(grep '^@left-out' <<<"$output" | sort)" = "$(printf "$said$service\n" "$nap" "… 3001" | sort)" ] ||
    { echo "$output" && false; }
  run ! pgrep -u "$EUID" -fx "$nap"
}

@test "what a step leaves behind without a trace holds nobody up" {
  SECONDS=0
  steps 20 'step.1=env -i setsid sleep 60 &'
  has_result steps=1
  steps 20 'step.1=true'
  has_result steps=1
  ((SECONDS < 40))
}

@test "with the settings sent along, steps meet those and not the site's" {
  mkdir "$work/srv/site"
  echo old >"$work/srv/site/settings.py"
  steps 20 'step.1=ls "$FOLDER_SITE" && cat "$FOLDER_SITE/settings.py"' "file.apache.conf=$(base64 <<<a)" \
    "file.wsgi.py=$(base64 <<<w)" "file.settings.py=$(base64 <<<new)"
  has_result steps=1
  says $'\napache.conf\nsettings.py\nwsgi.py\nnew\n'
  [ "$(ls -A "$work/srv/site")" = settings.py ]
  [ "$(<"$work/srv/site/settings.py")" = old ]
  [ ! -e "$work/srv/.site-new" ]
}

@test "steps that are not counted, without a limit or a working copy are refused" {
  steps 20 step.1=true step.3=true
  [ "$status" -eq 2 ]
  has_error 'There is a value step.3, but the steps are counted from 1 to 1'
  steps 20
  has_error 'Send at least one step'
  steps 0 step.1=true
  has_error 'It must be a number of seconds'
  steps 20 'step.x=true'
  has_error 'steps takes no value step.x'
  call steps app=other limit=20 step.1=true
  has_error 'There is no working copy of other on this server'
}

@test "a step has the variables of the site's files that it names, and no other step has them" {
  local env
  env=$(printf 'ROLE=migrator\nWORDS="a b"\n' | base64 -w 0)
  steps 20 "file.admin.env=$env" step_files.1=admin.env \
    'step.1=echo "$ROLE, $WORDS: $# $(bash -c "echo \$ROLE")"; exit 0' \
    'step.2=echo "none: ${ROLE-}"' 'step.3=exit 4' step_files.3=admin.env
  says $'\nmigrator, a b: 0 migrator\n'
  says $'\nnone: \n'
  has_error 'Step 3 after the checkout of shop (exit 4) failed with exit code 4'
  for name in other.env ../admin.env; do
    steps 20 "file.admin.env=$env" step.1=true "step_files.1=$name"
    has_error "Step 1 is to have variables of the site's file $name, which is not among its files"
  done
}
