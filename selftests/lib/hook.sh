# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The hook in real programs under the real loader, on a machine without the module:
# it must not be felt. With SFREG_DEBUG it goes through all its motions (and fails
# to register), so everything is compared in that way, too.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

hook=$lib/libsfreg-audit.so

if module_is_loaded; then
	echo "1..0 # SKIP the module is loaded"
	exit 4
fi

# What witness prints depends on addresses: none may be random.
plain()
{
	setarch -R env "$@" 2>&1
	echo "exit $?"
}

hooked()
{
	setarch -R env LD_AUDIT="$hook" "$@" 2>&1
	echo "exit $?"
}

# All of the hook's code runs; its words go to a file.
watched()
{
	setarch -R env SFREG_DEBUG=1 LD_AUDIT="$hook" "$@" 2> "$work/said"
	echo "exit $?"
}

for program in pie nopie; do
	for library in good plain far based; do
		file=$own/$library.so
		before=$(plain "$own/$program" "$file")
		is "$(hooked "$own/$program" "$file")" "$before" "$program with $library: the same"
		is "$(watched "$own/$program" "$file")" "$before" \
			"$program with $library: the same, with SFREG_DEBUG"
	done
	is "$(grep -c 'main program: text .*: the module is not loaded$' "$work/said")" 1 \
		"$program: the main program was found, once"
done
is "$(plain "$own/pie" "$own/good.so" | sed -n '/sample/p' | sort -u)" "sample 2" \
	"the witness does something"

# The library is closed and opened three times.
watched "$own/pie" "$own/far.so" > /dev/null
is "$(grep -c "far.so: text .*: the module is not loaded$" "$work/said")" 6 \
	"each dlopen is seen, with both text segments"
is "$(grep -c "libc.so.6: it has no .sframe$" "$work/said")" 1 "libc is seen"
is "$(grep -c vdso "$work/said")" 0 "the vdso is left alone"
is "$(grep -vc '^sfreg: ' "$work/said")" 0 "every line begins with sfreg:"
is "$(SFREG_DEBUG='' LD_AUDIT=$hook "$own/pie" 2>&1 > /dev/null)" "" \
	"an empty SFREG_DEBUG is none"
if [ -e "$own/gold.so" ]; then
	watched "$own/pie" "$own/gold.so" > /dev/null
	is "$(grep -c "gold.so: its linker did not know .sframe$" "$work/said")" 3 \
		"a library by gold is passed over"
fi

# damage NAME PATCH... - a broken library does not break the program
damage()
{
	local before

	cp "$own/good.so" "$work/broken.so"
	"$own/patch-elf" "$work/broken.so" "${@:2}"
	before=$(plain "$own/pie" "$work/broken.so")
	is "$(hooked "$own/pie" "$work/broken.so")" "$before" "$1: the same"
	is "$(watched "$own/pie" "$work/broken.so")" "$before" "$1: the same, with SFREG_DEBUG"
}

damage "segment nowhere" segment-vaddr 0x10000000
damage "segment address wraps" segment-vaddr -16
damage "no magic" sframe 0 0
damage "2^32 - 1 functions" u32 8 0xffffffff
damage "auxiliary header over everything" sframe 7 255
damage "version 255" sframe 2 255
damage "no segment" no-segment
is "$(grep -c "broken.so: text .*: the module is not loaded$" "$work/said")" 3 \
	"... and the section is found"

# Damage that only objcopy does.
cp "$own/good.so" "$work/cut.so"
head -c 20 /dev/urandom > "$work/noise"
objcopy --update-section .sframe="$work/noise" "$work/cut.so" 2> /dev/null
before=$(plain "$own/pie" "$work/cut.so")
is "$(watched "$own/pie" "$work/cut.so")" "$before" "a section of 20 random bytes: the same"
cp "$own/good.so" "$work/gone.so"
objcopy --remove-section .sframe "$work/gone.so" 2> /dev/null
before=$(plain "$own/pie" "$work/gone.so")
is "$(watched "$own/pie" "$work/gone.so")" "$before" "a removed section: the same"

# Programs whose standard descriptors are closed, or that have no descriptor left.
is "$(LD_AUDIT=$hook SFREG_DEBUG=1 "$own/pie" "$own/good.so" <&- 2>&- | head -n 3 | tail -n 1)" \
	"$("$own/pie" "$own/good.so" <&- 2>&- | head -n 3 | tail -n 1)" \
	"stdin and stderr are closed, and stay so"
# Three are open, and the loader needs one.
few=(bash -c 'ulimit -n 4; exec "$@"' bash)
is "$("${few[@]}" env LD_AUDIT="$hook" SFREG_DEBUG=1 "$own/pie" 2> /dev/null | tail -n 2)" \
	"$("${few[@]}" "$own/pie" 2> /dev/null | tail -n 2)" "hardly a descriptor left: the same"

# A sandbox that kills for the hook's system calls. What was opened before was found.
opener=$own/opener
is "$("$opener" sandbox open "$own/good.so" close; echo $?)" 0 "the sandbox lets the program be"
is "$(watched "$opener" open "$own/good.so" sandbox close open "$own/far.so" close)" "exit 0" \
	"a program in a sandbox of its own survives"
is "$(grep -c 'text .*not loaded$' "$work/said"; grep -c 'keeping still$' "$work/said")" \
	"$(printf '2\n1')" "... program and first library were found, then the hook kept still"

# The loader as a command; a static program; a script; a program that dlmopens.
watched /lib64/ld-linux-x86-64.so.2 "$own/pie" "$own/good.so" > "$work/out"
is "$(tail -n 1 "$work/out")" "exit 42" "the loader as a command: the program runs"
is "$(grep -c 'main program: text' "$work/said")" 1 "... and its text is found"
is "$(hooked /bin/sh -c 'echo $((6 * 7)); exit 3')" "$(printf '42\nexit 3')" "a shell"
is "$(LD_AUDIT=$hook true 2>&1; echo $?)" 0 "true"
is "$(LD_AUDIT=$hook false 2>&1; echo $?)" 1 "false"
is "$(LD_AUDIT=$hook sh -c 'kill -TERM $$' 2>&1; echo $?)" 143 "a program that a signal ends"

# What the hook may cost: no library, nothing writable and executable.
is "$(readelf -dW "$hook" | grep -c NEEDED)" 0 "the hook needs no library"
is "$(readelf -lW "$hook" | grep -cE 'TLS|RWE| WE ')" 0 "no thread-local storage, no RWX"

tap_end
