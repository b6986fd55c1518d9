package Entries;
#
# The entries of a dump, as pg_restore --list --verbose prints them: number,
# kind, name, owner, and the numbers of those that each needs. And what is
# to be thought of one that PostgreSQL did not take.
#
# A copy without some entries is still a copy of the live database: those
# that only a superuser may make, and what needs these. Others are its data.

use strict;
use warnings;

# A database without one of these lacks data.
my %vital = map { $_ => 1 } 'TABLE', 'TABLE DATA', 'SEQUENCE', 'SEQUENCE SET', 'SEQUENCE OWNED BY', 'DEFAULT',
  'BLOB', 'BLOBS', 'BLOB METADATA', 'BLOB COMMENTS';

# Without these it does, whatever the reason.
my %side = map { $_ => 1 } 'EXTENSION', 'COMMENT', 'SECURITY LABEL', 'EVENT TRIGGER', 'FOREIGN DATA WRAPPER', 'SERVER',
  'USER MAPPING', 'FOREIGN TABLE', 'PROCEDURAL LANGUAGE', 'ACCESS METHOD', 'TRANSFORM', 'CAST', 'CONVERSION',
  'COLLATION', 'TEXT SEARCH PARSER', 'TEXT SEARCH TEMPLATE', 'TEXT SEARCH DICTIONARY', 'OPERATOR CLASS',
  'OPERATOR FAMILY', 'STATISTICS', 'STATISTICS DATA', 'EXTENDED STATISTICS DATA', 'ACL', 'DEFAULT ACL';

# Not tried at all: what would send data elsewhere or fetch it.
my %never = map { $_ => 1 } 'PUBLICATION', 'PUBLICATION TABLE', 'PUBLICATION TABLES IN SCHEMA', 'SUBSCRIPTION',
  'SUBSCRIPTION TABLE';

my @kinds = sort { length $b <=> length $a } keys %vital, keys %side, keys %never, 'DATABASE PROPERTIES', 'DATABASE',
  'ENCODING', 'STDSTRINGS', 'SEARCHPATH', 'SCHEMA', 'TYPE', 'SHELL TYPE', 'DOMAIN', 'FUNCTION', 'PROCEDURE',
  'AGGREGATE', 'OPERATOR', 'VIEW', 'MATERIALIZED VIEW DATA', 'MATERIALIZED VIEW', 'INDEX ATTACH', 'INDEX',
  'TABLE ATTACH', 'CHECK CONSTRAINT', 'FK CONSTRAINT', 'CONSTRAINT', 'TRIGGER', 'RULE', 'POLICY', 'ROW SECURITY',
  'TEXT SEARCH CONFIGURATION';
my $kinds = join '|', map { quotemeta } @kinds;

# A schema may be called as the last word of a kind is: TABLE DATA t is data of t, or the table t of the schema
# DATA. The number of the catalog, which comes before it, tells which; here that of the shorter kind.
my %catalog = (map({ $_ => 1259 } 'TABLE DATA', 'TABLE ATTACH', 'SEQUENCE SET', 'INDEX ATTACH',
  'MATERIALIZED VIEW DATA'), 'DEFAULT ACL' => 2604, 'OPERATOR CLASS' => 2617, 'OPERATOR FAMILY' => 2617,
  'STATISTICS DATA' => 3381);

