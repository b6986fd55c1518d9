# Packages, a blank between their names.
define console::packages () {
  $title.split(' ').each |$one| {
    unless defined(Package[$one]) {
      package { $one: ensure => present }
    }
  }
}
