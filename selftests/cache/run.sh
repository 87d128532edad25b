# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# sfreg run, for programs that have no .sframe: a suite of the VM. What is registered is
# asked of the kernel; whether stacks are whole, of libgcc's unwinder and of perf.

BUILD=${SFREG_BUILD:-}
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

sfreg=$bin/sfreg
plain=$BUILD/selftests/cache/plain
export SFREG_CACHE=$work/cache

if ! module_is_loaded; then
	echo "1..0 # SKIP the module is not loaded"
	exit 4
fi

if [ ! -x "$plain" ] || [ ! -x "$sfreg" ]; then
	echo "Bail out! selftests/cache is not built"
	exit 1
fi

# The sorted names of the objects that a process has windows for.
windows()
{
	local pid

	mkfifo "$work/in"
	"$@" < "$work/in" > /dev/null &
	pid=$!
	exec 8> "$work/in"
	for _ in $(seq 200); do
		"$sfreg" ps $pid > /dev/null 2>&1 &&
			[ "$(readlink /proc/$pid/exe)" = "$(readlink -f "$(command -v cat)")" ] &&
			[ "$(awk '$1 == "State:" { print $2 }' /proc/$pid/status)" = S ] && break
		sleep 0.1
	done
	# Only now: what was asked before may have been another program's.
	"$sfreg" ps $pid > "$work/windows"
	awk 'NF == 6 && NR > 1 { print $6 }' "$work/windows" | sort
	exec 8>&-
	wait $pid
	rm "$work/in"
}

objects=$( (command -v cat; ldd "$(command -v cat)" | grep -o '/[^ ]*') |
	xargs -n 1 readlink -f | sort)
is "$(windows env SFREG_CACHE=/nonexistent/sfreg "$sfreg" run cat)" "" \
	"without a cache, cat has no window"
is "$(windows "$sfreg" run --no-synth cat)" "" "nor with --no-synth and an empty cache"
is "$(windows "$sfreg" run cat)" "$objects" "sfreg run: cat, libc and ld.so have"
"$sfreg" cache > "$work/out"
is "$(sed 's/,.*//' "$work/out")" \
	"$work/cache: $(wc -l <<< "$objects") sections" "... by sections that lie in the cache"
is "$(windows "$sfreg" run --no-synth cat)" "$objects" "and --no-synth uses those"
libc=$(grep /libc "$work/windows")
is "$(awk '{ print $5 }' <<< "$libc")" self "the process itself is their owner"

"$sfreg" run "$plain" compare > "$work/out" 2> "$work/err"
is "$(cat "$work/out")" "$(printf 'callback: 1\nsignals: 200 of 200')" \
	"every stack is libgcc's: below qsort, and in 200 signal handlers"
head -n 20 "$work/err" | sed 's/^/# /'
"$sfreg" run --no-synth true
SFREG_CACHE=/nonexistent/sfreg "$sfreg" run "$plain" compare > "$work/out" 2> /dev/null
is "$(cat "$work/out")" "$(printf 'callback: 0\nsignals: 0 of 200')" "... and none is without"

# As perf sees it: from main on, but for the loader's own work before it.
perf record -q -g -e cpu-clock:u -F 997 -o "$work/data" "$sfreg" run "$plain" busy 2> "$work/err"
ok $? "perf records it"
perf script -i "$work/data" --comm plain -F ip,sym 2> /dev/null |
	awk -v RS='' '/main/ { main++ } /_start/ { start++ } { all++ }
		END { printf "%d %d %d\n", all, main, start }' > "$work/out"
read -r all main start < "$work/out"
echo "# samples $all, with main $main, with _start $start"
[ "$all" -ge 100 ] && [ $((main * 100)) -ge $((all * 95)) ]
ok $? "... at least 95 % of the samples have main"
[ "$start" -ge "$main" ]
ok $? "... and all of those end in _start"

# A library that is opened later is found if it was put into the cache.
cp "$BUILD/selftests/cache/plain.so" "$work/late.so"
opener=$BUILD/selftests/lib/opener
is "$("$sfreg" run "$opener" open "$work/late.so" list)" \
	"windows: 3" "a library that dlopen brings has none: program, libc, ld.so"
"$sfreg" cache "$work/late.so" > /dev/null
is "$("$sfreg" run "$opener" open "$work/late.so" list close list)" \
	"$(printf 'windows: %s\n' 4 3)" "... but once it is in the cache, until dlclose"
"$sfreg" cache "$BUILD/selftests/lib/good.so" > /dev/null
"$sfreg" run "$opener" open "$BUILD/selftests/lib/good.so" list > "$work/out"
is "$(cat "$work/out")" "windows: 4" "a library with its own .sframe has one window"

tap_end
