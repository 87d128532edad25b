# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# TAP for shell scripts of this machine, and for those in the VM that need a directory of their
# own; sourced. BUILD may be in the environment.

set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$top/build}
bin=$BUILD/bin
lib=$BUILD/lib
own=$BUILD/selftests/lib
# What the machine's cache may hold is out of play.
export SFREG_CACHE=/nonexistent/sfreg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tap_n=0
tap_failed=0

# ok STATUS NAME - the status of a command, 0 passes
ok()
{
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_n - $2"
	else
		echo "not ok $tap_n - $2"
		tap_failed=1
	fi
}

# is GOT WANTED NAME
is()
{
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] && return
	printf '%s\n' "$2" | sed 's/^/# want: /'
	printf '%s\n' "$1" | sed 's/^/# got:  /'
}

skip()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $2 # SKIP $1"
}

# With the module loaded, nothing here can show what happens without.
module_is_loaded()
{
	[ -e /dev/sfreg ] || [ -d /sys/module/sfreg ]
}

tap_end()
{
	echo "1..$tap_n"
	exit $tap_failed
}
