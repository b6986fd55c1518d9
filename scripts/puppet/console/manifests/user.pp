# A user of the system's with a shell, as sshd starts programs by it.
#
# @param group a further group of the user's
define console::user (
  Optional[String] $group = undef,
) {
  $groups = $group ? {
    undef   => [],
    ''      => [],
    default => [$group],
  }
  unless defined(User[$title]) {
    group { $title:
      ensure => present,
      system => true,
    }
    -> user { $title:
      ensure     => present,
      system     => true,
      comment    => 'test server console',
      gid        => $title,
      groups     => $groups,
      membership => minimum,
      home       => "/var/lib/${title}-home",
      managehome => true,
      password   => '*',
      shell      => '/bin/bash',
    }
  }
}
