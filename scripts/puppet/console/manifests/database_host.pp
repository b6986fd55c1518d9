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
# @param backups a folder with dumps, or a destination that the file of ssh_config in settings knows
# @param keys public keys of the console; none where it is on this machine
# @param guests networks from which apps reach PostgreSQL
# @param passwords the roles that own apps' databases, each with its password
# @param user who runs the program
# @param folder for locks, and dumps while they are fetched
# @param settings further lines of the program's configuration, as database-host.conf.example explains them
class console::database_host (
  String[1] $backups,
  Array[String[1]] $keys = [],
  Array[String[1]] $guests = [],
  Hash[Pattern[/\A[a-z_][a-z0-9_]{0,62}\z/], Sensitive[String[1]]] $passwords = {},
  String[1] $user = 'console',
  String[1] $folder = '/var/lib/console-database',
  Hash[String, String] $settings = {},
) {
  $names = console::names()
  $config = '/etc/console/database-host.conf'
  $prepare = '/opt/console/scripts/database-host/prepare-postgresql'
  $version = $names["postgresql_${facts['os']['release']['major']}"]

  console::packages { $names['database_packages']: }
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
        'backups'        => $backups,
        'jobs'           => '2',
        'data_directory' => $names['postgresql_data'].regsubst('\{version\}', "${version}"),
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

  if $facts['os']['family'] == 'RedHat' {
    exec { '/usr/bin/postgresql-setup --initdb':
      creates => "${names['postgresql_data']}/PG_VERSION",
      require => Console::Packages[$names['database_packages']],
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
