# A module of SELinux's, which is a file of this module, TITLE.cil; nothing where there is no SELinux.
define console::selinux_policy () {
  if $facts.dig('os', 'selinux', 'enabled') {
    $file = "/run/${title}.cil"
    $text = file("console/${title}.cil")
    exec { "SELinux's module ${title}":
      command  => "cat >${file} <<'END' && semodule --install ${file} && rm ${file}\n${text}END\n",
      unless   => "semodule --list-modules | grep -qxF ${title}",
      path     => ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      provider => shell,
    }
  }
}
