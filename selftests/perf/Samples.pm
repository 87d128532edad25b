# SPDX-License-Identifier: GPL-2.0-only
#
# Samples: what `perf script` prints, sample by sample.
#
# Reads the output of
#
#	perf script --ns -F tid,time,event,ip,sym,dso
#
# A sample is { time => ns, kernel => [frames], user => [frames] }, frames
# innermost first, a frame { sym => name, dso => file name without directory,
# ip => offset in the file (user) or address (kernel), hexadecimal }.

package Samples;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(next_sample names fold);

# "  7243  1174.703263195: cpu-clock:" begins a sample, an empty line ends it.
sub next_sample
{
	my ($in) = @_;
	my $sample;

	while (my $line = <$in>) {
		chomp $line;
		if ($line =~ /^\s*\d+\s+(\d+)\.(\d{9}):\s+\S/) {
			die "perf script: sample in a sample: $line\n" if $sample;
			$sample = { time => $1 * 1_000_000_000 + $2,
				    kernel => [], user => [] };
		} elsif ($line =~ /^\s+([0-9a-f]+) (.*) \((.*)\)$/) {
			add_frame($sample, $1, $2, $3);
		} elsif ($line =~ /^\s*$/) {
			return $sample if $sample;
		} else {
			die "perf script: not understood: $line\n";
		}
	}
	return $sample;
}

sub add_frame
{
	my ($sample, $ip, $sym, $dso) = @_;

	die "perf script: a frame without a sample\n" if !$sample;
	$dso =~ s{.*/}{};
	$dso =~ s{ \(deleted\)$}{};
	my $where = $ip =~ /^f{6}[0-9a-f]{10}$/ ? 'kernel' : 'user';
	push @{$sample->{$where}}, { sym => $sym, dso => $dso,
				     ip => $ip };
}

# The names of a chain, outermost first.
sub names
{
	my ($frames) = @_;

	return join(' ', map { $_->{sym} } reverse @$frames);
}

# Counts of equal chains: a hash from names() to how often.
sub fold
{
	my ($chains) = @_;
	my %count;

	$count{names($_)}++ for @$chains;
	return \%count;
}

1;
