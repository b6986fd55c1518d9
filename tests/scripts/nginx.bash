#!/usr/bin/env bash
#
# An nginx of this user's own, for the stories of kinds of sites.

make_nginx() {
  nginx_port=$(free_port)
  mkdir -p "$work/nginx" "$work/srv/site"
  cat >"$work/nginx/nginx.conf" <<END
$( ((EUID != 0)) || echo 'user root;')
worker_processes 1;
pid $work/nginx/nginx.pid;
error_log $work/nginx/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $work/nginx/body;
  proxy_temp_path $work/nginx/proxy;
  fastcgi_temp_path $work/nginx/fastcgi;
  uwsgi_temp_path $work/nginx/uwsgi;
  scgi_temp_path $work/nginx/scgi;
  include $work/srv/site/nginx[.]conf;
}
END
  cat >"$work/nginx/ctl" <<END
#!/bin/sh
# Its own lines before it has read where they go are of no use here.
[ "\$1" != configtest ] || exec nginx -q -c $work/nginx/nginx.conf -e $work/nginx/error.log -t
kill -0 "\$(cat $work/nginx/nginx.pid 2>/dev/null)" 2>/dev/null && set -- -s reload || set --
exec nginx -c $work/nginx/nginx.conf -e $work/nginx/error.log "\$@"
END
  chmod +x "$work/nginx/ctl"
  : >"$work/nginx/error.log"
  cat >>"$configuration" <<END
nginx=$work/nginx/ctl
nginx_pid_file=$work/nginx/nginx.pid
nginx_error_log=$work/nginx/error.log
END
}

stop_nginx() {
  end_by_file "$work/nginx/nginx.pid"
  await 10 test ! -e "$work/nginx/nginx.pid"
}
