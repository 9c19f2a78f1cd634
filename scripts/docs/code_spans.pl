# Doxygen's filter of inputs: `code` in comments as HTML, because Doxygen takes some characters in it for commands, tags or the end of
# a sentence. What stands on two lines is two pieces, so that lines keep their numbers.
use strict;
use warnings;

sub piece {
  my ($text) = @_;
  $text =~ s/([\\@\$#&<>%"|]|::)/\\$1/g;
  $text =~ s/\./&#46;/g;
  return "<code>$text</code>";
}

sub code {
  my ($span) = @_;
  return join '', map { m{^\n} ? $_ : piece($_) } split m{(\n\h*///<?\h*)}, $span;
}

sub comment {
  my ($block) = @_;
  $block =~ s/`([^`]+)`/code($1)/ge;
  return $block;
}

local $/;
my $text = <>;
$text =~ s{(///.*(?:\n\h*///.*)*)}{comment($1)}ge;
print $text;
