# A service that runs, is started with the machine, and reads its files again where they have changed: by a restart when
# a socket starts it, as an sshd ends then that is told to read them. Who starts it is the administrator's: where its
# socket is open, the socket is opened with the machine, and the service stays as it is.
#
# @param verb what it takes to read them
define console::service (
  Enum['reload', 'restart'] $verb = 'reload',
) {
  unless defined(Service[$title]) {
    $by_socket = "systemctl --quiet is-active ${title}.socket 2>/dev/null"
    service { $title:
      ensure  => running,
      status  => "${by_socket} || service ${title} status",
      restart => "if ${by_socket}; then systemctl try-restart ${title}; else service ${title} ${verb}; fi",
    }
    -> exec { "${title} is started with the machine":
      command  => "if ${by_socket}; then systemctl enable ${title}.socket; else systemctl enable ${title}; fi",
      unless   => "if ${by_socket}; then systemctl --quiet is-enabled ${title}.socket; \
else systemctl --quiet is-enabled ${title}; fi",
      path     => ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      provider => shell,
    }
  }
}
