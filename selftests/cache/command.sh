# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# sfreg cache, and the loader's hook that uses what it made. Without the module: with
# SFREG_DEBUG the hook says what it would have registered.

. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

sfreg=$bin/sfreg
hook=$lib/libsfreg-audit.so
objects=$BUILD/selftests/cache
libc=/lib/x86_64-linux-gnu/libc.so.6
export SFREG_CACHE=$work/cache

if module_is_loaded; then
	echo "1..0 # SKIP the module is loaded"
	exit 4
fi
if ! cp "$objects/plain.so" "$objects/plain" "$work" || [ ! -x "$sfreg" ]; then
	echo "Bail out! selftests/cache is not built"
	exit 1
fi
plain=$work/plain.so

# What the hook says of the objects named (ends of their names) when plain runs.
seen()
{
	local name

	SFREG_DEBUG=1 LD_AUDIT=$hook "$work/plain" "$plain" > /dev/null 2> "$work/said"
	for name; do
		sed -nE "/^sfreg: [^:]*$name: /{ s/^sfreg: [^:]*: //; s/0x[0-9a-f]+/N/g; p }" \
			"$work/said"
	done
}

found="text N+N, .sframe N+N: the module is not loaded"
none="it has no .sframe"

# The command.
is "$("$sfreg" cache)" "$work/cache: empty" "there is no cache"
is "$("$sfreg" cache --clean)" "$work/cache: empty" "... and nothing to remove"
is "$("$sfreg" cache "$plain")" "$plain: made" "a library's section is made"
is "$("$sfreg" cache "$plain")" "$plain: there already" "... once"
cp "$plain" "$work/copy.so"
is "$("$sfreg" cache "$work/copy.so")" "$work/copy.so: there already" \
	"... and a copy of the library has it, too"
"$sfreg" synth "$plain" -o "$work/section" > /dev/null
"$sfreg" cache --list > "$work/list"
is "$(awk '{ print $4, $5 }' "$work/list" | head -n 1)" \
	"$(stat -c %s "$work/section") bytes" "--list: the section that synth makes"
