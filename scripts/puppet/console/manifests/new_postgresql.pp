# A PostgreSQL that is new enough. Where it is not, what comes behind this is left: a folder that an older one has made
# is none that a newer one starts on.
#
# @param least its major version
# @param newer how a newer one is had
define console::new_postgresql (
  Integer $least,
  String[1] $newer,
) {
  $found = "psql --version | grep -oE '[0-9.]+' | head -n 1"
  exec { $title:
    command   => "echo \"psql, ${least} or newer: it is \$(${found}). Install a newer one: ${newer}\"; exit 1",
    unless    => "${found} | awk '{ found = \$1 + 0 } END { exit !(found >= ${least}) }'",
    path      => ['/usr/local/bin', '/usr/bin', '/bin'],
    provider  => shell,
    logoutput => on_failure,
  }
}
