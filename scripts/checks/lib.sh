# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the checks share; sourced, not run. A check prints one line per finding
# and ends with `finish`: exit 0 clean, 1 findings; or with `skip WHY`: exit 4.
# It looks at the tree that it lies in, so that the selftest can run it in a copy.

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 2
build=$(realpath -m "${BUILD:-$top/build}")
work=$build/style
findings=0

# found TEXT - report one violation
found()
{
	printf '%s\n' "$*"
	findings=$((findings + 1))
}

# note TEXT - worth knowing, but no violation
note()
{
	printf 'note: %s\n' "$*"
}

finish()
{
	[ "$findings" -eq 0 ]
	exit
}

skip()
{
	printf '%s\n' "$*"
	exit 4
}

# tracked [PATHSPEC...] - the project's files, one a line; of a tree without git
# every file outside build/
tracked()
{
	if [ -e .git ]; then
		git ls-files -- "$@" | while IFS= read -r f; do
			[ -e "$f" ] && printf '%s\n' "$f"
		done
		return
	fi
	[ $# -gt 0 ] || set -- '*'
	for pattern; do
		find . -path ./build -prune -o -type f -path "./$pattern" -print
	done | sed 's,^\./,,' | sort -u
}

# each_finding - every line of stdin is a violation; feed it by <<, as a pipe would
# count in a subshell
each_finding()
{
	while IFS= read -r line; do
		[ -z "$line" ] || found "$line"
	done
}

# kernel_tool NAME - a script of the kernel's scripts/ directory
kernel_tool()
{
	scripts/kernel-files "$build" >/dev/null 2>&1
	[ -e "$build/kernel-scripts/$1" ] && printf '%s\n' "$build/kernel-scripts/$1"
}

# kernel_headers - the directory to build the module against: $KDIR, else the
# newest of Debian's 6.1 headers
kernel_headers()
{
	if [ -n "${KDIR:-}" ]; then
		printf '%s\n' "$KDIR"
		return
	fi
	find /usr/src -maxdepth 1 -name 'linux-headers-6.1*-amd64' | sort -V | tail -n 1 | grep .
}

# build_module LOG [MAKE ARGUMENT...] - build sfreg.ko from scratch into $work/module,
# through links, so that the source directories stay clean; in LOG its files are named
# as in the tree
build_module()
{
	log=$1
	shift
	kdir=$(kernel_headers) || return 1
	# A directory of its own, for another build may be under way.
	farm=$work/module.$$
	mkdir -p "$farm"
	cp -rs "$top/Kbuild" "$top/module" "$top/uapi" "$farm/" &&
		nice -n 5 make -j2 -C "$kdir" M="$farm" CONFIG_DEBUG_INFO_BTF_MODULES= \
			"$@" modules >"$log.$$" 2>&1
	built=$?
	sed "s,$farm/,,g" "$log.$$" >"$log"
	rm -rf "$work/module" "$log.$$"
	mv "$farm" "$work/module"
	return $built
}
