# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# sfreg doctor -- CMD, without a module: what it says of programs of exactly known make.

. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

if module_is_loaded; then
	echo "1..0 # SKIP the module is loaded"
	exit 4
fi

own=$BUILD/selftests/sandbox
sfreg=$bin/sfreg
body=$((1 << 20))
start=$((16#$(nm -S "$own/whole" | sed -n 's/^[^ ]* 0*\([0-9a-f]*\) . _start$/\1/p')))

# doctor FILE [ARGUMENT...] - its words in $work/out, its status in rc
doctor()
{
	"$sfreg" doctor -- "$@" > "$work/out" 2> "$work/err" < /dev/null
	rc=$?
}

# The line of an object: text, bytes with rows, by whom.
object()
{
	awk -v name="$1" 'NF > 5 && ($NF == name || $(NF - 1) == name) { print $1, $2, $5, $6 }' "$work/out" |
		sed 's/\(not\|nobody\).*/\1/' | head -n 1
}

says()
{
	grep -qE -- "$1" "$work/out"
	ok $? "$2"
	grep -qE -- "$1" "$work/out" || sed 's/^/# /' "$work/out" "$work/err"
}

doctor "$own/whole"
is "$rc" 0 "a program that is described completely: status 0"
says "^(99\.[0-9]{2}|100\.00) % of the text that whole has mapped can have rows\.$" "... the verdict stands first"
is "$(object "$own/whole")" "$((start + body)) $((start + body)) not" "... all of its bytes"
is "$(grep -c "whole, mostly" "$work/out")" 0 "... and there is nothing to complain of"
is "$(sed -n 2p "$work/out")" \
	"None of it is used: the sfreg module is not loaded (try: modprobe sfreg)." \
	"... what is lacking for it to be used"

doctor "$own/bare"
is "$rc" 0 "256 bytes of a MiB without CFI: status 0"
is "$(object "$own/bare")" "$((start + body + 256)) $((start + body)) not" "... they are missing"
says "^ +256 +bare: not described \(assembly, or data among the code\)$" "... they are named"

doctor "$own/odd"
is "$(object "$own/odd")" "$((start + body + 512)) $((start + body)) not" \
	"512 bytes that no row can say are missing"
says "^ +512 +odd: its frame address is of a kind that no row can say$" "... they are named"

doctor "$own/plain"
is "$rc" 1 "no CFI at all: status 1"
is "$(object "$own/plain")" "$((start + body)) 0 nobody" "... nothing has rows"
says "bytes of $own/plain: it has no call frame information$" "... and why"

cp "$own/loader" "$work/loader"
doctor "$work/loader" "$own/library.so"
is "$(head -n 1 "$work/out")" "done" "the command's own output comes first"
says "^ +[0-9]+ +[0-9]+ .* $own/library.so$" "what a program loads is seen"
says "^ +8192 +0 .* \[anonymous memory\]$" "code without a file is seen"
says "^ +8192 bytes of \[anonymous memory\]: no file describes it \(a JIT's code\?\)$" "... and named"
says " $work/loader \(deleted\)$" "a program that has deleted itself is read"
[ "$(awk -v f="$work/loader" 'NF > 5 && $(NF - 1) == f { print ($2 > 0) }' "$work/out")" = 1 ]
ok $? "... and has rows"

doctor sh -c 'kill -KILL $$'
says "of the text that sh has mapped can have rows" "a command that is killed"
doctor sh -c '(sleep 0.5; kill -CONT $$) & kill -STOP $$; exit 3'
says "of the text that sh has mapped can have rows" "a command that stops and goes on"
doctor sh -c "exec $own/whole"
says "of the text that whole has mapped" "a command that executes another"

doctor "$work/none"
is "$rc $(cat "$work/err")" "1 sfreg: $work/none: No such file or directory" "no such command"
is "$("$sfreg" doctor 2147483647 2>&1)" "sfreg: process 2147483647: no such process" "no such process"
"$sfreg" doctor > /dev/null 2>&1
is $? 2 "nobody to be examined: usage"
"$sfreg" doctor 1 2 > /dev/null 2>&1
is $? 2 "two processes: usage"
"$sfreg" doctor 1 -- true > /dev/null 2>&1
is $? 2 "a process and a command: usage"
is "$("$sfreg" doctor true 2>&1 | head -n 1)" \
	"sfreg doctor: 'true' is no process id; a command stands after --" "a command without --"

sleep 60 &
pid=$!
# Not while it is still the shell, or the dynamic linker at work.
until [ "$(cat /proc/$pid/comm)" = sleep ] && grep -q libc /proc/$pid/maps; do
	sleep 0.1
done
"$sfreg" doctor $pid > "$work/out" 2> "$work/err"
is $? 0 "a process that runs: status 0"
says "^(99\.[0-9]{2}|100\.00) % of the text that sleep has mapped can have rows\.$" "... and its verdict"
if [ "$(id -u)" -eq 0 ]; then
	setpriv --reuid 65534 --clear-groups "$sfreg" doctor $pid > "$work/out" 2> "$work/err"
	is "$? $(cat "$work/err")" "1 sfreg: process $pid: it may not be traced: it is another user's, or has gained privilege" \
		"another user's process"
fi
kill $pid
wait $pid 2> /dev/null

tap_end
