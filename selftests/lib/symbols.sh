# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the libraries show to the world: the functions of sfreg.h and sfreg/jit.h, all of
# them and nothing else, in their version; the four calls that the loader looks for.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# The functions that the preprocessed headers declare.
declared()
{
	printf '#include <%s>\n' sfreg.h sfreg/jit.h |
		cc -I"$top/userspace/include" -E -P - | tr '\n' ' ' |
		grep -oE '\bsfreg_[a-z_]+ ?\(' | tr -d ' (' | sort -u
}

exported()
{
	nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | sort
}

version=SFREG_0.1
is "$(exported "$lib/libsfreg.so.0")" "$(declared | sed "s/\$/@@$version/")" \
	"libsfreg.so.0 exports what the headers declare, in version $version"
is "$(exported "$lib/libsfreg-audit.so")" "$(printf 'la_activity\nla_objclose\nla_objopen\nla_version')" \
	"libsfreg-audit.so exports the loader's calls"
is "$(exported "$lib/libsfreg-frames.so")" "$(printf '__deregister_frame\n__register_frame')" \
	"libsfreg-frames.so exports what it stands before"
is "$(nm -g --defined-only "$lib/libsfreg.a" | awk 'NF == 3 { print $3 }' | grep -v '^sfreg_')" "" \
	"libsfreg.a has no global symbol without the prefix"
for f in libsfreg.so.0 libsfreg-audit.so; do
	is "$(nm -D --undefined-only "$lib/$f")" "" "$f needs no symbol of others"
	is "$(readelf -dW "$lib/$f" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" "$f" "$f: soname"
	is "$(readelf -lW "$lib/$f" | grep -cE 'GNU_STACK .*RWE|TEXTREL')" 0 \
		"$f: no executable stack, no text relocation"
done
is "$(readlink "$lib/libsfreg.so")" libsfreg.so.0 "libsfreg.so is a link to it"

# Names that upstream will claim.
for f in "$lib/libsfreg.so.0" "$lib/libsfreg.a" "$lib/libsfreg-audit.so"; do
	is "$(nm "$f" 2> /dev/null | grep -E ' [A-TV-Z] sframe_')" "" \
		"$(basename "$f"): no global sframe_ symbol"
done

tap_end
