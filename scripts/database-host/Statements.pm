package Statements;
#
# Cuts a script of pg_restore into its statements, as psql would: quotes,
# dollar quotes, comments, brackets, and the bodies of SQL functions that are
# written between BEGIN ATOMIC and END. What psql would obey is left out: a
# line that begins with a backslash where a statement may begin.

use strict;
use warnings;

# cut TEXT: a list of [number of the entry or 0, statement, its words].
sub cut {
  my ($text) = @_;
  my (@found, @words, $entry, $depth, $begins, $start) = ();
  ($entry, $depth, $begins) = (0, 0, 0);
  $start = 0;
  pos($text) = 0;
  my $end = sub {
    my $statement = substr $text, $start, pos($text) - $start;
    $statement =~ s/^\s+|[\s;]+$//g;
    push @found, [$entry, $statement, [@words]] if @words;
    (@words, $depth, $begins) = ();
    ($depth, $begins, $start) = (0, 0, pos $text);
  };
  while (pos($text) < length $text) {
    if ($text =~ /\G\s+/gc) { next }
    if (!@words && $text =~ /\G\\[^\n]*/gc) { $start = pos $text; next }
    if ($text =~ /\G--([^\n]*)/gc) {
      my $comment = $1;
      $entry = $1 if !@words && $comment =~ /^ TOC entry (\d+) /;
      $start = pos $text if !@words;
      next;
    }
    if ($text =~ m{\G/\*}gc) { skip_comment(\$text); $start = pos $text if !@words; next }
    if ($text =~ /\G[eE]'((?:[^'\\]|\\.|'')*)'/gcs || $text =~ /\G'((?:[^']|'')*)'/gcs) { push @words, "'"; next }
    if ($text =~ /\G"((?:[^"]|"")*)"/gcs) { push @words, "\"$1"; next }
    if ($text =~ /\G(\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$)/gc) {
      my $tag = $1;
      $text =~ /\G.*?\Q$tag\E/gcs or pos($text) = length $text;
      push @words, "'";
      next;
    }
    if ($text =~ /\G([A-Za-z_\x80-\xff][A-Za-z0-9_\$\x80-\xff]*)/gc) {
      my $word = lc $1;
      push @words, $word;
      if ($depth == 0 && is_function(\@words)) {
        if ($word eq 'begin') { $begins++ }
        elsif ($word eq 'case') { $begins++ if $begins }
        elsif ($word eq 'end') { $begins-- if $begins }
      }
      next;
    }
    if ($text =~ /\G;/gc) { $end->() if $depth == 0 && $begins == 0; next }
    $text =~ /\G(.)/gcs;
    push @words, $1;
    $depth++ if $1 eq '(';
    $depth-- if $1 eq ')' && $depth > 0;
  }
  $end->();
  return @found;
}

sub is_function {
  my ($words) = @_;
  my $head = join ' ', grep { defined } @$words[0 .. ($#$words < 3 ? $#$words : 3)];
  return $head =~ /^create (or replace )?(function|procedure)\b/;
}

sub skip_comment {
  my ($text) = @_;
  my $depth = 1;
  while ($depth && $$text =~ m{\G.*?(/\*|\*/)}gcs) { $depth += $1 eq '/*' ? 1 : -1 }
  pos($$text) = length $$text if $depth;
}

# The names and texts of a statement with their quotes taken off: [kind, text], where kind is name, text or sign.
sub parts {
  my ($statement) = @_;
  my @parts;
  pos($statement) = 0;
  while (pos($statement) < length $statement) {
    if ($statement =~ /\G\s+/gc) { next }
    if ($statement =~ /\G[eE]'((?:[^'\\]|\\.|'')*)'/gcs) { push @parts, ['text', plain($1)]; next }
    if ($statement =~ /\G'((?:[^']|'')*)'/gcs) { (my $text = $1) =~ s/''/'/g; push @parts, ['text', $text]; next }
    if ($statement =~ /\G"((?:[^"]|"")*)"/gcs) { (my $name = $1) =~ s/""/"/g; push @parts, ['quoted', $name]; next }
    if ($statement =~ /\G([A-Za-z_\x80-\xff][A-Za-z0-9_\$\x80-\xff]*|-?[0-9]+)/gc) { push @parts, ['name', $1]; next }
    $statement =~ /\G(.)/gcs;
    push @parts, ['sign', $1];
  }
  return @parts;
}

sub plain {
  my ($text) = @_;
  my %letter = (n => "\n", t => "\t", r => "\r", b => "\b", f => "\f");
  $text =~ s/''|\\(.)/defined $1 ? $letter{$1} \/\/ $1 : "'"/gse;
  return $text;
}

# A text as SQL, in one line.
sub literal {
  my ($text) = @_;
  return "'" . $text =~ s/'/''/gr . "'" unless $text =~ /[\\[:cntrl:]]/;
  $text =~ s/(['\\])/\\$1/g;
  $text =~ s/([[:cntrl:]])/sprintf '\\x%02x', ord $1/ge;
  return "E'$text'";
}

1;
