#!/usr/bin/env bats
#
# Stories of a server with several apps, each with its site, and of taking one
# off, on a real Apache with mod_wsgi and a real nginx.
#
# shellcheck disable=SC2016 # $1 is of the program that is written

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/apache.bash"
source "$BATS_TEST_DIRNAME/nginx.bash"

setup_file() { share_repositories git; }

setup() {
  make_guest
  make_apache
  make_nginx
  mkdir -p "$work/srv/code/notes"
  echo 'as it is' >"$work/srv/code/notes/page"
  put_code one
}

teardown() {
  "$program" "$configuration" stop-workers
  stop_nginx
  stop_apache
}

text() { printf 'file.%s=%s' "$1" "$(base64 -w0 <<<"$2")"; }

# A site of Django's kind for shop, at its place among several.
put_shop() {
  make_settings "$@"
  settings[1]="file.apache.conf=$(base64 -d <<<"${settings[1]#*=}" |
    sed "s|$work/srv/site|$work/srv/site/shop|; s|WSGIScriptAlias / |WSGIScriptAlias /shop |" | base64 -w0)"
  settings[2]="file.wsgi.py=$(base64 -d <<<"${settings[2]#*=}" |
    sed "s|$work/srv/site|$work/srv/site/shop|" | base64 -w0)"
  call settings beside=true "${settings[@]}"
}

# put_notes [LINE OF APACHE'S]
put_notes() {
  call settings app=notes site_kind=static beside=true "$(text apache.conf "Alias /notes $work/srv/code/notes
<Directory $work/srv/code/notes>
Require all granted
</Directory>
${1-}")" "${@:2}"
}

put_plain() {
  call settings app=plain site_kind=gunicorn-nginx beside=true \
    "$(text nginx.conf "server { listen 127.0.0.1:$nginx_port; location / { return 200 plain; } }")" "$@"
}

asked() { curl --silent --max-time 5 "http://127.0.0.1:$port/$1"; }
said_by_nginx() { [[ $(curl --silent --max-time 5 "http://127.0.0.1:$nginx_port/") == "$1" ]]; }
# One of nginx's own that has not ended yet still answers.
is_let_go() { ! said_by_nginx plain; }
has_both() { [[ $(asked shop) == "$1 one" && $(asked notes/page) == 'as it is' ]]; }
no_drafts() { [ -z "$(find "$work/srv" "$work/srv/code" -mindepth 1 -maxdepth 1 -name '.[!b]*' ! -name .lock)" ]; }

@test "two apps stand beside each other, each is exchanged alone, and one is taken off" {
  put_shop first
  has_result reloaded=true 'sites=shop'
  put_notes
  has_result reloaded=true 'sites=notes shop'
  has_both first
  put_shop second
  has_both second
  call status
  has_result 'sites=notes shop' built.site.app=shop
  call off app=notes
  has_result site=removed code=removed folders= sites=shop
  [ "$(asked shop)" = 'second one' ]
  [[ $(asked notes/page) != 'as it is' ]]
  [ ! -e "$work/srv/code/notes" ] && [ ! -e "$work/srv/site/notes" ]
  call off app=notes
  has_result site=none code=none sites=shop
  call off app=shop
  has_result site=removed code=removed 'sites='
  [ ! -e "$work/srv/.built/site" ]
  no_drafts
  mkdir "$work/srv/code/shop"
  put_code one
  put_shop third
  [ "$(asked shop)" = 'third one' ]
}

@test "settings that Apache does not accept leave both sites as they were" {
  put_shop first
  put_notes
  put_notes 'Nonsense on'
  has_error 'Apache does not accept the settings of notes: AH00526.*site/notes/apache.conf.*Nonsense.*configuration\.' \
    'The former settings are back'
  has_both first
  # No address of this machine: Apache's own test does not find that.
  put_notes 'Listen 192.0.2.7:9'
  has_error 'Apache did not load the settings of notes'
  has_both first
  no_drafts
}

@test "a site that another's files refer to is not taken off" {
  put_notes
  put_shop first "Include $work/srv//site/notes/apache.conf"
  call off app=notes
  [ "$status" -eq 1 ]
  has_error 'Apache does not accept this server without the site of notes: .*/site/notes/apache.conf.*' \
    'The site of notes is back, and notes is not taken off: correct what needs it'
  [ -e "$work/srv/code/notes/page" ]
  has_both first
  put_shop first
  call off app=notes
  has_result site=removed sites=shop
}

@test "apps behind Apache and behind nginx stand beside each other, and each lets go of its own" {
  put_shop first
  put_plain
  has_result reloaded=true 'sites=plain shop'
  await 10 said_by_nginx plain
  [ "$(asked shop)" = 'first one' ]
  call off app=shop
  has_result site=removed sites=plain
  said_by_nginx plain
  [[ $(asked shop) != 'first one' ]]
  call off app=plain
  has_result site=removed 'sites='
  await 10 is_let_go
}

