#!/usr/bin/env bash
#
# An Apache with mod_wsgi of this user's own, for the stories of settings.

make_apache() {
  port=$(free_port)
  modules=/usr/lib/apache2/modules
  mkdir -p "$work/run" "$work/srv/code/shop"
  cat >"$work/httpd.conf" <<END
ServerRoot $work
ServerName localhost
Listen 127.0.0.1:$port
PidFile $work/run/apache.pid
DefaultRuntimeDir $work/run
Mutex file:$work/run default
ErrorLog $work/error.log
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule alias_module $modules/mod_alias.so
LoadModule wsgi_module $modules/mod_wsgi.so
# A socket's name is short.
WSGISocketPrefix $(mktemp -u /tmp/console-wsgi.XXXXXX)
IncludeOptional $work/srv/site/apache.conf
END
  cat >"$work/apachectl" <<END
#!/bin/sh
[ "\$1" != configtest ] || exec apache2 -f $work/httpd.conf -t
exec apache2 -f $work/httpd.conf -k "\$1"
END
  chmod +x "$work/apachectl"
  cat >>"$configuration" <<END
apachectl=$work/apachectl
apache_pid_file=$work/run/apache.pid
END
}

stop_apache() {
  end_by_file "$work/run/apache.pid"
  await 10 test ! -e "$work/run/apache.pid"
}

put_code() { echo "word = '$1'" >"$work/srv/code/shop/app.py"; }

# put_settings WORD [LINE OF APACHE'S]
put_settings() {
  make_settings "$@"
  call settings "${settings[@]}"
}

# Sets settings, the values of the verb.
make_settings() {
  local site=$work/srv/site conf wsgi
  conf="WSGIDaemonProcess shop processes=2 threads=2
WSGIProcessGroup shop
WSGIApplicationGroup %{GLOBAL}
WSGIScriptAlias / $site/wsgi.py
<Directory $site>
Options None
Require all granted
</Directory>
# shop
${2-}"
  wsgi="import sys
sys.dont_write_bytecode = True
sys.path[:0] = ['$site', '$work/srv/code/shop']
import app, settings
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [(settings.word + ' ' + app.word).encode()]"
  settings=(app=shop "file.apache.conf=$(base64 -w0 <<<"$conf")" "file.wsgi.py=$(base64 -w0 <<<"$wsgi")"
  "file.settings.py=$(base64 -w0 <<<"word = '$1'")")
}

answer() { curl --silent --max-time 10 "http://127.0.0.1:$port/"; }
