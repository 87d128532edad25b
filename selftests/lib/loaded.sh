# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Library, hook and command with the module: a suite of the VM. What is registered
# is asked of the kernel and compared with readelf.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

sfreg=$bin/sfreg
hook=$lib/libsfreg-audit.so
opener=$own/opener

if ! module_is_loaded; then
	echo "1..0 # SKIP the module is not loaded"
	exit 4
fi

gauge()
{
	cat "/sys/class/misc/sfreg/stats/$1"
}

# Tables are given back after a grace period.
settles()
{
	local i

	for i in $(seq 100); do
		[ "$(gauge spaces) $(gauge windows) $(gauge sections)" = "0 0 0" ] && return 0
		sleep 0.1
	done
	return 1
}

if [ ! -x "$opener" ]; then
	echo "Bail out! selftests/lib is not built"
	exit 1
fi

settles
ok $? "nothing is registered at the start"

# The library, in programs that register themselves.
"$BUILD/examples/register" > "$work/out"
ok $? "the example registers itself"
is "$(awk '{ print $2 }' "$work/out" | grep -c pc)" 9 \
	"... and sees library, print_stack, 5 times outer, main, libc"
is "$(awk '$2 == "pc" { print $3 }' "$work/out" | sed -n 4,7p | uniq -c | awk '{ print $1 }')" 4 \
	"... of which the inner calls of outer return to one place"
is "$(tail -n 1 "$work/out")" "stopped: no_window" "... and where it ends: in libc"
"$sfreg" run "$BUILD/examples/jit_window" > "$work/out"
ok $? "the JIT registers its function and unregisters it"
text=$(awk '$1 == "text" { print $2 }' "$work/out")
is "$(awk '$2 == "pc" { print $3 }' "$work/out" | sed -n 3p)" \
	"$(printf '0x%x' $((text + 6)))" "... and the stack leads through it, after the call"
is "$(awk '$2 == "pc"' "$work/out" | wc -l)" 5 "... to main and libc"

is "$("$opener" fds list list fds | sort -u | wc -l)" 2 "the library leaves no descriptor open"

# The hook: the same program, and what the kernel knows.
for program in pie nopie; do
	before=$(setarch -R "$own/$program" "$own/far.so" 2>&1; echo $?)
	after=$(setarch -R env LD_AUDIT="$hook" "$own/$program" "$own/far.so" 2>&1; echo $?)
	is "$after" "$before" "$program: the same with the hook"
	SFREG_DEBUG=1 LD_AUDIT=$hook "$own/$program" "$own/far.so" > "$work/out" 2> "$work/said"
	is "$(grep -c 'main program: text .*: registered$' "$work/said"
		grep -c 'far.so: text .*: registered$' "$work/said"
		grep -c 'closed object: unregistered$' "$work/said"
		grep -vcE ': registered$|: unregistered$|it has no .sframe$' "$work/said")" \
		"$(printf '1\n6\n6\n0')" "$program: registered, and unregistered at dlclose"
done
dropped=$(gauge unmap_dropped)
is "$("$sfreg" run "$opener" list open "$own/far.so" list close list)" \
	"$(printf 'windows: %s\n' 1 3 1)" "dlopen adds the windows, dlclose takes them away"
is "$("$sfreg" run "$opener" new "$own/far.so" list new "$own/far.so" list close list)" \
	"$(printf 'windows: %s\n' 3 5 3)" "dlmopen, twice"
is "$(gauge unmap_dropped)" "$dropped" "dlclose unregisters before the text is unmapped"
is "$("$sfreg" run "$opener" open "$own/inside.so")" \
	"$(printf '%s: 1 of 2\n' constructor destructor)" \
	"registered before the constructor runs, and still at exit"
cp "$own/inside.so" "$work/inside2.so"
is "$("$sfreg" run "$opener" open "$own/inside.so" open "$work/inside2.so")" \
	"$(printf 'constructor: 1 of 2\nconstructor: 1 of 3\ndestructor: 1 of 3\ndestructor: 1 of 3')" \
	"... at exit, the libraries that were closed first are still there, too"
is "$("$sfreg" run "$opener" open "$own/inside.so" close)" \
	"$(printf '%s: 1 of 2\n' constructor destructor)" "... and still in the destructor at dlclose"
