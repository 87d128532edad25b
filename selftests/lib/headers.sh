# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# sfreg.h compiles alone, first, twice, in C and C++, with every warning; a program
# in each language links and runs, against both libraries.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

inc=$top/userspace/include
strict="-Wall -Wextra -Werror -pedantic -Wpadded -fsyntax-only"
printf '#include <sfreg.h>\n#include <sfreg.h>\nextern int x;\n' > "$work/only.c"
cp "$work/only.c" "$work/only.cc"

for std in c99 gnu11 c17; do
	cc -std=$std $strict -I"$inc" "$work/only.c" 2>&1 | sed 's/^/# /'
	ok "${PIPESTATUS[0]}" "sfreg.h as $std"
done
for std in c++11 c++20; do
	if ! command -v g++ > /dev/null; then
		skip "no g++" "sfreg.h as $std"
		continue
	fi
	g++ -std=$std $strict -I"$inc" "$work/only.cc" 2>&1 | sed 's/^/# /'
	ok "${PIPESTATUS[0]}" "sfreg.h as $std"
done

# A struct and a function share some names, which C++ allows, too.
cat > "$work/use.cc" <<'END'
#include <cstdio>
#include <sfreg.h>
int main()
{
	struct sfreg_info info = {};
	struct sfreg_list_entry entry;
	info.size = sizeof(info);
	int a = sfreg_info(&info), b = sfreg_list(-1, 0, &entry, 1, nullptr);
	std::printf("%s %d\n", sfreg_stop_name(SFREG_STOP_OUTERMOST), a == b);
	return 0;
}
END
if command -v g++ > /dev/null; then
	g++ -Wall -Wextra -Werror -I"$inc" -o "$work/shared" "$work/use.cc" -L"$lib" -lsfreg &&
		readelf -dW "$work/shared" | grep -q 'NEEDED.*libsfreg.so.0'
	ok $? "a C++ program with the shared library"
	is "$(LD_LIBRARY_PATH=$lib "$work/shared")" "outermost 1" "... runs"
	g++ -Wall -Wextra -Werror -I"$inc" -o "$work/static" "$work/use.cc" "$lib/libsfreg.a"
	ok $? "a C++ program with the static library"
	is "$("$work/static")" "outermost 1" "... runs"
fi

tap_end