is "$(tail -n 1 "$work/list" | sed 's/,.*//')" "$work/cache: 1 section" "... is all there is"
cmp -s <(tail -c "$(stat -c %s "$work/section")" "$SFREG_CACHE"/sections/*) "$work/section"
ok $? "... byte for byte"
echo "no ELF file" > "$work/text"
is "$("$sfreg" cache "$work/text" /dev/null "$work/missing" "$work" "$plain" 2>&1; echo $?)" \
	"$(printf 'sfreg: %s: %s\n' "$work/text" "no 64-bit x86 program or shared library" \
		/dev/null "not a regular file" "$work/missing" "No such file or directory" \
		"$work" "not a regular file"
	printf '%s: there already\n1' "$plain")" "each file that has none, and why"
is "$("$sfreg" cache --list --clean 2>&1 | head -n 1; "$sfreg" cache --linked 2>&1 | head -n 1)" \
	"$(printf 'sfreg cache: %s\n' "one of FILE, --list and --clean" \
		"--linked needs a FILE")" "options that contradict each other"

# The hook.
is "$(seen plain.so "main program" libc.so.6)" "$(printf '%s\n' "$found" "$none" "$none")" \
	"the hook finds the library's section, and no others"
"$sfreg" cache --linked "$work/plain" > "$work/out"
is "$(sed 's/: made$//' "$work/out" | sort)" \
	"$( (echo "$work/plain"; ldd "$work/plain" | grep -o '/[^ ]*') | sort)" \
	"--linked: the program and what ldd says"
is "$(seen plain.so "main program" libc.so.6 ld-linux-x86-64.so.2)" \
	"$(printf '%s\n' "$found" "$found" "$found" "$found")" "the hook finds all of them"
for program in pie nopie; do
	is "$(setarch -R env SFREG_DEBUG=1 LD_AUDIT="$hook" "$own/$program" "$plain" 2> /dev/null)" \
		"$(setarch -R "$own/$program" "$plain")" "$program does not feel it"
done
is "$(SFREG_CACHE=$work/other seen plain.so "main program")" "$(printf '%s\n' "$none" "$none")" \
	"another cache is another"
strip -o "$work/stripped.so" "$plain"
is "$(plain=$work/stripped.so seen stripped.so)" "$none" "a file of another length is another"

# Own tables come first.
is "$("$sfreg" cache "$own/good.so")" "$own/good.so: made" "a library with .sframe"
address=$(readelf -SW "$own/good.so" | sed -nE 's/.* \.sframe +[A-Z_]+[^0-9]*[0-9]* +([0-9a-f]+) .*/\1/p')
SFREG_DEBUG=1 LD_AUDIT=$hook "$work/plain" "$own/good.so" > /dev/null 2> "$work/said"
is "$(sed -nE 's/.*good.so: .*\.sframe 0x[0-9a-f]*([0-9a-f]{3})\+.*/\1/p' "$work/said")" \
	"${address: -3}" "... is described by its own"

# Another's file that begins as libc does, build ID and all, and says something else.
files()
{
	(cd "$SFREG_CACHE" && sha256sum ranges/* sections/* | sort)
}

read -r at length < <(readelf -SW $libc | sed -nE \
	's/.* \.eh_frame +PROGBITS +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) .*/0x\1 0x\2/p')
cp $libc "$work/evil.so"
cut=$((at + length / 2))
head -c 3000 /dev/zero | dd of="$work/evil.so" bs=1 seek=$cut conv=notrunc status=none
cmp -s -n $cut $libc "$work/evil.so" && ! cmp -s $libc "$work/evil.so"
ok $? "a file that is libc up to the middle of its .eh_frame"
before=$(files)
is "$("$sfreg" cache "$work/evil.so")" "$work/evil.so: made" "... has a section of its own"
is "$(comm -23 <(echo "$before") <(files))" "" "... every file of the cache is as it was"
is "$(comm -13 <(echo "$before") <(files) | sed 's/.*  //; s,/.*,,' | sort)" "$(printf 'ranges\nsections')" \
	"... and new are a way and a section"
is "$("$sfreg" cache $libc)" "$libc: there already" "... libc has its own"
is "$(seen libc.so.6)" "$found" "... which the hook finds"

# Garbage in an entry's place; another's entry.
entry_of()
{
	local clean=$work/clean

	SFREG_CACHE=$clean "$sfreg" cache "$1" > /dev/null
	ls "$clean/sections"
	rm -r "$clean"
}

entry=$SFREG_CACHE/sections/$(entry_of "$plain")
cp "$entry" "$work/intact"
for harm in "head -c 5000 /dev/urandom" "cat $SFREG_CACHE/sections/$(entry_of $libc)" \
	"head -c 200 $work/intact" "true"; do
	$harm > "$work/harm"
	cat "$work/harm" > "$entry"
	is "$(seen plain.so libc.so.6)" "$(printf '%s\n' "$none" "$found")" \
		"$(sed 's,/[^ ]*/,,' <<< "$harm") as its entry: passed over, and libc is not"
	is "$("$sfreg" cache "$plain"; cmp "$entry" "$work/intact")" "$plain: made" "... made again"
done
chmod 666 "$entry"
is "$(seen plain.so)" "$none" "an entry that anybody may write to: passed over"
is "$("$sfreg" cache --list | grep -c 'not fit to be used$')" 1 "... and --list says so"
chmod 644 "$entry"
chmod 777 "$SFREG_CACHE/sections"
is "$(seen plain.so libc.so.6)" "$(printf '%s\n' "$none" "$none")" "a directory, likewise"
is "$("$sfreg" cache 2>&1; "$sfreg" cache "$plain" 2>&1)" \
	"$(printf 'sfreg: %s: %s\n' "$work/cache" \
		"it belongs to another user, or others may write to it" \
		"$plain" "Operation not permitted")" "... and the command refuses it"
chmod 711 "$SFREG_CACHE/sections"
is "$(seen plain.so)" "$found" "... until that is put right"

# What a program is linked with is found out without running it.
printf '#!%s\ntouch %s\n' "$work/plain" "$work/ran" > "$work/script"
printf '#!/usr/bin/env -S sh\n' > "$work/by-env-option"
printf '#!/usr/bin/env plain\n' > "$work/by-env"
chmod +x "$work"/{script,by-env,by-env-option}
PATH=$work:$PATH
for command in script by-env plain; do
	is "$("$sfreg" cache --linked "$command" | head -n 1)" "$work/plain: there already" \
		"--linked $command"
done
is "$("$sfreg" cache --linked by-env-option | head -n 1 | sed 's/:.*//')" "/usr/bin/env" \
	"--linked by-env-option"
if [ -x "$objects/static" ]; then
	cp "$objects/static" "$work"
	is "$("$sfreg" cache --linked "$work/static")" "$work/static: made" \
		"--linked: a static program is all there is"
fi
[ ! -e "$work/ran" ]
ok $? "nothing of that was run"

# An ordinary user has a cache at home.
if [ "$(id -u)" -eq 0 ] && command -v setpriv > /dev/null; then
	mkdir "$work/home"
	chown 65534:65534 "$work/home"
	chmod 755 "$work"
	# He may not enter root's home, where the build may lie.
	cp "$sfreg" "$hook" "$work"
	nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups env -u SFREG_CACHE
		-u XDG_CACHE_HOME HOME="$work/home")
	is "$("${nobody[@]}" "$work/sfreg" cache "$plain" 2>&1)" "$plain: made" "an ordinary user's"
	is "$(stat -c '%a %u' "$work/home/.cache" "$work/home/.cache/sfreg")" \
		"$(printf '700 65534\n755 65534')" "... lies at home"
	"${nobody[@]}" SFREG_DEBUG=1 LD_AUDIT="$work/${hook##*/}" "$work/plain" "$plain" 2>&1 |
		grep -q "plain.so: text .*: the module is not loaded"
	ok $? "... and the hook looks there"
	is "$("${nobody[@]}" SFREG_CACHE=home/.cache/sfreg "$work/sfreg" cache | sed 's/:.*//')" \
		"$work/home/.cache/sfreg" "a relative SFREG_CACHE is none"
	(
		unset SFREG_CACHE
		XDG_CACHE_HOME=$work/home/.cache seen plain.so
	) > "$work/out"
	is "$(cat "$work/out")" "$none" "root does not believe it"
fi

is "$("$sfreg" cache --clean | sed 's/: .* removed/: removed/'; "$sfreg" cache)" \
	"$(printf '%s: removed\n%s: 0 sections, 0.0 MB' "$work/cache" "$work/cache")" "--clean"
is "$(seen plain.so "main program")" "$(printf '%s\n' "$none" "$none")" "... and nothing is found"

tap_end
