# How dumps are fetched from [USER@]HOST, which is the title: a key that does nothing else, and a file of ssh_config.
# That the key is let in there is the administrator's to see to; `install-host database --check` says whether it is.
# Used by console::database_host.
#
# @param way the files, without the ends of their names
# @param user who fetches
# @param host_keys the host keys of HOST; without them its file of known hosts is the administrator's
define console::way_to_backups (
  String[1] $way,
  String[1] $user,
  Array[String[1]] $host_keys,
) {
  $words = $title.split('@')
  $host = $words[-1]
  $account = $words.length ? {
    1       => 'console-dumps',
    default => $words[0],
  }
  file { "${way}.ssh":
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => console::fill('backups.ssh', {
        'host'        => $host,
        'account'     => $account,
        'key'         => "${way}.key",
        'known_hosts' => "${way}.known_hosts",
    }),
  }
  exec { "ssh-keygen -q -t ed25519 -N '' -C backups.key -f ${way}.key":
    creates => "${way}.key",
    path    => ['/usr/bin', '/bin'],
  }
  -> file {
    default:
      owner => $user,
      group => $user;
    "${way}.key":
      mode => '0600';
    "${way}.key.pub":
      mode => '0644';
  }
  unless $host_keys.empty {
    $lines = $host_keys.map |$key| {
      $parts = $key.split(/\s+/)
      "${host} ${parts[0]} ${parts[1]}\n"
    }
    file { "${way}.known_hosts":
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => $lines.join(''),
    }
  }
}
