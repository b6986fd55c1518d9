# PostgreSQL's own folder, as this release of the system names it; of one that names.yaml does not know, somebody has to
# say it.
function console::postgresql_data(Hash $names, Hash[String, String] $given) >> String {
  $release = $facts['os']['release']['major']
  $version = $names["postgresql_${release}"]
  if $given['data_directory'] {
    $given['data_directory']
  } elsif $names['postgresql_data'] !~ /\{version\}/ or $version {
    $names['postgresql_data'].regsubst('\{version\}', "${version}")
  } else {
    $known = $names.keys.filter |$key| { $key =~ /\Apostgresql_\d/ }.map |$key| { $key.regsubst('postgresql_', '') }
    fail("console: which PostgreSQL ${facts['os']['name']} ${release} has is not known; known are the releases \
${known.join(', ')}. Say where its data are: settings => { 'data_directory' => '/var/lib/postgresql/VERSION/main' }")
  }
}
