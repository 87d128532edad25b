# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The manual pages format without a warning, mandoc has nothing to say against them, and they
# tell about every function, every command and every errno of the interfaces.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

pages=$top/Documentation/man

# The page as plain text, without hyphenation.
text()
{
	MANWIDTH=200 man --no-hyphenation -E UTF-8 -l "$pages/$1" 2> /dev/null | col -b
}

if ! command -v man > /dev/null; then
	echo "1..0 # SKIP man is not installed"
	exit 4
fi

for page in "$pages"/*.[1-8]; do
	is "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 > /dev/null)" "" \
		"$(basename "$page"): no warning"
done

# mandoc knows the macros better than groff does. Its order of sections is BSD's; ours is that of
# man-pages(7), where a device has return values, too.
not_bsd="sections out of conventional order|unexpected section: Sh RETURN VALUES"
complaints()
{
	mandoc -T lint -W warning "$1" 2>&1 | grep -vE "$not_bsd"
}

for page in "$pages"/*.[1-8]; do
	lexgrog "$page" > /dev/null
	ok $? "$(basename "$page"): apropos knows it"
	[ ! -h "$page" ] || continue
	if ! command -v mandoc > /dev/null; then
		skip "mandoc is not installed" "$(basename "$page"): no complaint of mandoc"
		continue
	fi
	is "$(complaints "$page")" "" "$(basename "$page"): no complaint of mandoc"
done

# The functions that a header declares.
functions_of()
{
	grep -oE '^[a-z].*\bsfreg_[a-z_]+\(' "$top/userspace/include/$1" | grep -oE 'sfreg_[a-z_]+\(' |
		tr -d "(" | sort -u
}

is "$(functions_of sfreg.h | wc -l)" 16 "sfreg.h has this many functions"
is "$(functions_of sfreg/jit.h | wc -l)" 18 "sfreg/jit.h has this many functions"
functions="$(functions_of sfreg.h) $(functions_of sfreg/jit.h)"
library=$(cd "$pages" && for page in *.3; do text "$page"; done)
for function in $functions; do
	grep -qE "\b$function\(" <<< "$library"
	ok $? "$function is in a page of section 3"
	grep -q "$function(3)" <<< "$(text libsfreg.3)"
	ok $? "... and in libsfreg(3)"
done
# Each function can be asked for by its name.
for function in $functions; do
	[ -e "$pages/$function.3" ]
	ok $? "man 3 $function"
done

# Every errno of the ABI header stands in sfreg(4).
device=$(text sfreg.4)
for errno in $(grep -oE '\bE[A-Z0-9]{3,}\b' "$top/uapi/linux/sfreg.h" | sort -u |
	grep -vxE 'EXACT|EXEC'); do
	grep -qw "$errno" <<< "$device"
	ok $? "sfreg(4) tells about $errno"
done
for name in $(grep -oE '\b(PR_SFREG|SFREG_IOC|SFREG_FEAT|SFREG_STOP|SFREG_KIND|SFREG_DISC|SFREG_SOURCE)_[A-Z_]+\b' \
	"$top/uapi/linux/sfreg.h" | grep -vE '_IOC_MAGIC|_COUNT$' | sort -u); do
	grep -qw "$name" <<< "$device"
	ok $? "sfreg(4) tells about $name"
done

# Every errno and flag of the window builder stands in its page.
builder=$(text sfreg_jit.3)
for name in $(grep -oE '\bE[A-Z0-9]{3,}\b|\bSFREG_JIT_[A-Z_]+\b' "$top/userspace/include/sfreg/jit.h" | sort -u |
	grep -vxE 'EXACT|ESHUTDOWN|SFREG_JIT_H'); do
	grep -qw "$name" <<< "$builder"
	ok $? "sfreg_jit(3) tells about $name"
done

command=$(text sfreg.1)
for name in run ps stat cache attach detach info off on; do
	grep -qE "^ +sfreg $name\b" <<< "$command"
	ok $? "sfreg(1) tells about $name"
done

tap_end
