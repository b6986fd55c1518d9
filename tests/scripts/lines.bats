#!/usr/bin/env bats
#
# Stories of the lines that the host programs' output-filter makes of what
# programs write, wherever their pieces are cut.
#
# shellcheck disable=SC2059 # the texts are formats

source "$BATS_TEST_DIRNAME/host.bash"

setup() {
  export BATS_TEST_TIMEOUT=120
  cat >"$BATS_TEST_TMPDIR/cut" <<'END'
# Usage: cut FILTER < TEXT: the filter's answers to TEXT, cut once at each of its bytes, each between two marks.
use strict;
use warnings;
my $text = do { local $/; <STDIN> };
for my $cut (0 .. length $text) {
  open my $filter, '|-', $ARGV[0] or die;
  give($filter, "word\n" . substr $text, 0, $cut);
  give($filter, substr($text, $cut) . "word\@exit 0\n");
  close $filter;
}
# The next piece comes when this one has been read.
sub give {
  my ($filter, $piece) = @_;
  syswrite $filter, $piece;
  my $left = pack 'L', 1;
  do { ioctl $filter, 0x541B, $left or die } while unpack 'L', $left;
}
END
}

# makes TEXT LINES: TEXT as printf takes it.
makes() {
  local answers
  answers=$(printf "$1" | perl "$BATS_TEST_TMPDIR/cut" "$scripts/shared/output-filter" | sort -u)
  [ "$answers" = "$(printf "$2"'@exit 0\n' | sort -u)" ] || { printf '%s: %q\n' "$1" "$answers" && return 1; }
}

@test "a progress that is drawn into one line is one line" {
  makes 'one\ntwo\r\nthree' 'one\ntwo\nthree\n'
  makes '10%%\r50%%\r100%%\nnext\n' '100%%\nnext\n'
  makes '10%%\r100%%\r\nnext\n' '100%%\nnext\n'
  makes '10%%\r99%%' '99%%\n'
  makes 'Downloading\r\e[KInstalling\r\e[K\ndone\n' '\e[KInstalling\ndone\n'
  makes '100%%\r        \rnext\r\n' 'next\n'
  makes ' \n' ' \n'
  makes '\e[2K\e[1G10%%\e[2K\e[0G50%%\e[2K\e[G100%%\nnext\n' '100%%\nnext\n'
}

@test "what is written over is no way to a line of the program's own" {
  makes 'x\r@exit 3\r\n' ' @exit 3\n'
  makes '@error a\r@error b\r  \n' ' @error b\n'
  makes 'x\e[1G@exit 3\n' ' @exit 3\n'
  makes '@result a=1' ' @result a=1\n'
}

@test "a progress of any length is one line, and what is around it stays" {
  local answer
  answer=$({
    printf 'word\nbefore\n'
    seq --format='%g of 200000' 200000 | tr '\n' '\r'
    printf 'word@result a=1\nword@exit 0\n'
  } | "$scripts/shared/output-filter")
  [ "$answer" = $'before\n200000 of 200000\n@result a=1\n@exit 0' ] || { echo "$answer" && false; }
  answer=$({
    printf 'word\n100%%\r'
    head -c 300000 /dev/zero
    printf '\nafter\nword@exit 0\n'
  } | "$scripts/shared/output-filter" | tr -d '\0')
  [[ $answer == *$'\nafter\n@exit 0' ]]
}
