# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# sfreg synth: what it prints and writes, and what it leaves alone when it fails. Whether the
# sections are right is selftests/synth's to say.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

sfreg=$bin/sfreg
cd "$work" || exit 1

# fails CODE LINE ARGUMENT... - with this code, this first line, and no output
fails()
{
	local wanted=$1 text=$2 rc

	shift 2
	"$sfreg" synth "$@" > out 2> err < /dev/null
	rc=$?
	[ $rc -eq "$wanted" ] && [ ! -s out ] && [ "$(head -n 1 err)" = "$text" ]
	ok $? "$*: code $wanted, '$text'"
	[ $rc -eq "$wanted" ] || echo "# code $rc"
}

# The bytes of a file, [at, at + len), in hexadecimal.
bytes()
{
	od -An -v -tx1 -j "$2" -N "$3" "$1" | tr -d ' \n'
}

# Patches the file: its copy with other bytes at an offset.
patched()
{
	cp odd.so "$1"
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

odd=$top/selftests/synth/odd.S
gcc -nostdlib -shared -Wl,-z,separate-code -o odd.so "$odd" &&
	gcc -nostdlib -shared -Wl,-z,separate-code -DDEBUG_FRAME -o debug.so "$odd" ||
	echo "# $odd is not made"

# --- what it prints

want="odd.so: SFrame version 3, 560 bytes, base 0x1000, 24 functions, 26 rows
bytes of text 70736
described by the file 70414 99.54 %
plain 70330 99.88 %
repeating block 64 0.09 %
flexible 4 0.01 %
extended 2 0.00 %
outermost 1 0.00 %
signal frame 1 0.00 %
no rule: frame address 5 0.01 %
no rule: return address 2 0.00 %
no rule: frame pointer 4 0.01 %
no rule: stack pointer 1 0.00 %"
plain()
{
	sed -E 's/^ +//; s/ +/ /g' "$1"
}

"$sfreg" synth odd.so > out 2> err
is "$? $(cat err)" "0 " "a library of all shapes"
is "$(plain out)" "$want" "... the summary"
"$sfreg" synth --report odd.so > out
is "$(plain out | head -n 13)" "$want" "--report: the summary"
is "$(plain out | tail -n +14 | cut -d ' ' -f 2-)" "1 strange_signal: return address
1 strange_cfa: frame address
1 low_cfa: frame address
1 half_indexed: frame address
1 indexed_itself: frame address
1 three_registers: frame address
1 strange_ra: return address
1 strange_fp: frame pointer
1 strange_sp: stack pointer
1 undefined_fp: frame pointer
1 fp_is_cfa: frame pointer
1 fp_over_ra: frame pointer" "... and the functions that have holes"
strip -o bare.so odd.so
is "$("$sfreg" synth -r bare.so | tail -n 12)" "$("$sfreg" synth -r odd.so | tail -n 12)" \
	"... without .symtab, by .dynsym: the same"
echo "{ local: *; };" > hide
gcc -nostdlib -shared -s -Wl,-z,separate-code,--version-script=hide -o hidden.so "$odd"
is "$("$sfreg" synth -r hidden.so | plain - | tail -n 6 | cut -d " " -f 2-)" \
	"1 (no symbol): return address
5 (no symbol): frame address
1 (no symbol): return address
1 (no symbol): frame pointer
1 (no symbol): stack pointer
3 (no symbol): frame pointer" "... without symbols: a line for each reason in a row"
"$sfreg" synth debug.so > out
is "$(plain out)" "${want/odd.so/debug.so}" "the same in .debug_frame: the same summary"
# That they are right is for selftests/synth to say.
crypto=/usr/lib/x86_64-linux-gnu/libcrypto.so.3
if [ -e "$crypto" ]; then
	"$sfreg" synth --report "$crypto" > out
	is "$(plain out | awk '/ bn_gather5: corrected$/ { print $2 }')" 636 \
		"libcrypto: a corrected function, and its bytes"
	is "$(plain out | sed -n 's/^corrected \([0-9]*\) .*/\1/p')" \
		"$(plain out | awk '/: corrected$/ { n += $2 } END { print n }')" \
		"... all corrected bytes are named"
else
	skip "it is not here" "libcrypto: a corrected function, and its bytes"
	skip "it is not here" "... all corrected bytes are named"
fi
"$sfreg" synth /bin/true > out
grep -q '^/bin/true: SFrame version 2, ' out
ok $? "a plain program: version 2"

# --- what it writes

"$sfreg" synth odd.so -o section > /dev/null
is "$(stat -c %s section) $(bytes section 0 8)" "560 e2de03010300f810" "the section's bytes"
"$sfreg" synth odd.so -o again > /dev/null
cmp -s section again
ok $? "... again: the same"
"$sfreg" synth odd.so > /dev/null -o debug.so
cmp -s section debug.so
ok $? "... in place of a file that was longer"
"$sfreg" synth /bin/true --embed=true --output=section > /dev/null
is "$(./true; echo $?) $(readelf -SW true | grep -c ' \.sframe ')" "0 1" "a copy that runs"
is "$(stat -c %s section)" "$((16#$(readelf -SW true | awk '$3 == ".sframe" { print $7 }' \
	FS='[][ ]+')))" "... and carries the section"

# --- what it refuses

fails 2 "sfreg synth: which file?"
fails 2 "sfreg synth: more than one file" odd.so odd.so
fails 1 "sfreg: nothing: No such file or directory" nothing
fails 1 "sfreg: .: not a regular file" .
fails 1 "sfreg: /dev/null: not a regular file" /dev/null
mkfifo fifo
fails 1 "sfreg: fifo: not a regular file" fifo
echo "a line of text" > text
fails 1 "sfreg: text: no 64-bit x86 program or shared library" text
: > empty
fails 1 "sfreg: empty: no 64-bit x86 program or shared library" empty
patched small.so 4 '\001'
fails 1 "sfreg: small.so: no 64-bit x86 program or shared library" small.so
patched headers.so 54 '\040'
fails 1 "sfreg: headers.so: its headers contradict each other or the file's size" headers.so
head -c 10000 odd.so > cut.so
fails 1 "sfreg: cut.so: its headers contradict each other or the file's size" cut.so
printf '\t.text\n\tnop\n' | gcc -x assembler -nostdlib -shared -o none.so -
fails 1 "sfreg: none.so: it has no call frame information" -o none.section none.so
[ ! -e none.section ]
ok $? "... and nothing is written"

# --- what it leaves alone

cp odd.so before.so
ln -s odd.so link
fails 1 "sfreg: odd.so is odd.so itself" -o odd.so odd.so
fails 1 "sfreg: link is odd.so itself" --embed link odd.so
cmp -s odd.so before.so
ok $? "... and it is as it was"
fails 1 "sfreg: true: it has an .sframe section already" --embed more true
[ ! -e more ]
ok $? "... and there is no copy"
fails 1 "sfreg: no/section: No such file or directory" -o no/section odd.so
fails 1 "sfreg: /dev/full: No space left on device" -o /dev/full odd.so
[ -c /dev/full ]
ok $? "... and that is still a device"
tap_end
