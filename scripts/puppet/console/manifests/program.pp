# A program of the console on a host, its user, and the keys that may start it. Used by the classes of this module.
#
# @param keys public keys of the console; without one, the console is on this machine and needs no ssh
# @param user who runs it
# @param group a further group of the user's
# @param lines its configuration
define console::program (
  Array[String[1]] $keys,
  String[1] $user,
  String[1] $lines,
  Optional[String] $group = undef,
) {
  $names = console::names()
  $settings = '/etc/console'
  $place = '/opt/console/scripts'

  unless defined(Console::User[$user]) {
    console::user { $user:
      group => $group,
    }
  }

  # Puppet does not say which of its files are programs: all of them may be started.
  [$title, 'shared'].each |$folder| {
    unless defined(File["${place}/${folder}"]) {
      file { "${place}/${folder}":
        ensure  => directory,
        source  => "puppet:///modules/console/${folder}",
        recurse => true,
        purge   => true,
        force   => true,
        links   => follow,
        owner   => 'root',
        group   => 'root',
        mode    => '0755',
      }
    }
  }
  ['/opt/console', $place, $settings].each |$folder| {
    unless defined(File[$folder]) {
      file { $folder:
        ensure => directory,
        owner  => 'root',
      }
    }
  }
  file { "${settings}/${title}.conf":
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => $lines,
  }

  unless $keys.empty {
    $start = "${place}/${title}/${title} ${settings}/${title}.conf"
    $allowed = $keys.map |$key| {
      $words = $key.split(/\s+/)
      "restrict,command=\"${start}\" ${words[0]} ${words[1]}\n"
    }
    file { "${settings}/${title}.keys":
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => $allowed.join(''),
    }
    file { "/etc/ssh/sshd_config.d/console-${title}.conf":
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => console::fill('sshd.conf', { 'user' => $user, 'authorized_keys' => "${settings}/${title}.keys" }),
      notify  => Service[$names['ssh_service']],
    }
    console::service { $names['ssh_service']: }
  }
}
