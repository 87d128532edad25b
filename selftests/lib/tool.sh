# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The sfreg command: exit codes, messages, what it passes on. Without the module.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

sfreg=$bin/sfreg

if module_is_loaded; then
	echo "1..0 # SKIP the module is loaded"
	exit 4
fi

# outcome CMD... - standard output, error and exit code, each marked
outcome()
{
	local out rc

	out=$("$@" 2> "$work/err")
	rc=$?
	printf 'out:%s\nerr:%s\nrc:%d\n' "$out" "$(cat "$work/err")" $rc
}

# fails CODE LINE CMD... - with this code, this first line, and no output
fails()
{
	local wanted=$1 text=$2 rc

	shift 2
	"$@" > "$work/out" 2> "$work/err" < /dev/null
	rc=$?
	[ $rc -eq "$wanted" ] && [ ! -s "$work/out" ] &&
		[ "$(head -n 1 "$work/err")" = "$text" ]
	ok $? "$(basename "$1") ${*:2}: code $wanted, '$text'"
	[ $rc -eq "$wanted" ] || echo "# code $rc"
}

absent="the sfreg module is not loaded (try: modprobe sfreg)"
fails 1 "sfreg: $absent" "$sfreg" info
fails 1 "sfreg: $absent" "$sfreg" stat
fails 1 "sfreg: process $$: $absent" "$sfreg" ps $$
fails 1 "sfreg: cannot switch off: $absent" "$sfreg" off
fails 1 "sfreg: cannot switch on: $absent" "$sfreg" on
fails 1 "sfreg: process 2147483647: no such process" "$sfreg" ps 2147483647
fails 2 "sfreg ps: 'x' is no process id" "$sfreg" ps x
fails 2 "sfreg ps: '12x' is no process id" "$sfreg" ps 12x
fails 2 "sfreg ps: '99999999999' is no process id" "$sfreg" ps 99999999999
fails 2 "Usage: sfreg ps [OPTION...] PID" "$sfreg" ps
fails 2 "Usage: sfreg ps [OPTION...] PID" "$sfreg" ps 1 2
fails 2 "Usage: sfreg run [OPTION...] [--] CMD [ARGUMENT...]" "$sfreg" run
fails 2 "Usage: sfreg run [OPTION...] [--] CMD [ARGUMENT...]" "$sfreg" run --
fails 2 "Usage: sfreg [OPTION...] COMMAND [ARGUMENT...]" "$sfreg"
fails 2 "sfreg: there is no command 'walk'; see sfreg --help" "$sfreg" walk
fails 2 "sfreg stat: Too many arguments" "$sfreg" stat now
fails 2 "sfreg: unrecognized option '--walk'" "$sfreg" --walk

is "$(outcome "$sfreg" --version)" "$(printf 'out:sfreg 0.1.0\nerr:\nrc:0')" "--version"
for command in '' cache doctor info off on ps run stat synth; do
	"$sfreg" $command --help > "$work/out" 2> "$work/err"
	[ $? -eq 0 ] && [ -s "$work/out" ] && [ ! -s "$work/err" ]
	ok $? "sfreg $command --help"
done
# run
fails 127 "sfreg: cannot run /nonexistent: No such file or directory" \
	"$sfreg" run -q /nonexistent
fails 126 "sfreg: cannot run /tmp: Permission denied" "$sfreg" run --quiet /tmp
is "$(outcome "$sfreg" run -- sh -c 'echo "$1"; exit 7' x -q)" \
	"$(printf 'out:-q\nerr:sfreg: %s; running sh without\nrc:7' "$absent")" \
	"run passes on arguments, output and exit code, and says that there is no module"
is "$(outcome "$sfreg" run -q sh -c 'echo "$1"; exit 7' x --help)" \
	"$(printf 'out:--help\nerr:\nrc:7')" "run -q is quiet; the program's options are its own"
is "$("$sfreg" run -q sh -c 'echo $LD_AUDIT')" "$(realpath "$lib/libsfreg-audit.so")" \
	"run finds the hook beside itself"
is "$(cd / && "$(realpath "$sfreg")" run -q sh -c 'echo $LD_AUDIT')" \
	"$(realpath "$lib/libsfreg-audit.so")" "... from another directory, too"
is "$(LD_AUDIT=/nowhere/a.so "$sfreg" run -q sh -c 'echo $LD_AUDIT' 2> /dev/null)" \
	"/nowhere/a.so:$(realpath "$lib/libsfreg-audit.so")" "run keeps the hooks that are there"
is "$(LD_AUDIT='' "$sfreg" run -q sh -c 'echo $LD_AUDIT')" \
	"$(realpath "$lib/libsfreg-audit.so")" "an empty LD_AUDIT is none"
cp "$lib/libsfreg-audit.so" "$work/other hook.so"
is "$(SFREG_AUDIT="$work/other hook.so" "$sfreg" run -q sh -c 'echo $LD_AUDIT')" \
	"$work/other hook.so" "run takes the hook that SFREG_AUDIT names"
SFREG_AUDIT=/nonexistent.so fails 1 \
	"sfreg: cannot find libsfreg-audit.so; set SFREG_AUDIT to its path" "$sfreg" run true
cp "$lib/libsfreg-audit.so" "$work/a:b.so"
SFREG_AUDIT="$work/a:b.so" fails 1 \
	"sfreg: the loader takes no path with a colon: $work/a:b.so" "$sfreg" run true
SFREG_DEBUG=1 "$sfreg" run -q "$own/pie" 2>&1 | grep -q 'main program: text .*not loaded$'
ok $? "run: the hook is at work in the program"

tap_end
