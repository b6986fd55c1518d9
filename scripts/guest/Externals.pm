package Externals;
#
# What `svn propget --recursive --xml svn:externals` says: each external with
# the folder that it is set at, its own place in there, its address as it is
# written, and revisions. What cannot be read so has no address.

use strict;
use warnings;

my %sign = (lt => '<', gt => '>', amp => '&', quot => '"', apos => "'");

sub unescaped {
  my ($word) = @_;
  $word =~ s/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/defined $1 ? chr $1 : defined $2 ? chr hex $2 : $sign{$3} \/\/ ' '/ge;
  return $word;
}

# all(XML, PLACE): PLACE is the address or folder that was asked about, which the folders are told below.
sub all {
  my ($xml, $place) = @_;
  my @found;
  while ($xml =~ m{<target\s+path="([^"]*)">(.*?)</target>}gs) {
    my ($at, $target) = (unescaped($1), $2);
    my ($lines) = $target =~ m{<property[^>]*>(.*?)</property>}s or next;
    $at = index($at, $place) == 0 ? substr $at, length $place : '';
    $at =~ s/%([0-9a-fA-F]{2})/chr hex $1/ge if $place =~ m{://};
    $at =~ s{\A/+|/+\z}{}g;
    for my $line (split /[\r\n]+/, unescaped($lines)) {
      push @found, { at => $at, %{ in_line($line) } } unless $line =~ /^\s*(#|$)/;
    }
  }
  return @found;
}

# A line has the folder first or, in the older form, last; the other word is an address, which a revision may stand
# before. In the older form that is the address's own, too.
sub in_line {
  my ($line) = @_;
  my @word = map { s/^["']|["']$//gr } $line =~ /("[^"]*"|'[^']*'|(?:\\.|\S)+)/g;
  my ($revision, $peg, $is_odd) = ('', '', 0);
  for my $index (0, 1) {
    next unless defined $word[$index] && $word[$index] =~ /^-r(.*)/s;
    (undef, $revision) = splice @word, $index, length $1 ? 1 : 2, ();
    $revision = $1 if length $1;
    $is_odd = ($revision //= '') !~ /^\d{1,10}$/;
    last;
  }
  my $is_new = ($word[0] // '') =~ m{^([a-z][a-z0-9+.-]*://|\^/|/|\.\./)};
  my ($address, $path) = $is_new ? @word[0, -1] : @word[-1, 0];
  if ($is_new) { ($address, $peg) = ($1, $2) if $address =~ m{^(.*)\@([^/\@]*)$}s }
  else         { $peg = $revision }
  $peg      = '' if uc $peg eq 'HEAD';
  $revision = $peg unless length $revision;
  $is_odd ||= @word != 2 || $peg !~ /^(\d{1,10})?$/ || !$is_new && $address !~ m{^[a-z][a-z0-9+.-]*://};
  return { path => $path // '', address => $is_odd ? '' : $address, revision => $revision, peg => $peg };
}

1;
