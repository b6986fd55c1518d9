# A server, on which the test server console puts apps: what `scripts/install-host guest` makes.
#
#   node /^qa\d+\./ {
#     class { 'console::guest':
#       keys         => ['ssh-ed25519 AAAA...'],
#       repositories => ['svn://svn.example.com', 'https://git.example.com/team'],
#     }
#   }
#
# @param keys public keys of the console
# @param repositories where code may come from
# @param packages what the apps need of the system's packages
# @param user who owns the apps, and runs the program
# @param folder where apps are put
# @param settings further lines of the program's configuration, as guest.conf.example explains them
class console::guest (
  Array[String[1], 1] $keys,
  Array[String[1], 1] $repositories,
  Array[String[1]] $packages = [],
  String[1] $user = 'console',
  String[1] $folder = '/srv/app',
  Hash[String, String] $settings = {},
) {
  $names = console::names()
  $apachectl = '/usr/local/sbin/console-apachectl'

  unless $packages.empty {
    console::packages { $packages.join(' '): }
  }
  $kinds = ['guest_packages', 'perl_packages', 'perl_system_packages', 'selinux_packages']
  $needed = $names.filter |$kind, $list| { $kind in $kinds and $list }.values.join(' ')
  console::packages { $needed: }
  -> console::program { 'guest':
    keys  => $keys,
    user  => $user,
    group => $names['web_log_group'],
    lines => console::lines('guest', {
        'folder'           => $folder,
        'repositories'     => $repositories.join(' '),
        'apachectl'        => $apachectl,
        'apache_pid_file'  => $names['web_pid_file'],
        'apache_service'   => $names['web_pid_service'],
        'apache_error_log' => $names['web_error_log'],
    }, $settings),
  }
  -> file {
    default:
      owner => 'root',
      group => 'root',
      mode  => '0644';
    $folder:
      ensure => directory,
      owner  => $user,
      group  => $user,
      mode   => '0755';
    $apachectl:
      mode    => '0755',
      content => console::fill('console-apachectl', {
          'web_control' => $names['web_control'],
          'web_program' => $names['web_program'],
          'web_service' => $names['web_service'],
      });
    '/etc/sudoers.d/console-guest':
      mode         => '0440',
      content      => console::fill('sudoers', { 'user' => $user, 'apachectl' => $apachectl }),
      validate_cmd => '/usr/sbin/visudo --check --file=%';
    "${names['web_files']}/console-site.conf":
      content => console::fill('site.conf', { 'folder' => $folder }),
      notify  => Service[$names['web_service']];
  }

  if $names['web_links'] {
    $files = $names['web_files'].split('/')
    file { "${names['web_links']}/console-site.conf":
      ensure  => link,
      target  => "../${files[-1]}/console-site.conf",
      require => File["${names['web_files']}/console-site.conf"],
      notify  => Service[$names['web_service']],
    }
  }
  console::service { $names['web_service']: }

  console::selinux_label { $folder:
    type    => 'httpd_sys_content_t',
    require => [Console::Packages[$needed], File[$folder]],
  }
  if $facts.dig('os', 'selinux', 'enabled') {
    exec { "SELinux's httpd_can_network_connect_db":
      command  => 'setsebool -P httpd_can_network_connect_db on',
      unless   => 'getsebool httpd_can_network_connect_db | grep -q on$',
      path     => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      provider => shell,
    }
  }
}
