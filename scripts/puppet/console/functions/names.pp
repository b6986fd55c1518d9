# What this system calls what is needed; its family is one of names.yaml.
function console::names() >> Hash {
  $family = $facts['os']['family'].downcase
  $names = lookup('console::names', Hash)
  unless $names[$family] {
    fail("console: ${facts['os']['name']} is neither of Debian's family nor of Red Hat's; docs/install.md of the \
console says how a host is set up by hand")
  }
  $names[$family]
}
