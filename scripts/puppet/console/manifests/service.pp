# A service that runs, is started with the machine, and reads its files again where they have changed.
#
# @param verb what it takes to read them
define console::service (
  Enum['reload', 'restart'] $verb = 'reload',
) {
  unless defined(Service[$title]) {
    service { $title:
      ensure  => running,
      enable  => true,
      restart => "service ${title} ${verb}",
    }
  }
}
