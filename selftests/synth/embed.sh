# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Copies of programs and libraries that carry their section: they run, stripped as well,
# say what the original's .eh_frame says, and are what binutils and the loader's hook
# take for objects with .sframe. Use: embed.sh OUT

. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

out=$1
find=$BUILD/selftests/lib/object-find

# The commands to try each copy with, and what they print.
run_xz()
{
	echo one two | "$1" -9 | "$1" -d
}

run_bash()
{
	"$1" -c 'x=$(echo one | cat); echo "$x" two'
}

run_libz()
{
	"$out/embed.d/caller" "$1" crc32 && echo one two
}

run_caller()
{
	"$1" && echo one two
}

run_git()
{
	"$1" hash-object --stdin < /dev/null | grep -q '^e69de29' && echo one two
}

# The newest objdump's account of .sframe: its functions.
functions()
{
	"$objdump" --sframe=.sframe "$1" 2>&1 | grep -c 'func idx \['
}

# The section as it lies in the file, as a hash.
section_sum()
{
	objcopy -O binary --only-section=.sframe "$1" \
		"$work/section"
	[ -s "$work/section" ] && sha256sum < "$work/section"
}

# like GOT PATTERN NAME
like()
{
	[[ $1 =~ $2 ]]
	ok $? "$3"
	[[ $1 =~ $2 ]] || echo "# got: $1"
}

objdump=$(printf '%s\n' "$BUILD"/selftests/data/tools/*-amd64/objdump | sort -V | tail -n 1)

# copy NAME FILE: all that is to be said of a copy.
copy()
{
	local name=$1 file=$2 c=$work/$1 got addr len

	got=$("$out/embedded" "$file" "$c")
	like "$got" '^[1-9][0-9]* equal, 0 wrong$' "$name: its .sframe says what .eh_frame says"
	is "$("run_$name" "$c" 2>&1)" "one two" "$name: the copy runs"
	is "$(readelf -lSW "$c" 2>&1 > "$work/elf")" "" "$name: readelf has no complaint"
	read -r addr len < <(sed 's/^ *\[ *[0-9]*\]//' "$work/elf" |
		awk '$1 == ".sframe" { sub(/^0*/, "", $3); sub(/^0*/, "", $5); print $3, $5 }')
	is "$(awk '$1 == "GNU_SFRAME" { print $3, $5 }' "$work/elf" | sed 's/0x0*//g')" \
		"$addr $len" "$name: the segment is the section"
	is "$(awk '$1 == "LOAD" { print $3 }' "$work/elf" | sort -c 2>&1)" "" \
		"$name: segments are in order"
	strip -o "$work/stripped" "$c" 2> "$work/strip.err"
	is "$?" 0 "$name: strip takes it"
	is "$("run_$name" "$work/stripped" 2>&1)" "one two" "$name: stripped, it runs"
	is "$(section_sum "$work/stripped")" "$(section_sum "$c" || echo none)" \
		"$name: ... and has the section still"
	is "$("$out/embedded" "$c" "$work/again")" EEXIST "$name: it has a section already"
	if [ -x "$objdump" ]; then
		like "$(functions "$c")" '^[1-9]' "$name: objdump prints functions"
	else
		skip "the package archive cannot be reached" "$name: objdump"
	fi
}

# hook NAME: what the loader's hook finds in a library.
hook()
{
	local c=$work/$1 addr len

	read -r addr len < <(readelf -SW "$c" | sed 's/^ *\[ *[0-9]*\]//' |
		awk '$1 == ".sframe" { sub(/^0*/, "", $3); print $3, $5 }')
	like "$("$find" "$c" 2>&1)" "^sframe 0x$addr\\+$((16#$len)) text " \
		"$1: the loader's hook finds it"
}

copy xz /usr/bin/xz
copy bash /bin/bash
copy git /usr/bin/git
copy libz /lib/x86_64-linux-gnu/libz.so.1
hook libz
for name in static static-pie no-pie pie; do
	eval "run_$name() { run_caller \"\$1\"; }"
	copy $name "$out/embed.d/$name"
done

# Of the extension's entries, which have no more room in the header's numbers.
is "$("$out/embedded" "$out/odd.d/odd.so" "$work/odd.so")" "70402 equal, 0 wrong" \
	"odd.so: all kinds of entries count from the new place"
is "$("$out/embedded" "$out/odd.d/debug.so" "$work/debug.so")" "70402 equal, 0 wrong" \
	"debug.so: of .debug_frame"
is "$("$out/embedded" --far /usr/bin/xz "$work/far")" ERANGE "too far for version 2"
is "$("$out/embedded" "$out/embed.d/nothing.so" "$work/nothing")" ENODATA "nothing to carry"
is "$("$out/embedded" "$0" "$work/script")" ENOEXEC "no ELF file"

# The last segment is made longer than the file: the copy would have other bytes there.
perl -0777 -pe '
	for my $i (0 .. unpack("x56 v", $_) - 1) {
		$last = 64 + 56 * $i if unpack("x" . (64 + 56 * $i) . " V", $_) == 1;
	}
	substr($_, $last + 32, 16) = pack("Q< Q<", 1 << 20, 1 << 20);
' "$out/odd.d/odd.so" > "$work/long.so"
is "$("$out/embedded" "$work/long.so" "$work/long")" EBADMSG "a segment that ends behind the file"

tap_end
