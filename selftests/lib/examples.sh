# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The examples without the module: they calculate what they should, and say that nobody has
# looked at their stacks. With the module: selftests/jit/examples.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

if module_is_loaded; then
	echo "1..0 # SKIP the module is loaded"
	exit 4
fi

absent="sfreg is not there: nobody has looked at the stacks"

# example NAME ARGUMENT NAMES: whether there are names for perf; standard input is what it prints.
example()
{
	"$BUILD/examples/$1" "$2" > "$work/out" 2> "$work/err" &
	local pid=$!

	wait $pid
	ok $? "$1 $2: succeeds"
	is "$(cat "$work/out" "$work/err")" "$(cat)" "... and prints what it should"
	is "$([ -s "/tmp/perf-$pid.map" ] && echo names)" "$3" "... and leaves ${3:-no names} for perf"
	rm -f "/tmp/perf-$pid.map"
}

example template_jit 1 names <<END
150 rules, sum of all results 964951, as the interpreter has it
147 words compiled, 12 moved, 12 epochs wiped, 200 calls interpreted: no room
$absent
END
# Its window is live, and there is none.
example code_cache 1 "" <<END
1000 rules replaced, while 4 threads ran them
$absent
END
example injected_calls 2 names <<END
fibonacci: 9969216677189303386214405760200, 603 operations
sum: 274410818470142134209703780940313, 1119 operations
sum: nothing, 1119 operations
686 traps; $absent
END

tap_end
