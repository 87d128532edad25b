# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the hook finds in objects of every kind, sound and broken, against what
# readelf says.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# The text segments of a file, as object-find prints them.
texts()
{
	readelf -lW "$1" | awk '$1 == "LOAD" && / R E / {
		sub(/^0x0+/, "0x", $3); sub(/^0x$/, "0", $3); sub(/^0x0+/, "0x", $6)
		printf " text %s+%s", $3, $6 }'
}

# Address and length of the section .sframe: the headers of the test objects are
# sound, so their own account of the length must be the section's.
section()
{
	readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\]//' | awk '$1 == ".sframe" {
		sub(/^0+/, "", $3); print $3, $5 }'
}

truth()
{
	read -r addr len < <(section "$1")
	echo "sframe 0x$addr+$((16#$len))$(texts "$1")"
}

found()
{
	"$own/object-find" "$@" 2>&1
}

same_as_readelf()
{
	is "$(found "$own/$1")" "$(truth "$own/$1")" "$2"
}

same_as_readelf good.so "a library with a segment"
same_as_readelf far.so "two text segments"
is "$(texts "$own/far.so" | wc -w)" 4 "... and readelf sees two as well"
same_as_readelf based.so "a library whose first segment is not at 0"
# Their starts are off: objdump shows functions where none are.
for ld in gold lld; do
	if [ -e "$own/$ld.so" ]; then
		is "$(found "$own/$ld.so")" "its linker did not know .sframe" "a library by $ld"
	else
		skip "no $ld here" "a library by $ld"
	fi
done
is "$(found "$own/plain.so")" "it has no .sframe" "a library without"
is "$(found --program)" "$(truth "$own/object-find")" "the main program"

cp "$own/good.so" "$work/no-segment.so"
"$own/patch-elf" "$work/no-segment.so" no-segment
is "$(found "$work/no-segment.so")" "$(truth "$work/no-segment.so")" \
	"the segment is taken away: the section is found"
is "$(found --path=/nonexistent "$work/no-segment.so")" \
	"it has no .sframe segment, and its file cannot be opened" "... but not without the file"
is "$(found --path="$own/far.so" "$work/no-segment.so")" \
	"its file is not the one that is mapped" "... nor from another file"
cp "$work/no-segment.so" "$work/other-id.so"
"$own/patch-elf" "$work/other-id.so" build-id
is "$(found --path="$work/other-id.so" "$work/no-segment.so")" \
	"its file is not the one that is mapped" "... nor from one that differs in the build ID only"
mkfifo "$work/fifo"
is "$(timeout 20 "$own/object-find" --path="$work/fifo" "$work/no-segment.so" 2>&1)" \
	"its file is not the one that is mapped" "... nor from a FIFO, which is not waited for"
is "$(found --path=/nonexistent "$own/based.so")" \
	"its program headers are not found" "a base elsewhere and no file"
is "$(found --path="$own/good.so" "$own/based.so")" \
	"its file is not the one that is mapped" "a base elsewhere and another file"
is "$(found --path=/nonexistent "$own/good.so")" "$(truth "$own/good.so")" \
	"with a segment, the file is not needed"

for object in "$own/good.so" "$own/based.so" --program; do
	is "$(found --other "$object")" "its file is not the one that is mapped" \
		"another object's headers are not believed, $(basename -- "$object")"
done

# Containers often forbid process_vm_readv(2).
is "$(found --no-vm "$own/good.so")" "$(truth "$own/good.so")" \
	"reading by the kernel is forbidden"
is "$(found --no-vm "$own/based.so")" "$(truth "$own/based.so")" \
	"reading by the kernel is forbidden, and nothing is mapped at the base"

# broken WHY NAME PATCH... - one damage to good.so
broken()
{
	cp "$own/good.so" "$work/broken.so"
	"$own/patch-elf" "$work/broken.so" "${@:3}"
	is "$(found "$work/broken.so")" "$1" "$2"
}

# The same with the segment taken away first.
broken_section()
{
	cp "$work/no-segment.so" "$work/broken.so"
	"$own/patch-elf" "$work/broken.so" "${@:3}"
	is "$(found "$work/broken.so")" "$1" "$2"
}

nowhere="its .sframe lies in no readable segment"
short="its .sframe is shorter than a header"
cut="its .sframe is cut short"
broken "$nowhere" "the segment lies nowhere" segment-vaddr 0x10000000
broken "$nowhere" "the segment's address wraps" segment-vaddr -16
broken "$nowhere" "the segment lies between two others" segment-vaddr 0x1f00
broken "$short" "a segment of no length" segment-memsz 0
broken "$short" "a segment of 27 bytes" segment-memsz 27
broken "$cut" "a segment of 28 bytes" segment-memsz 28
read -r _ len < <(section "$own/good.so")
len=$((16#$len))
broken "$cut" "a segment that is one byte too short" segment-memsz $((len - 1))
is "$(cp "$own/good.so" "$work/b.so"
	"$own/patch-elf" "$work/b.so" segment-memsz $len; found "$work/b.so")" \
	"$(truth "$own/good.so")" "a segment of exactly the section's length"
is "$(cp "$own/good.so" "$work/b.so"
	"$own/patch-elf" "$work/b.so" segment-memsz 0x7fffffffffffffff; found "$work/b.so")" \
	"$(truth "$own/good.so")" "a segment of endless length: the section's own counts"
broken "its .sframe does not begin with the magic number" "no magic" sframe 0 0
is "$(cp "$own/good.so" "$work/b.so"; "$own/patch-elf" "$work/b.so" sframe 0 0xde
	"$own/patch-elf" "$work/b.so" sframe 1 0xe2; found "$work/b.so")" \
	"its .sframe is of the other byte order" "the other byte order"
broken "its .sframe describes no function" "no function" u32 8 0
broken "$cut" "2^32 - 1 functions" u32 8 0xffffffff
broken "$cut" "functions whose size wraps around to little" u32 8 0xf0f0f10
broken "$cut" "an endless FRE sub-section" u32 16 0xffffffff
broken "$cut" "functions far away" u32 20 0xfffffff0
broken "$cut" "FREs far away" u32 24 0xfffffff0
broken "$cut" "an auxiliary header over everything" sframe 7 255
# What the header does not tell is bounded by the segment.
read -r addr size < <(readelf -lW "$own/good.so" | awk '$1 == "GNU_SFRAME" {
	sub(/^0x0+/, "0x", $3); print $3, $6 }')
is "$(cp "$own/good.so" "$work/b.so"; "$own/patch-elf" "$work/b.so" sframe 2 9
	found "$work/b.so" | awk '{ print $2 }')" "$addr+$((size))" \
	"an unknown version gets the segment's length"

broken "its linker did not know .sframe" "no flag that a linker sets" sframe 3 0

none="it has no .sframe"
broken_section "$none" "no section headers" shnum 0
broken_section "$none" "section headers beyond the end of the file" shoff 0x10000000
broken_section "$none" "section headers at -8" shoff -8
broken_section "$(truth "$own/good.so")" \
	"more section headers than the file has: those before the end count" shnum 65535
broken_section "$none" "section names in a section that is not there" shstrndx 65535

tap_end
