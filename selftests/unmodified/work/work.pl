# SPDX-License-Identifier: GPL-2.0-only
#
# Work for perl, without end: expressions, sorting with a sub, recursion, references.

use strict;
use warnings;

sub depth
{
	my ($n) = @_;

	return $n < 2 ? $n : depth($n - 1) + depth($n - 2);
}

sub tree
{
	my ($n) = @_;

	return { left => tree($n - 1), right => [tree($n - 1)] } if $n;
	return undef;
}

while (1) {
	my %count;
	my $text = join(' ', map { sprintf '%x', $_ * 2654435761 % 65536 } 1 .. 2000);

	$count{length $1}++ while $text =~ /\b([a-f]*\d[0-9a-f]+)\b/g;
	(my $copy = $text) =~ s/(\d+)/$1 > 500 ? $1 \/ 2 : "<$1>"/ge;
	my @sorted = sort { length $a <=> length $b || $a cmp $b } split / /, $copy;
	depth(15);
	tree(10);
	my $packed = pack('N*', map { length } @sorted);
	my $sum = unpack('%32C*', $packed);
}
