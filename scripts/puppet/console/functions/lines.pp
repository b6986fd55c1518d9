# The configuration of a program: what is given goes before what is usual, and what is empty is left out.
function console::lines(String[1] $program, Hash $usual, Hash[String, String] $given) >> String {
  $lines = ($usual + $given).filter |$key, $value| { $value and "${value}" != '' }
  $first = "# What the test server console may do on this host; /opt/console/scripts/${program}/${program}.conf.example"
  $all = ["${first} says what each line is."] + $lines.map |$key, $value| { "${key}=${value}" }
  "${all.join("\n")}\n"
}
