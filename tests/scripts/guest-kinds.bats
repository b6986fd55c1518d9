#!/usr/bin/env bats
#
# Stories of kinds of sites: files that Apache serves as they are, an application
# server behind nginx, and a kind of the server's owner, on real programs.
#
# shellcheck disable=SC2016 # $1 is of the program that is written

source "$BATS_TEST_DIRNAME/host.bash"
source "$BATS_TEST_DIRNAME/guest.bash"
source "$BATS_TEST_DIRNAME/apache.bash"
source "$BATS_TEST_DIRNAME/nginx.bash"

setup_file() { share_repositories; }

setup() {
  make_guest
  make_apache
  make_nginx
  backend=$(free_port)
  while [[ $backend == "$port" || $backend == "$nginx_port" ]]; do backend=$((backend + 1)); done
}

teardown() {
  "$program" "$configuration" stop-workers
  stop_nginx
  stop_apache
}

text() { printf 'file.%s=%s' "$1" "$(base64 -w0 <<<"$2")"; }

put_static() {
  call settings app=shop site_kind=static "$(text apache.conf "Alias / $work/srv/code/shop/
<Directory $work/srv/code/shop>
Require all granted
</Directory>
${1-}")" "${@:2}"
}

# put_gunicorn WORD [LINE OF NGINX'S]
put_gunicorn() {
  call settings app=shop site_kind=gunicorn-nginx \
    "worker.web=exec gunicorn --config \"\$FOLDER_SITE/gunicorn.conf.py\" app:application" \
    "$(text nginx.conf "server {
  listen 127.0.0.1:$nginx_port;
  location / { proxy_pass http://127.0.0.1:$backend; }
  ${2-}
}")" "$(text gunicorn.conf.py "bind = '127.0.0.1:$backend'
raw_env = ['WORD=$1']")" "$(text .env "WORD=$1")"
}

put_application() {
  cat >"$work/srv/code/shop/app.py" <<'END'
import os, sys
sys.dont_write_bytecode = True
def application(environ, start_response):
    if environ['PATH_INFO'] == '/broken':
        raise ValueError('it hides')
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [os.environ['WORD'].encode()]
END
}

said_by_nginx() { [[ $(curl --silent --max-time 5 "http://127.0.0.1:$nginx_port/${2-}") == "$1" ]]; }

@test "a static site has one file, and Apache serves it" {
  echo 'as it is' >"$work/srv/code/shop/page"
  put_static
  has_result reloaded=true
  says 'Apache uses the settings of shop.'
  [ "$(curl --silent --max-time 5 "http://127.0.0.1:$port/page")" = 'as it is' ]
  put_static 'Nonsense on'
  has_error 'Apache does not accept the settings of shop: AH00526.*Nonsense'
  [ "$(curl --silent --max-time 5 "http://127.0.0.1:$port/page")" = 'as it is' ]
}

@test "gunicorn behind nginx is reached, and a wrong line leaves the former site" {
  put_application
  put_gunicorn one
  has_result reloaded=true worker.web=up
  await 10 said_by_nginx one
  [ "$(ls -A --ignore __pycache__ "$work/srv/site")" = $'.env\n.kind\ngunicorn.conf.py\nnginx.conf' ]
  put_gunicorn two 'nonsense on;'
  [ "$status" -eq 1 ]
  has_error 'The kind gunicorn-nginx does not accept the settings of shop: .*unknown directive "nonsense".*' \
    'The former settings are back'
  grep -q one "$work/srv/site/.env"
  said_by_nginx one
  put_gunicorn three
  has_result reloaded=true worker.web=up
  await 10 said_by_nginx three
}

@test "nginx that does not load a site goes on with the former one" {
  put_application
  put_gunicorn one
  await 10 said_by_nginx one
  put_gunicorn two 'listen 192.0.2.7:9;'
  has_error 'The kind gunicorn-nginx does not accept the settings of shop: .*bind() to 192.0.2.7:9 failed'
  printf '#!/bin/sh\n[ "$1" = configtest ] || { echo "no right to do so"; exit 1; }\n' >"$work/nginx/ctl"
  put_gunicorn two
  [ "$status" -eq 1 ]
  has_error 'The settings of shop were not loaded, as the kind gunicorn-nginx says: no right to do so\. The former'
  says 'The former settings are put back.'
  grep -q one "$work/srv/site/.env"
  printf '#!/bin/sh\n' >"$work/nginx/ctl"
  put_gunicorn two
  has_error 'as the kind gunicorn-nginx says: no process of it has begun with the new settings within 5 s'
  call workers app=shop action=start
  await 10 said_by_nginx one
}

@test "what the logs of a kind say since a build began is told" {
  local since
  put_application
  put_gunicorn one
  since=$output
  await 10 said_by_nginx one
  curl --silent --max-time 5 "http://127.0.0.1:$nginx_port/broken" >/dev/null
  call errors app=shop site_kind=gunicorn-nginx "since.inode=$(sed -n 's/^@result log.inode=//p' <<<"$since")" \
    "since.size=$(sed -n 's/^@result log.size=//p' <<<"$since")"
  last_line '@exit 0'
  grep -qE '^@result line.[0-9]+=ValueError: it hides' <<<"$output" || { echo "$output" && false; }
  since=$output
  call errors app=shop site_kind=gunicorn-nginx "since.inode=$(sed -n 's/^@result log.inode=//p' <<<"$since")" \
    "since.size=$(sed -n 's/^@result log.size=//p' <<<"$since")"
  last_line '@exit 0'
  [[ $output != *'@result line.'* ]] || { echo "$output" && false; }
}

@test "a site of another kind has the web server of the former one let go of it" {
  put_application
  put_gunicorn one
  await 10 said_by_nginx one
  put_code django
  put_settings first
  has_result reloaded=true
  [ "$(answer)" = 'first django' ]
  run ! said_by_nginx one
  # Its worker is no worker of this site.
  run ! pgrep -u "$EUID" -f "$work/srv/site/gunicorn.conf.py"
  [ ! -e "$work/srv/workers" ]
  put_application
  put_gunicorn two
  await 10 said_by_nginx two
  [ "$(answer)" != 'first django' ]
}

@test "a first site of another kind that is refused gives Apache its site back" {
  put_code django
  put_settings first
  put_gunicorn two 'nonsense on;'
  [ "$status" -eq 1 ]
  [ "$(answer)" = 'first django' ]
  [ ! -e "$work/srv/workers" ]
}

@test "a server's owner has kinds of their own" {
  mkdir -p "$work/kinds/plain"
  echo "kinds=$work/kinds" >>"$configuration"
  echo only.ini >"$work/kinds/plain/files"
  printf '#!/bin/sh\n! grep -n wrong only.ini\n' >"$work/kinds/plain/check"
  printf '#!/bin/sh\ncp only.ini "$folder/loaded.$APP"\n' >"$work/kinds/plain/reload"
  chmod +x "$work/kinds/plain"/{check,reload}
  call settings app=shop site_kind=plain "$(text only.ini right)"
  has_result reloaded=true
  [ "$(<"$work/srv/loaded.shop")" = right ]
  call settings app=shop site_kind=plain "$(text only.ini wrong)"
  has_error 'The kind plain does not accept the settings of shop: 1:wrong. The former settings are back'
  [ "$(<"$work/srv/site/only.ini")" = right ]
  call settings app=shop site_kind=plain "$(text other.ini right)"
  has_error 'file.only.ini is missing'
}

@test "a kind that a server does not know, and a name that is none, are refused" {
  call settings app=shop site_kind=nonsense "$(text only.ini right)"
  [ "$status" -eq 2 ]
  has_error 'This server knows no site of the kind nonsense: there is no folder nonsense in'
  call settings app=shop site_kind=../static "$(text apache.conf right)"
  has_error 'It must be the kind of a site'
  call settings app=shop site_kind=static "$(text .hidden x)"
  has_error "'.hidden' is no name of a site's file"
  [ -z "$(ls -A "$work/srv/site")" ]
}