sub read_list {
  my ($path) = @_;
  my ($self, $last, $database) = (bless { order => [], of => {}, left => {} }, __PACKAGE__);
  open my $list, '<', $path or die "error: The list of the dump's entries in $path cannot be read: $!\n";
  while (my $line = <$list>) {
    chomp $line;
    if ($line =~ /^(\d+); (\d+) \d+ (.*)$/) {
      my ($id, $catalog, $text) = ($1, $2, $3);
      my ($kind, $name) = $text =~ /^($kinds) (.*)$/ || $text =~ /^([A-Z ]*[A-Z]) (.*)$/ ? ($1, $2) : ('', $text);
      ($kind, $name) = $text =~ /^(MATERIALIZED VIEW|\w+) (.*)$/ if $catalog == ($catalog{$kind} // -1);
      $last = { id => $id, kind => $kind, text => $name, line => $line, needs => [] };
      push @{ $self->{order} }, $last;
      $self->{of}{$id} = $last;
    } elsif ($last && $line =~ /^;\s+depends on: ([\d ]+)$/) {
      my %seen;
      $last->{needs} = [grep { !$seen{$_}++ } split ' ', $1];
    } elsif (!$last && $line =~ /^;     dbname: (.*)/) {
      $database = $1;
    }
  }
  read_names($database // '', $self->all);
  $self->read_settings($path =~ m{^(.*/)} ? $1 : './');
  return $self;
}

# What the settings of the base let it go without, in the files skip and errors beside the list; see allowances.
sub read_settings {
  my ($self, $folder) = @_;
  my $skip = read_lines($folder . 'skip');
  $self->{must_be_named} = defined $skip;
  $self->{skip_items} = $skip // [];
  $self->{skip} = { map { $_ => 0 } @{ $self->{skip_items} } };
  for my $text (@{ read_lines($folder . 'errors') // [] }) {
    push @{ $self->{errors} }, eval { qr/$text/ }
      // die "error: '$text' in allowErrors of the base is no pattern that Perl reads.\n";
  }
  return unless @{ $self->{skip_items} };
  for my $entry ($self->all) {
    $self->leave_out($entry) if $self->is_skipped($entry) || $self->goes_with_another($entry);
  }
}

sub read_lines {
  my ($path) = @_;
  open my $file, '<', $path or return undef;
  chomp(my @lines = <$file>);
  return [grep { $_ ne '' } @lines];
}

# Schema, name and owner stand one after the other, and each may have blanks:
# what is known from where only one of them can be is looked for first.
sub read_names {
  my ($database, @entries) = @_;
  my (%owner, %schema);
  for my $entry (@entries) {
    $owner{$1} = 1 if $entry->{kind} eq 'DATABASE' && $entry->{text} =~ /^- \Q$database\E (.*\S)$/
      || $entry->{kind} eq 'DEFAULT ACL' && $entry->{text} =~ / DEFAULT PRIVILEGES FOR [A-Z ]+ (.*\S)$/;
  }
  my $owners = one_of(keys %owner) . '|\S*';
  for my $entry (@entries) {
    $schema{$1} = 1 if $entry->{kind} eq 'SCHEMA' && $entry->{text} =~ /^- (.*?) (?:$owners)$/;
  }
  my $schemas = one_of(keys %schema) . '|\S+';
  for my $entry (@entries) {
    my @names = $entry->{text} =~ /^($schemas) (.*?) ($owners)$/;
    @$entry{qw(schema tag owner)} = @names ? @names : ('-', $entry->{text}, '');
  }
}

# The longest one first.
sub one_of { return join '|', map { quotemeta } sort { length $b <=> length $a } grep { / / } @_ }

sub all { @{ $_[0]{order} } }
sub find { $_[0]{of}{ $_[1] } }
sub skip_items { @{ $_[0]{skip_items} } }
sub must_be_named { $_[0]{must_be_named} }

# Whether the settings skip it: by its name, as name() tells it, or all of its kind.
sub is_skipped {
  my ($self, $entry) = @_;
  return $entry->{is_skipped} //= $self->is_item($self->name($entry)) || $self->is_part_of_skipped($entry) || 0;
}

# A table of a publication is an entry of its own.
sub is_part_of_skipped {
  my ($self, $entry) = @_;
  my ($of) = $entry->{kind} =~ /^(PUBLICATION|SUBSCRIPTION) / or return 0;
  return grep { $_->{kind} eq $of && $self->is_skipped($_) } map { $self->find($_) // () } @{ $entry->{needs} };
}

sub is_item {
  my ($self, $kind, $name) = @_;
  my @found = grep { exists $self->{skip}{$_} } "$kind $name", plural($kind);
  $self->{skip}{$_}++ for @found;
  return scalar @found;
}

sub unmatched_items {
  my ($self) = @_;
  return grep { !$self->{skip}{$_} && !/^roles?\b/ } $self->skip_items;
}

# Whether the settings let each of these roles be missing.
sub skips_roles {
  my ($self, $missing) = @_;
  return 0 if $missing eq '';
  return exists $self->{skip}{roles} || !grep { !exists $self->{skip}{"role $_"} } split /, /, $missing;
}

# Whether the settings allow it to fail with this.
sub allows {
  my ($self, $entry, $reason) = @_;
  return 0 unless $self->{errors};
  my $text = join(' ', $self->name($entry)) . ": $reason";
  return scalar grep { $text =~ $_ } @{ $self->{errors} };
}

# What a table or sequence that is left out had. A table by itself has to be named.
sub goes_with_another {
  my ($self, $entry) = @_;
  return 0 if $entry->{kind} eq 'TABLE' || $self->weight($entry) ne 'stop';
  return scalar grep { $self->{left}{ $_->{id} } && $self->weight($_) eq 'stop' } map { $self->find($_) // () }
    @{ $entry->{needs} };
}

# What is said of a thing, and goes with it.
sub is_about { $_[1]{kind} =~ /^((DEFAULT )?ACL|COMMENT|SECURITY LABEL)$/ }
sub is_never { $never{ $_[1]{kind} } }

# Data of a table that an extension brings: its table is no entry.
sub is_of_extension {
  my ($self, $entry) = @_;
  return 0 unless $entry->{kind} eq 'TABLE DATA' || $entry->{kind} eq 'SEQUENCE SET';
  my @needs = map { $self->find($_) // () } @{ $entry->{needs} };
  return !grep { $_->{kind} =~ /^(TABLE|SEQUENCE|MATERIALIZED VIEW)$/ } @needs;
}

# stop: there is no use in going on; side: it may fail; ask: it depends on why.
sub weight {
  my ($self, $entry) = @_;
  return 'side' if $side{ $entry->{kind} } || $self->is_of_extension($entry);
  return $vital{ $entry->{kind} } ? 'stop' : 'ask';
}

sub leave_out { $_[0]{left}{ $_[1]{id} } = 1 }
sub is_left_out { $_[0]{left}{ $_[1] } }

# The entry at the root of why this one is left out, or nothing.
sub cause {
  my ($self, $entry) = @_;
  my @ask = @{ $entry->{needs} };
  my %seen;
  while (defined(my $id = shift @ask)) {
    next if $seen{$id}++;
    my $need = $self->find($id) or next;
    next unless $self->{left}{$id};
    return $self->cause($need) // $need;
  }
  return undef;
}

sub name {
  my ($self, $entry) = @_;
  my ($kind, $tag) = (lc $entry->{kind}, $entry->{tag});
  # What stands for a thing in a table is "table thing", a comment "kind thing".
  if ($entry->{kind} =~ /^(TRIGGER|RULE|POLICY|((FK|CHECK) )?CONSTRAINT)$/) {
    my @needs = map { $self->find($_) // () } @{ $entry->{needs} };
    my ($of) = grep { index($tag, "$_ ") == 0 } map { $_->{tag} } @needs;
    $of //= $tag =~ /^(\S+) / ? $1 : '';
    $tag = substr($tag, 1 + length $of) . " of $of" if $of ne '';
  }
  $tag =~ s/^USER MAPPING (.*) SERVER (.*)$/$1 at the server $2/;
  $tag =~ s/^CAST (?=\()//;
  $tag =~ s/^TRANSFORM FOR (.*) LANGUAGE (.*)$/for $1 in $2/;
  $kind = 'comment on' if $kind eq 'comment';
  $kind = 'data of the table' if $kind eq 'table data';
  $kind = 'data of the materialized view' if $kind eq 'materialized view data';
  my $within = $entry->{schema} ne '-' ? "$entry->{schema}." : '';
  my $is_about = $entry->{kind} =~ /^(ACL|COMMENT|SECURITY LABEL)$/;
  if ($is_about && $tag =~ /^($kinds|COLUMN|LANGUAGE|LARGE OBJECT) (.*)$/) { $tag = lc($1) . " $within$2" }
  elsif ($tag =~ / of /) { $tag =~ s/ of / of $within/ }
  else { $tag = "$within$tag" }
  return ($kind, $tag);
}

sub plural {
  my ($kind) = @_;
  my ($word, $rest) = $kind =~ /^(comment|data|grants|role)( .*)?$/ ? ($1, $2 // '') : ($kind, '');
  $word =~ s/y$/ie/;
  $word =~ s/(x|s)$/$1e/ unless $word eq 'grants' || $word eq 'data';
  return $word . ($word =~ /^(grants|data)$/ ? '' : 's') . $rest;
}

sub say_name {
  my ($self, $entry) = @_;
  return join ' ', 'the', $self->name($entry);
}

1;
