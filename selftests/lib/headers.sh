# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# sfreg.h and sfreg/jit.h compile alone, first, twice, in C and C++, with every warning; a program
# in each language links and runs, against both libraries.

. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

inc=$top/userspace/include
strict="-Wall -Wextra -Werror -pedantic -Wpadded -fsyntax-only"

# compiles HEADER STANDARD COMPILER SUFFIX
compiles()
{
	if ! command -v "$3" > /dev/null; then
		skip "no $3" "$1 as $2"
		return
	fi
	printf '#include <%s>\n#include <%s>\nextern int x;\n' "$1" "$1" > "$work/only.$4"
	# shellcheck disable=SC2086 # several words
	"$3" -std="$2" $strict -I"$inc" "$work/only.$4" 2>&1 | sed 's/^/# /'
	ok "${PIPESTATUS[0]}" "$1 as $2"
}

for header in sfreg.h sfreg/jit.h; do
	for std in c99 gnu11 c17; do
		compiles $header $std cc c
	done
	for std in c++11 c++20; do
		compiles $header $std g++ cc
	done
done

# A struct and a function share some names, which C++ allows, too.
cat > "$work/use.cc" <<'END'
#include <cstdio>
#include <sfreg.h>
#include <sfreg/jit.h>
static int describe()
{
	static char text[4096];
	sfreg_jit_options options = { sizeof(options), 0, text, sizeof(text), 1, 1 };
	sfreg_jit_row row = { 0, 8, -8, 0, 0, 0 };
	sfreg_jit *jit = nullptr;
	int ret = sfreg_jit_open(&options, &jit);
	if (!ret)
		ret = sfreg_jit_stub(jit, text, 16, &row, nullptr);
	sfreg_jit_close(jit);
	sfreg_jit_live *live = nullptr;
	if (!sfreg_jit_live_open(&options, &live))
		ret = sfreg_jit_live_function(live, text, 16, &row, 1, "name");
	sfreg_jit_live_close(live);
	return ret;
}
int main()
{
	struct sfreg_info info = {};
	struct sfreg_list_entry entry;
	info.size = sizeof(info);
	int a = sfreg_info(&info), b = sfreg_list(-1, 0, &entry, 1, nullptr);
	std::printf("%s %d %d\n", sfreg_stop_name(SFREG_STOP_OUTERMOST), a == b, describe());
	return 0;
}
END
if command -v g++ > /dev/null; then
	g++ -Wall -Wextra -Werror -I"$inc" -o "$work/shared" "$work/use.cc" -L"$lib" -lsfreg &&
		readelf -dW "$work/shared" | grep -q 'NEEDED.*libsfreg.so.0'
	ok $? "a C++ program with the shared library"
	is "$(LD_LIBRARY_PATH=$lib "$work/shared")" "outermost 1 0" "... runs"
	g++ -Wall -Wextra -Werror -I"$inc" -o "$work/static" "$work/use.cc" "$lib/libsfreg.a"
	ok $? "a C++ program with the static library"
	is "$("$work/static")" "outermost 1 0" "... runs"
fi

tap_end
