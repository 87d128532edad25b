/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What a process has mapped, from /proc/PID/maps.
 */
#ifndef SFREG_MAPS_H
#define SFREG_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>

enum map_kind {
	MAP_KIND_FILE,		/* a file, a deleted one or a memfd, too */
	MAP_KIND_VDSO,		/* the kernel's [vdso]: an ELF image in memory */
	MAP_KIND_ANONYMOUS,	/* nothing behind it: a JIT's, or a program's own */
	MAP_KIND_OTHER,		/* what the kernel put there: [vsyscall], [uprobes], .. */
};

/**
 * struct map - a range of memory
 * @start, @end: its addresses
 * @vma_end: end of the first of the mappings that it was merged of: with @start the
 *	name in /proc/PID/map_files
 * @offset: of @start in the file
 * @dev, @inode: of the file, as the kernel has them; on overlayfs and btrfs not what
 *	fstat(2) says. 0 where there is no file
 * @prot: PROT_READ, PROT_WRITE, PROT_EXEC
 * @kind: see above
 * @deleted: the file's name is gone
 * @path: as in the file system of the process, or nearly; "" if there is none
 */
struct map {
	uint64_t start, end, vma_end;
	uint64_t offset;
	dev_t dev;
	uint64_t inode;
	int prot;
	enum map_kind kind;
	bool deleted;
	const char *path;
};

struct maps {
	struct map *map;
	size_t n, room;
	char **path;		/* the strings that map[].path point to */
	size_t n_paths, path_room;
};

/* More executable pieces than any program has: what is behind them is passed over. */
#define MAPS_MAX	16384

/* Opens /proc/PID/maps. The descriptor stands for the program that it runs now. */
int maps_open(pid_t pid);

/**
 * maps_read() - read the list, from its beginning
 * @fd: from maps_open(); may be read again
 * @prot: PROT_EXEC: only executable mappings, those that continue each other in memory
 *	and file merged. 0: all, one by one
 * @maps: filled in; free with maps_free()
 *
 * Return: 0, -ESRCH: the program has ended, or -errno.
 */
int maps_read(int fd, int prot, struct maps *maps);
void maps_free(struct maps *maps);

/* Index of the first that ends behind @address; maps->n: none does. */
size_t maps_from(const struct maps *maps, uint64_t address);

/* The one that @address lies in, or NULL. */
const struct map *maps_find(const struct maps *maps, uint64_t address);

/* Do both show the same bytes of the same file? */
bool map_same_file(const struct map *a, const struct map *b);

#endif /* SFREG_MAPS_H */
