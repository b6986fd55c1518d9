# A file of this module with its {NAME} filled in.
function console::fill(String[1] $file, Hash[String, String] $values) >> String {
  $values.reduce(file("console/${file}")) |$text, $pair| {
    $text.regsubst("\\{${pair[0]}\\}", $pair[1], 'G')
  }
}