@test "workers of one app go on while another is built or taken off" {
  put_shop first
  make_settings second
  put_notes '' "worker.mail=echo \"\$FOLDER_SITE\"; exec $nap"
  has_result worker.mail=up
  put_shop second
  [ "$(pgrep -u "$EUID" -cfx "$nap")" -eq 1 ]
  [ "$(sed -n 2p "$work/srv/log/notes-mail.log")" = "$work/srv/site/notes" ]
  mkdir "$work/srv/code/plain"
  put_plain "worker.beat=exec $nap"
  has_result worker.beat=up
  [ "$(ls "$work/srv/workers")" = $'notes\nplain' ]
  call off app=notes
  [ "$(pgrep -u "$EUID" -cfx "$nap")" -eq 1 ]
  [ "$(ls "$work/srv/workers")" = plain ]
  [ ! -e "$work/srv/log/notes-mail.log" ]
  put_plain
  [ "$(pgrep -u "$EUID" -cfx "$nap")" -eq 0 ]
}

@test "workers that a killed run had not put in their place are put there, beside the others" {
  put_notes '' "worker.mail=exec $nap"
  "$program" "$configuration" stop-workers
  mkdir -p "$work/srv/.workers-beside/plain"
  mv "$work/srv/workers/notes/mail" "$work/srv/.workers-beside/plain/beat"
  mkdir "$work/srv/workers/notes/mail"
  call sweep
  last_line '@exit 0'
  [ "$(ls "$work/srv/workers")" = $'notes\nplain' ]
  [ ! -e "$work/srv/.workers-beside" ]
}

@test "what stays of an app is kept unless it is to go" {
  call checkout app=shop kind=git "repository=file://$repositories/git" path=main 'folders=uploads venv' \
    folder.uploads.link=media
  echo photo >"$work/srv/kept/shop/uploads/photo"
  call off app=shop
  has_result site=none code=removed 'folders=uploads venv'
  says "What stays of shop, in $work/srv/kept/shop: uploads venv."
  [ -e "$work/srv/kept/shop/uploads/photo" ]
  call off app=shop folders=remove
  has_result code=none folders=
  [ -z "$(ls -A "$work/srv/kept")" ]
}

@test "the one site of a server is taken off, and another app's stays" {
  put_settings first
  call off app=notes
  has_result site=other code=removed
  [ "$(answer)" = 'first one' ]
  call off app=shop
  has_result site=removed code=removed
  [ -z "$(ls -A "$work/srv/site")" ]
  [[ $(answer) != 'first one' ]]
}

@test "a site of the time before several were allowed goes with the first of another app, which says so" {
  put_settings first
  put_notes
  has_result sites=notes
  says '@left-out the site of shop: it was built when this server had one app alone, and goes.' \
    'Build shop once more, and it stands beside notes'
  put_shop second
  has_both second
  # And the other way round.
  put_settings third
  [ "$(answer)" = 'third one' ]
  [ ! -e "$work/srv/site/notes" ]
}

@test "a run that was killed leaves what the next one ends" {
  put_shop first
  put_notes
  cp -r "$work/srv/site" "$work/srv/.site-old"
  rm -r "$work/srv/site/notes"
  mkdir -p "$work/srv/code/.draft-shop/half" "$work/srv/kept/.gone-shop/half"
  call sweep
  last_line '@exit 0'
  says 'The former settings are put back.'
  has_both first
  no_drafts
  [ -z "$(ls -A "$work/srv/kept")" ]
}

@test "an app of no name, and a value that is unknown, are refused" {
  call off app=../code
  [ "$status" -eq 2 ]
  call off app=shop folders=all
  has_error 'The value folders is .all.. It must be keep or remove'
  call settings app=shop beside=no "$(text apache.conf x)"
  has_error 'The value beside is .no.'
  [ -e "$work/srv/code/shop/app.py" ]
}

@test "taking off that is killed at any moment is ended by the next one, and the other app goes on" {
  local pause
  for pause in 0.03 0.06 0.1 0.15 0.2 0.3 0.45; do
    mkdir -p "$work/srv/code/notes" "$work/srv/kept/notes/uploads"
    echo 'as it is' >"$work/srv/code/notes/page"
    put_shop first
    put_notes '' "worker.mail=exec $nap"
    has_result worker.mail=up 'sites=notes shop'
    kill_off "$pause"
    call sweep
    last_line '@exit 0'
    [ "$(asked shop)" = 'first one' ]
    call off app=notes folders=remove
    last_line '@exit 0'
    has_result folders= sites=shop
    [ "$(asked shop)" = 'first one' ]
    [ "$(pgrep -u "$EUID" -cfx "$nap")" -eq 0 ]
    [ -z "$(find "$work/srv" -name '*notes*')" ]
    no_drafts
  done
}

# kill_off SECONDS: what takes notes off has so long.
kill_off() {
  local line off
  mkfifo "$work/line" && exec {line}<>"$work/line" && rm "$work/line"
  printf '%s\n' protocol=1 app=notes folders=remove '' >&"$line"
  "$program" "$configuration" off <&"$line" >/dev/null 2>&1 3>&- &
  off=$!
  sleep "$1"
  kill -KILL "$off" 2>/dev/null || true # it may have ended already
  wait "$off" || true
  exec {line}>&-
}
