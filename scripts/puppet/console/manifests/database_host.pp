# A database host of the test server console: what `scripts/install-host database` makes.
#
#   node /^db\d+\./ {
#     class { 'console::database_host':
#       keys      => ['ssh-ed25519 AAAA...'],
#       guests    => ['192.168.122.0/24'],
#       backups   => '/srv/dumps',
#       passwords => { 'shop' => Sensitive('...') },
#     }
#   }
#
# @param backups where dumps lie: a folder; [USER@]HOST, from which a key that is made here fetches them by sftp; or,
#   with ssh_config in settings, a destination that this file knows
# @param backups_host_keys the host keys of that HOST, as 'ssh-ed25519 AAAA...'; without them its file of known hosts is
#   the administrator's
# @param keys public keys of the console; none where it is on this machine
# @param guests networks from which apps reach PostgreSQL
# @param passwords the roles that own apps' databases, each with its password
# @param user who runs the program
# @param folder for locks, and dumps while they are fetched
# @param settings further lines of the program's configuration, as database-host.conf.example explains them
class console::database_host (
  String[1] $backups,
  Array[String[1]] $keys = [],
  Array[String[1]] $backups_host_keys = [],
  Array[String[1]] $guests = [],
  Hash[Pattern[/\A[a-z_][a-z0-9_]{0,62}\z/], Sensitive[String[1]]] $passwords = {},
  String[1] $user = 'console',
  String[1] $folder = '/var/lib/console-database',
  Hash[String, String] $settings = {},
) {
  $names = console::names()
  $config = '/etc/console/database-host.conf'
  $prepare = '/opt/console/scripts/database-host/prepare-postgresql'

  $way = '/etc/console/backups'
  # A folder needs no way, and an ssh_config of the administrator's has its own.
  $fetches = $backups !~ /\A\// and !$settings['ssh_config']
  if $fetches and $backups !~ /\A(?:[a-z_][a-z0-9_.-]*@)?[A-Za-z0-9.:-]+\z/ {
    fail("console: backups is '${backups}', which is neither a folder nor [USER@]HOST")
  }

  $kinds = ['database_packages', 'perl_packages', 'perl_system_packages']
  $needed = $names.filter |$kind, $list| { $kind in $kinds and $list }.values.join(' ')
  console::packages { $needed: }
  -> console::program { 'database-host':
    keys  => $keys,
    user  => $user,
    lines => console::lines('database-host', {
        'socket'         => '/var/run/postgresql',
        'port'           => '5432',
        'role'           => 'console',
        'user'           => $user,
        'apps'           => $passwords.keys.join(' '),
        'guests'         => $guests.join(' '),
        'folder'         => $folder,
        'backups'        => $fetches ? { true => 'backups', default => $backups },
        'ssh_config'     => $fetches ? { true => "${way}.ssh", default => '' },
        'jobs'           => '2',
        'data_directory' => console::postgresql_data($names, $settings),
    }, $settings),
  }
  -> file {
    $folder:
      ensure => directory,
      owner  => $user,
      group  => $user,
      mode   => '0700';
    '/etc/console/passwords':
      ensure => directory,
      owner  => 'root',
      group  => 'root',
      mode   => '0700';
  }
  $passwords.each |$role, $password| {
    file { "/etc/console/passwords/${role}":
      owner   => 'root',
      group   => 'root',
      mode    => '0600',
      content => Sensitive("${password.unwrap}\n"),
      before  => Exec['PostgreSQL knows the console'],
    }
  }

  if $fetches {
    console::way_to_backups { $backups:
      way       => $way,
      user      => $user,
      host_keys => $backups_host_keys,
      require   => Console::Program['database-host'],
    }
  }

  if $facts['os']['family'] == 'RedHat' {
    console::new_postgresql { 'PostgreSQL is new enough':
      least   => 15,
      newer   => $names['postgresql_newer'],
      require => Console::Packages[$needed],
    }
    -> exec { '/usr/bin/postgresql-setup --initdb':
      creates => "${names['postgresql_data']}/PG_VERSION",
      before  => Service['postgresql'],
    }
  }
  console::service { 'postgresql': }
  exec { 'PostgreSQL knows the console':
    command => "${prepare} ${config}",
    unless  => "${prepare} --check ${config}",
    path    => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
    require => [Console::Program['database-host'], Service['postgresql']],
  }
}