is "$("$opener" open "$own/inside.so")" "$(printf '%s: 0 of 0\n' constructor destructor)" \
	"... and not without the hook"
is "$("$sfreg" run "$opener" open "$own/good.so" sandbox close open "$own/far.so" list)" \
	"windows: 1" "a sandboxed program's dlclose drops the window, its dlopen makes none"
for ld in gold lld; do
	[ -e "$own/$ld.so" ] || continue
	is "$("$sfreg" run "$opener" open "$own/$ld.so" list)" "windows: 1" \
		"a library by $ld is passed over"
done
cp "$own/good.so" "$work/no-segment.so"
"$own/patch-elf" "$work/no-segment.so" no-segment
is "$("$sfreg" run "$opener" open "$work/no-segment.so" list)" "windows: 2" \
	"a section without a segment"
cp "$own/good.so" "$work/bad.so"
"$own/patch-elf" "$work/bad.so" sframe 4 2
is "$("$sfreg" run "$opener" open "$work/bad.so" list)" "windows: 1" \
	"a section that the kernel refuses"

# ps, on a program that waits.
mkfifo "$work/in" "$work/ready"
exec 8<> "$work/in"
"$sfreg" run "$opener" open "$own/far.so" device wait < "$work/in" > "$work/ready" 8>&- &
pid=$!
exec 7< "$work/ready"
read -r -t 60 <&7 && read -r -t 60 <&7
"$sfreg" ps $pid > "$work/out"
ok $? "ps"
is "$(awk 'NR > 1 && NF == 6 { print $2, $5, $6 }' "$work/out" | sort)" \
	"$(for f in "$opener" "$own/far.so"; do
		readelf -lW "$f" | awk -v f="$(realpath "$f")" '$1 == "LOAD" && / R E / {
			sub(/^0x0+/, "", $6); print $6, "self", f }'
	done | sort)" "ps names each object, its text's length, and the owner"
is "$(tail -n 1 "$work/out" | awk '{ print $1, $2 }')" "3 windows," "ps counts them"
"$sfreg" stat > "$work/out"
is "$(awk '$1 == "windows" { print $2 }' "$work/out")" 3 "stat: the windows"
is "$(awk '$3 == "device," { print $1, $2 }' "$work/out")" "$pid opener" \
	"stat: who holds the device"
if command -v setpriv > /dev/null; then
	nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
	is "$($nobody "$sfreg" ps $pid 2>&1)" "sfreg: process $pid: Permission denied" \
		"ps: not of others' processes"
	is "$($nobody "$sfreg" off 2>&1; echo $?)" \
		"$(printf 'sfreg: only root can switch sfreg off\n1')" "off: for root"
	is "$($nobody "$sfreg" run "$opener" list)" "windows: 1" "run: for everybody"
fi
echo >&8
wait $pid
is "$?" 0 "the program ends as it should"
exec 7<&-

# A thread inside a call.
if [ -e /proc/sys/vm/unprivileged_userfaultfd ]; then
	"$opener" park > "$work/ready" 8>&- &
	pid=$!
	read -r -t 60 < "$work/ready"
	for i in $(seq 100); do
		"$sfreg" stat > "$work/out"
		grep -q 'a call in progress' "$work/out" && break
		sleep 0.1
	done
	is "$(awk '/a call in progress/ { print $1, $2, $NF }' "$work/out")" "$pid opener $pid" \
		"stat: who is inside a call"
	kill -KILL $pid
	wait $pid 2> /dev/null
	is $? 137 "... and can be killed there"
fi

"$sfreg" info > "$work/out"
ok $? "info"
is "$(grep -c ' yes$' "$work/out")" 4 "info: every feature is there"
settles
ok $? "nothing is registered at the end"

# Off and on again.
"$sfreg" off
ok $? "off"
is "$("$sfreg" info | grep -c ' no$')" 4 "info: no feature while it is off"
is "$("$BUILD/examples/register" 2>&1)" \
	"register: Cannot send after transport endpoint shutdown" "registering fails"
is "$("$sfreg" run sh -c 'echo works' 2>&1)" \
	"$(printf 'sfreg: sfreg is switched off (sfreg on); running sh without\nworks')" \
	"run says so, and runs"
"$sfreg" on
ok $? "on"
is "$("$sfreg" run "$opener" list)" "windows: 1" "everything works again"
settles
ok $? "nothing is left"

tap_end
