# SPDX-License-Identifier: GPL-2.0-only
#
# A root directory on a disk of the guest's own: ext4, in memory. The machine's own root comes by
# 9p: each look at a file may ask the host, which costs time that is nobody's, and a name cannot
# be followed without (openat2(2), RESOLVE_CACHED). Sourced by suites.
# shellcheck shell=bash

# local_root DIR: makes it; a chroot there has /proc, /sys and /dev. At the suite's end nothing may
# be mounted below its directory any more: that is removed, with all that is in it.
local_root()
{
	# shellcheck disable=SC2064 # as it is now
	trap "umount -R -l '$1'" EXIT
	modprobe -d "$SFREG_MODDIR" -a loop ext4 2> /dev/null	# or they are built in
	mkdir -p "$1" &&
		truncate -s 256M "$1.image" &&
		/usr/sbin/mke2fs -q -F -t ext4 "$1.image" &&
		mount -o loop "$1.image" "$1" || return 1
	mkdir "$1/proc" "$1/sys" "$1/dev" "$1/tmp" &&
		mount -t proc proc "$1/proc" &&
		mount --rbind /sys "$1/sys" &&
		mount --rbind /dev "$1/dev"
}

# local_programs DIR FILE...: copies programs and libraries there, and what they are linked with.
local_programs()
{
	local dir=$1 file

	shift
	cp "$@" "$dir/" || return 1
	for file in $(ldd "$@" 2> /dev/null | grep -o '/[^ :]*\.so[^ :]*' | sort -u); do
		[ -e "$dir$file" ] && continue
		mkdir -p "$dir${file%/*}" && cp "$file" "$dir$file" || return 1
	done
}
