# The VM host, on which the test server console itself runs: what `scripts/install-host vm` makes. The console's program
# comes by its package; or to /opt/console/app, and then it gets a unit and its files for Apache from here.
#
#   node /^kvm1\./ {
#     class { 'console::vm_host': }
#   }
#
# @param user who runs the console
# @param group the group that libvirt answers, which is there; left out, libvirt's own where this machine has it
# @param packaged whether the console is installed by its package; left out, whether its unit is there already. Where
#   the same catalog installs the package, say true
class console::vm_host (
  String[1] $user = 'console',
  Optional[String[1]] $group = undef,
  Boolean $packaged = $facts['console_package'] == true,
) {
  $names = console::names()
  $settings = '/etc/console'
  $place = '/opt/console'
  $web_service = $names['web_service']
  $web_group = $names['web_group']

  $packages_of_selinux = $names['selinux_packages'] ? {
    undef   => [],
    default => [$names['selinux_packages']],
  }
  console::packages { [$names['vm_packages']] + $packages_of_selinux: }
  $of_libvirt = $group ? {
    undef   => $names['virtual_machines_group'],
    default => $group,
  }
  # Where libvirt is on other machines alone, nothing has made its group.
  exec { "usermod --append --groups ${of_libvirt} ${user}":
    onlyif   => $group ? {
      undef   => "getent group ${of_libvirt}",
      default => 'true',
    },
    unless   => "id --name --groups ${user} | grep -qw ${of_libvirt}",
    path     => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
    provider => shell,
    require  => Console::Packages[$names['vm_packages']],
  }
  # The package's account stays as it is.
  unless $packaged {
    console::user { $user:
      require => Console::Packages[$names['vm_packages']],
      before  => [File["${settings}/known_hosts"], Exec["usermod --append --groups ${of_libvirt} ${user}"]],
    }
  }
  file {
    "${settings}/known_hosts":
      ensure => file,
      owner  => $user,
      group  => $user,
      mode   => '0644';
    "${settings}/users":
      ensure => file,
      owner  => 'root',
      group  => $web_group,
      mode   => '0640';
  }
  unless defined(File[$settings]) {
    file { $settings:
      ensure => directory,
      owner  => 'root',
    }
  }
  ['guest_key', 'db_key'].each |$key| {
    exec { "ssh-keygen -q -t ed25519 -N '' -C ${key} -f ${settings}/${key}":
      creates => "${settings}/${key}",
      path    => ['/usr/bin', '/bin'],
      require => File[$settings],
    }
    -> file { ["${settings}/${key}", "${settings}/${key}.pub"]:
      owner => $user,
      group => $user,
    }
  }

  # Where SELinux is: the socket's folder is Apache's to write in, as a connection is, and who serves there may be
  # spoken to. No boolean of SELinux's allows the latter.
  console::selinux_label { '/var/run/console':
    type    => 'httpd_var_run_t',
    require => Console::Packages[$names['vm_packages']],
  }
  console::selinux_policy { 'console_front':
    require => Console::Packages[$names['vm_packages']],
  }

  console::service { $web_service:
    verb => 'restart',
  }
  if $names['web_modules'] {
    $names['web_modules'].split(' ').each |$module| {
      exec { "a2enmod --quiet ${module}":
        creates => "/etc/apache2/mods-enabled/${module}.load",
        path    => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
        require => Console::Packages[$names['vm_packages']],
        before  => Service[$web_service],
        notify  => Service[$web_service],
      }
    }
  }
  if $packaged {
    exec { 'a2enconf --quiet console-limits':
      creates => "${names['web_links']}/console-limits.conf",
      path    => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      notify  => Service[$web_service],
    }
    exec { 'a2ensite --quiet console':
      unless   => "grep -Rqs '^[^#]*apache-proxy.conf' /etc/apache2/sites-enabled /etc/apache2/conf-enabled",
      path     => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      provider => shell,
      require  => Console::Packages[$names['vm_packages']],
      notify   => Service[$web_service],
    }
  } else {
    $fronts = {
      'console-a-limits.conf' => "Include ${place}/apache-limits.conf\n",
      'console-front.conf'    => console::fill('front.conf', { 'path' => '/console', 'place' => $place }),
    }
    unless defined(File[$place]) {
      file { $place:
        ensure => directory,
        owner  => 'root',
        group  => 'root',
        mode   => '0755',
      }
    }
    file {
      default:
        owner => 'root',
        group => 'root',
        mode  => '0644';
      '/etc/systemd/system/console.service':
        content => console::fill('console.service', { 'user' => $user, 'place' => $place, 'settings' => $settings });
      '/etc/tmpfiles.d/console.conf':
        content => console::fill('tmpfiles.conf', { 'user' => $user, 'web_group' => $web_group });
      '/run/console':
        ensure  => directory,
        owner   => $user,
        group   => $web_group,
        mode    => '2750',
        require => Console::User[$user];
    }
    exec { 'systemd reads the unit of the console':
      command     => 'systemctl daemon-reload || test ! -d /run/systemd/system',
      path        => ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      provider    => shell,
      refreshonly => true,
      subscribe   => File['/etc/systemd/system/console.service'],
    }
    ['apache-limits.conf', 'apache-proxy.conf'].each |$one| {
      file { "${place}/${one}":
        owner  => 'root',
        group  => 'root',
        mode   => '0644',
        source => "puppet:///modules/console/${one}",
        links  => follow,
        notify => Service[$web_service],
      }
    }
    $fronts.each |$one, $content| {
      file { "${names['web_files']}/${one}":
        owner   => 'root',
        group   => 'root',
        mode    => '0644',
        content => $content,
        require => [File["${place}/apache-limits.conf", "${place}/apache-proxy.conf"], Console::User[$user]],
        notify  => Service[$web_service],
      }
      if $names['web_links'] {
        $files = $names['web_files'].split('/')
        file { "${names['web_links']}/${one}":
          ensure  => link,
          target  => "../${files[-1]}/${one}",
          require => File["${names['web_files']}/${one}"],
          notify  => Service[$web_service],
        }
      }
    }
  }
}
