#!/usr/bin/env bats
#
# Stories of workers: commands of an app that run as long as its site does.

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"

setup_file() { share_repositories subversion git; }

setup() {
  make_guest
  mkdir -p "$copy" "$work/kinds/plain"
  echo "kinds=$work/kinds" >>"$configuration"
  printf '#!/bin/sh\n! grep wrong only.ini\n' | tee "$work/kinds/plain/check" >"$work/kinds/plain/reload"
  chmod +x "$work/kinds/plain"/{check,reload}
}

teardown() { "$program" "$configuration" stop-workers; }

put() { call settings app=shop site_kind=plain "file.only.ini=$(base64 <<<"${word-right}")" "$@"; }
naps() { pgrep -u "$EUID" -cfx "$nap"; }
has_naps() { [[ $(naps) -eq $1 ]]; }

@test "workers run on after the settings, with the site's folders, and their words are kept" {
  # shellcheck disable=SC2016 # the variables are the worker's
  put 'worker.mail=pwd; echo "$APP $FOLDER_CODE $FOLDER_SITE ${CONSOLE_RUN-none}"; exec '"$nap"
  has_result worker.mail=up
  says 'The worker mail: it runs.'
  [ "$(naps)" -eq 1 ]
  [ "$(sed -n 2,3p "$work/srv/log/shop-mail.log")" = "$copy
shop $copy $work/srv/site none" ]
  call status
  grep -qE '^@result worker.shop.mail=it runs since 20[0-9:TZ-]+$' <<<"$output"
  call sweep
  has_result swept=0
  [ "$(naps)" -eq 1 ]
  "$program" "$configuration" stop-workers
  [ "$(naps)" -eq 0 ]
}

@test "one that does not stay up is left out with its code, and is started again with growing pauses" {
  put "worker.mail=echo why; exit 3" "worker.beat=exec $nap"
  has_result worker.mail=down worker.beat=up
  # shellcheck disable=SC2016 # the backticks are quotes
  says '@left-out the worker `mail` does not stay up: it has ended with code 3'
  says "Its words are in $work/srv/log/shop-mail.log on this server"
  await 10 grep -q 'again after 4 s' "$work/srv/log/shop-mail.log"
  [ "$(grep -c why "$work/srv/log/shop-mail.log")" -eq 3 ]
  call status
  grep -qE '^@result worker.shop.mail=it has ended with code 3, 3 times, and is started again' <<<"$output"
}

@test "a worker is ended with all that it has started, before code and steps, and by other settings" {
  put "worker.mail=trap '' TERM; setsid $nap & ($nap &) ; wait; $nap"
  [ "$(naps)" -eq 2 ]
  call workers app=shop action=stop
  has_result stopped=1
  [ "$(naps)" -eq 0 ]
  put "worker.mail=setsid $nap & ($nap &) ; wait; $nap"
  [ "$(naps)" -eq 2 ]
  from_git main
  [ "$(naps)" -eq 0 ]
  call sweep
  await 5 has_naps 2
  call steps app=shop limit=20 "step.1=pgrep -cfx '$nap' || true"
  says $'\n0\n'
  put "worker.beat=exec $nap"
  has_result worker.beat=up
  [ "$(naps)" -eq 1 ]
  [ "$(ls "$work/srv/workers/shop")" = beat ]
  put
  [ "$(naps)" -eq 0 ]
  [ ! -e "$work/srv/workers" ]
}

@test "settings that are refused leave the former workers to be started again" {
  put "worker.mail=exec $nap"
  word=wrong put 'worker.beat=exec sleep 1'
  [ "$status" -eq 1 ]
  call workers app=shop action=start
  await 5 has_naps 1
  [ "$(ls "$work/srv/workers/shop")" = mail ]
}

@test "a supervisor that was killed leaves one worker, not two" {
  put "worker.mail=exec $nap"
  kill -KILL "$(<"$work/srv/workers/shop/mail/lock")"
  [ "$(naps)" -eq 1 ]
  call workers app=shop action=start
  says 'The worker mail of shop is started.'
  await 5 grep -c started "$work/srv/log/shop-mail.log"
  await 5 has_naps 1
  "$program" "$configuration" start-workers
  [ "$(naps)" -eq 1 ]
  [ "$(pgrep -u "$EUID" -cf "worker run $work/srv shop mail")" -eq 1 ]
  kill -KILL "$(<"$work/srv/workers/shop/mail/lock")"
  call workers app=shop action=stop
  [ "$(naps)" -eq 0 ]
}

@test "a run that was killed while it exchanged the workers is completed" {
  put "worker.mail=exec $nap"
  "$program" "$configuration" stop-workers
  mv "$work/srv/workers" "$work/srv/.workers-new"
  mkdir -p "$work/srv/.workers-draft/shop/half"
  call sweep
  has_result swept=0
  has_naps 1
  put "worker.mail=exec $nap"
  has_result worker.mail=up
  has_naps 1
  [ -z "$(find "$work/srv" -maxdepth 1 -name '.workers*')" ]
}

@test "a log of a worker has an end" {
  put 'worker.mail=head -c 3000000 /dev/zero | tr "\0" x; exec '"$nap"
  has_result worker.mail=up
  (($(stat --format=%s "$work/srv/log/shop-mail.log" "$work/srv/log/shop-mail.log.1" | paste -sd +) < 2400000))
}

@test "a server whose folder is gone has no worker after a moment" {
  put "worker.mail=exec $nap"
  rm -r "$work/srv/workers"
  await 10 has_naps 0
}
