# A label of SELinux's for a folder, which is the title, and for all in it; nothing where there is no SELinux.
#
# @param type the label
define console::selinux_label (
  String[1] $type,
) {
  if $facts.dig('os', 'selinux', 'enabled') {
    exec { "SELinux's label of ${title}":
      command  => "semanage fcontext --add --type ${type} '${title}(/.*)?' && restorecon -R ${title}",
      unless   => "semanage fcontext --list --locallist | grep -qF '${title}(/.*)?'",
      path     => ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      provider => shell,
    }
  }
}
