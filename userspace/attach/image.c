// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The image of a piece of text begins where the file does, below it; where the rest lies is what
 * the program headers there say.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image.h"
#include "loaded.h"

#define IMAGE_MAX	(256ull << 20)
#define VDSO_MAX	(64u << 10)
#define CHUNK		65536

static int make_file(void)
{
	int fd = memfd_create("sfreg-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	return fd < 0 ? -errno : fd;
}

/* What cannot change any more can be known again by its inode. Closes the file on error. */
static int seal(int fd, int error)
{
	const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

	if (!error && fcntl(fd, F_ADD_SEALS, seals))
		error = -errno;
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* What cannot be read (beyond a truncated file's end, say) stays a hole. */
static int copy_range(int to, uint64_t offset, int mem, uint64_t start, uint64_t end)
{
	static char buffer[CHUNK];

	while (start < end) {
		size_t want = end - start < CHUNK ? end - start : CHUNK;
		ssize_t got = pread(mem, buffer, want, start);

		if (got <= 0)
			return 0;
		if (pwrite(to, buffer, got, offset) != got)
			return -ENOSPC;
		start += got;
		offset += got;
	}
	return 0;
}

static int make_copy(const void *bytes, size_t len)
{
	int fd = make_file();

	if (fd < 0)
		return fd;
	return seal(fd, write(fd, bytes, len) == (ssize_t)len ? 0 : -ENOSPC);
}

/* All processes have the same one, or very few: the last file serves the next process, too. */
int image_of_vdso(const struct process *process, const struct map *map)
{
	static char last[VDSO_MAX], now[VDSO_MAX];
	static size_t last_len;
	static int last_fd = -1;
	size_t len = map->end - map->start;
	int fd;

	if (len > VDSO_MAX)
		return -EFBIG;
	if (pread(process->mem, now, len, map->start) != (ssize_t)len)
		return -ESRCH;
	if (last_fd < 0 || len != last_len || memcmp(last, now, len)) {
		fd = make_copy(now, len);
		if (fd < 0)
			return fd;
		if (last_fd >= 0)
			close(last_fd);
		last_fd = fd;
		last_len = len;
		memcpy(last, now, len);
	}
	fd = fcntl(last_fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

/* Writable data is not copied, but the headers speak of it. */
static int copy_segments(int to, int mem, const struct loaded *loaded)
{
	uint64_t size = sizeof(loaded->header), copied = 0;

	for (int i = 0; i < loaded->header.e_phnum; i++) {
		const Elf64_Phdr *segment = &loaded->segments[i];
		uint64_t start = loaded->bias + segment->p_vaddr;
		int error;

		if (segment->p_type != PT_LOAD)
			continue;
		copied += segment->p_filesz;
		if (segment->p_filesz > IMAGE_MAX || copied > IMAGE_MAX ||
		    segment->p_offset > IMAGE_MAX)
			return -EFBIG;
		if (size < segment->p_offset + segment->p_filesz)
			size = segment->p_offset + segment->p_filesz;
		if (segment->p_flags & PF_W)
			continue;
		error = copy_range(to, segment->p_offset, mem, start, start + segment->p_filesz);
		if (error)
			return error;
	}
	return ftruncate(to, size) ? -errno : 0;
}

static int forget_sections(int fd, Elf64_Ehdr *header)
{
	header->e_shoff = 0;
	header->e_shnum = 0;
	header->e_shstrndx = SHN_UNDEF;
	return pwrite(fd, header, sizeof(*header), 0) == sizeof(*header) ? 0 : -ENOSPC;
}

static int make_image(int mem, uint64_t start)
{
	struct loaded loaded;
	int fd, error;

	error = loaded_read(mem, start, &loaded);
	if (error)
		return error;
	fd = make_file();
	if (fd < 0)
		return fd;
	error = copy_segments(fd, mem, &loaded);
	if (!error)
		error = forget_sections(fd, &loaded.header);
	return seal(fd, error);
}

int image_of_file(const struct process *process, const struct map *map)
{
	struct maps all;
	uint64_t start;
	int error;

	error = maps_read(process->maps, 0, &all);
	if (error)
		return error;
	start = loaded_beginning(&all, map);
	maps_free(&all);
	return start ? make_image(process->mem, start) : -ENOEXEC;
}
