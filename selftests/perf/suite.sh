# SPDX-License-Identifier: GPL-2.0-only
#
# What the perf suites share: sourced by them, in the VM, in an empty directory.
# shellcheck shell=sh

perf=${PERF:-perf}
sfreg=$SFREG_BUILD/bin/sfreg
programs=$SFREG_BUILD/selftests/perf
stats=/sys/class/misc/sfreg/stats
tests=0
failures=0

# result STATUS NAME: a line of TAP.
result()
{
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		failures=$((failures + 1))
	fi
}

# Shows a file as TAP comments.
comment()
{
	sed 's/^/# /' "$1"
}

finish()
{
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}

figure()
{
	printf 'check\t%s\t%s\t%s\n' "$1" "$2" "$3" \
		>> "$SFREG_RESULTS/figures.tsv"
}

# record NAME HERTZ COMMAND...: stock perf; leaves NAME.data, NAME.out, NAME.err.
record()
{
	name=$1
	hertz=$2
	shift 2
	"$perf" record -q -e cpu-clock -F "$hertz" -g -k CLOCK_MONOTONIC \
		-B -N -o "$name.data" -- "$@" \
		> "$name.out" 2> "$name.err" < "${input:-/dev/null}" && return 0
	comment "$name.err"
	return 1
}

# samples NAME: leaves NAME.samples, as Samples.pm wants it. That it fails is a result.
samples()
{
	"$perf" script --no-inline --ns -F tid,time,event,ip,sym,dso \
		-i "$1.data" > "$1.samples" 2> "$1.err" && return 0
	comment "$1.err"
	result 1 "perf script reads $1.data"
	return 1
}

# The module's counters as "name value" lines.
counters()
{
	(cd "$stats" && grep -H '' -- *) | tr ':' ' '
}

# moved BEFORE AFTER: the counters that changed, and by how much.
moved()
{
	awk 'NR == FNR { was[$1] = $2; next }
	     $2 != was[$1] { print $1, $2 - was[$1] }' "$1" "$2"
}

# moved_by NAME BEFORE AFTER: how much one did.
moved_by()
{
	moved "$2" "$3" | awk -v name="$1" '$1 == name { n = $2 } END { print n + 0 }'
}
