# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# sfreg doctor with the module: what it says of a process before and after it is attached.

. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

own=$BUILD/selftests/sandbox
sfreg=$bin/sfreg

verdict()
{
	"$sfreg" doctor "$pid" > "$work/out" 2> "$work/err"
	head -n 2 "$work/out" | sed 's/[0-9]*\.[0-9][0-9] %/N %/g; s/attach [0-9]*/attach PID/'
	cat "$work/err"
}

by()
{
	awk -v name="$1" '$NF == name { print $5 }' "$work/out"
}

"$own/waits" &
pid=$!
while [ "$(cat /proc/$pid/comm)" != waits ]; do
	sleep 0.1
done
is "$(verdict)" "N % of the text that waits has mapped has rows; N % when it is attached (sfreg attach PID)." \
	"a process without windows"
"$sfreg" doctor "$pid" > "$work/out"
status=$?
[[ $(head -n 1 "$work/out") =~ ^0\.00\ %.*\;\ (99\.[0-9]{2}|100\.00)\ %\ when ]]
ok $? "... has no rows, and could have nearly all: $(head -n 1 "$work/out")"
is $status 0 "... which is complete"
is "$(by "$own/waits")" "not" "... it is not attached yet"

"$sfreg" attach "$pid" > "$work/attach" 2>&1
ok $? "it is attached"
"$sfreg" doctor "$pid" > "$work/out"
is "$?" 0 "... it is complete"
[[ $(head -n 1 "$work/out") =~ ^(99\.[0-9]{2}|100\.00)\ %\ of\ the\ text\ that\ waits\ has\ mapped\ has\ rows\.$ ]]
ok $? "... and has rows now: $(head -n 1 "$work/out")"
is "$(by "$own/waits") $(by '[vdso]')" "attached attached" "... by an outsider"

"$sfreg" off > "$work/off" 2>&1
is "$(verdict)" "N % of the text that waits has mapped can have rows.
None of it is used: sfreg is switched off (sfreg on)." "sfreg is switched off"
"$sfreg" on > "$work/on" 2>&1
ok $? "... and on"

"$sfreg" attach "$pid" > "$work/attach" 2>&1
"$sfreg" detach "$pid" > "$work/attach" 2>&1
ok $? "it is detached"
"$sfreg" doctor "$pid" > "$work/out"
is "$(by "$own/waits")" "not" "... and not attached"
kill $pid
wait $pid 2> /dev/null

# The hook registers what a program carries; what has none is made before.
SFREG_CACHE=$work/cache "$sfreg" run -- sleep 1000 &
pid=$!
for _ in $(seq 300); do
	[ "$("$sfreg" ps $pid 2> /dev/null | grep -c libc.so)" -gt 0 ] && break
	sleep 0.2
done
"$sfreg" doctor "$pid" > "$work/out"
is "$(awk '$NF ~ "/libc.so.6$" { print $5 }' "$work/out")" "itself" "under sfreg run: by itself"
kill $pid
wait $pid 2> /dev/null

tap_end
