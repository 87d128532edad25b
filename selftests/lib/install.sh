# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# make install puts what it should, and only that, below DESTDIR; a program can be
# built with what was installed; make uninstall takes all of it away.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

dest=$work/dest
verb()
{
	make -s --no-print-directory -C "$top/userspace" "$1" BUILD="$BUILD" \
		DESTDIR="$dest" prefix=/opt/x "${@:2}" > "$work/log" 2>&1
}

# Files and links, with their modes.
content()
{
	(cd "$dest" && find . ! -type d -printf '%M %P\n' | sort -k 2)
}

# A page with several names is one file and links to it.
pages=$(cd "$top/Documentation/man" && for p in *.[1-8]; do
	[ -L "$p" ] && mode=lrwxrwxrwx || mode=-rw-r--r--
	echo "$mode opt/x/share/man/man${p##*.}/$p"
done)
wanted=$(sort -k 2 <<END
-rwxr-xr-x opt/x/bin/sfreg
-rw-r--r-- opt/x/include/sfreg.h
-rw-r--r-- opt/x/include/sfreg/jit.h
-rw-r--r-- opt/x/include/sfreg/uapi.h
-rw-r--r-- opt/x/lib/libsfreg-audit.so
-rw-r--r-- opt/x/lib/libsfreg-frames.so
-rw-r--r-- opt/x/lib/libsfreg.a
lrwxrwxrwx opt/x/lib/libsfreg.so
-rw-r--r-- opt/x/lib/libsfreg.so.0
-rw-r--r-- opt/x/lib/pkgconfig/libsfreg.pc
-rwxr-xr-x opt/x/sbin/sfregd
$pages
END
)

umask 077
verb install
ok $? "install"
umask 022
is "$(content)" "$wanted" "what is installed, with modes that do not depend on the umask"
cmp "$top/uapi/linux/sfreg.h" "$dest/opt/x/include/sfreg/uapi.h"
ok $? "uapi.h is the ABI header itself"
cmp "$top/userspace/include/sfreg/jit.h" "$dest/opt/x/include/sfreg/jit.h"
ok $? "jit.h is the builder's"
is "$(find "$dest" -xtype l)" "" "no link leads nowhere"
is "$(grep -c '@' "$dest/opt/x/lib/pkgconfig/libsfreg.pc")" 0 "libsfreg.pc is filled in"

export PKG_CONFIG_PATH=$dest/opt/x/lib/pkgconfig
if command -v pkg-config > /dev/null; then
	is "$(pkg-config --modversion libsfreg)" 0.1.0 "pkg-config: version"
	is "$(pkg-config --cflags --libs libsfreg | xargs)" "-I/opt/x/include -L/opt/x/lib -lsfreg" \
		"pkg-config: flags"
	flags=$(pkg-config --define-variable=prefix="$dest/opt/x" --cflags --libs libsfreg)
else
	skip "no pkg-config" "pkg-config: version"
	skip "no pkg-config" "pkg-config: flags"
	flags="-I$dest/opt/x/include -L$dest/opt/x/lib -lsfreg"
fi
is "$(sed -n 's/^libdir=//p; s/^includedir=//p' "$PKG_CONFIG_PATH/libsfreg.pc")" \
	"$(printf '/opt/x/lib\n/opt/x/include')" "libsfreg.pc: directories"
for example in register jit_window template_jit code_cache injected_calls; do
	cc -Wall -Werror -o "$work/program" "$top/userspace/examples/$example.c" \
		-I"$dest/opt/x/include" -L"$dest/opt/x/lib" -lsfreg
	ok $? "$example builds with the installed library"
done
LD_LIBRARY_PATH=$dest/opt/x/lib ldd "$work/program" | grep -q "libsfreg.so.0 => $dest"
ok $? "... and finds it"
is "$(unset SFREG_AUDIT; "$dest/opt/x/bin/sfreg" run -q sh -c 'echo $LD_AUDIT')" \
	"$dest/opt/x/lib/libsfreg-audit.so" "the installed command finds the installed hook"

verb uninstall
ok $? "uninstall"
is "$(find "$dest" -mindepth 1)" "" "nothing is left, no directory either"

verb install libdir=/opt/x/lib/multi
is "$(cd "$dest/opt/x" && find lib -name '*.so*' | sort | xargs)" \
	"lib/multi/libsfreg-audit.so lib/multi/libsfreg-frames.so lib/multi/libsfreg.so lib/multi/libsfreg.so.0" "another libdir"
verb uninstall libdir=/opt/x/lib/multi
is "$(find "$dest" -mindepth 1)" "" "... and nothing is left"

# What others have put there stays.
verb install
touch "$dest/opt/x/lib/other.so" "$dest/opt/x/share/man/man3/other.3"
verb uninstall
is "$(cd "$dest" && find . -type f | sort | xargs)" \
	"./opt/x/lib/other.so ./opt/x/share/man/man3/other.3" "others' files stay"

tap_end
