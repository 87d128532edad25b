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
/* More than anybody has. */
#define MAX_DYNAMIC	256

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

/**
 * struct copy - what has been copied
 * @size: the file's, by the segments so far
 * @copied: bytes
 */
struct copy {
	int to, mem;
	const struct loaded *loaded;
	uint64_t size, copied;
};

/* Writable data is not copied, but the headers speak of it. */
static int copy_segment(struct copy *copy, const Elf64_Phdr *segment)
{
	uint64_t start = copy->loaded->bias + segment->p_vaddr;

	copy->copied += segment->p_filesz;
	if (segment->p_filesz > IMAGE_MAX || copy->copied > IMAGE_MAX ||
	    segment->p_offset > IMAGE_MAX)
		return -EFBIG;
	if (copy->size < segment->p_offset + segment->p_filesz)
		copy->size = segment->p_offset + segment->p_filesz;
	if (segment->p_flags & PF_W)
		return 0;
	return copy_range(copy->to, segment->p_offset, copy->mem, start,
			  start + segment->p_filesz);
}

/*
 * Of the dynamic section, which is among the writable data, what leads to the symbols. Dynamic
 * linkers make addresses in memory of what the file has, and some leave it as it is.
 */
static int copy_dynamic(const struct copy *copy, const Elf64_Phdr *segment)
{
	size_t n = segment->p_filesz / sizeof(Elf64_Dyn), n_kept = 0;
	Elf64_Dyn entries[MAX_DYNAMIC], kept[MAX_DYNAMIC] = { 0 };
	const uint64_t bias = copy->loaded->bias;

	if (n > MAX_DYNAMIC)
		n = MAX_DYNAMIC;
	if (!n || segment->p_offset > IMAGE_MAX ||
	    pread(copy->mem, entries, n * sizeof(*entries), bias + segment->p_vaddr) !=
	    (ssize_t)(n * sizeof(*entries)))
		return 0;
	for (size_t i = 0; i < n && entries[i].d_tag != DT_NULL; i++) {
		Elf64_Dyn entry = entries[i];

		switch (entry.d_tag) {
		case DT_SYMTAB:
		case DT_STRTAB:
		case DT_GNU_HASH:
			if (entry.d_un.d_ptr >= bias)
				entry.d_un.d_ptr -= bias;
			kept[n_kept++] = entry;
			break;
		}
	}
	n *= sizeof(*kept);
	return pwrite(copy->to, kept, n, segment->p_offset) == (ssize_t)n ? 0 : -ENOSPC;
}

static int copy_segments(struct copy *copy)
{
	int error = 0;

	for (int i = 0; !error && i < copy->loaded->header.e_phnum; i++) {
		const Elf64_Phdr *segment = &copy->loaded->segments[i];

		if (segment->p_type == PT_LOAD)
			error = copy_segment(copy, segment);
		else if (segment->p_type == PT_DYNAMIC)
			error = copy_dynamic(copy, segment);
	}
	if (!error && ftruncate(copy->to, copy->size))
		error = -errno;
	return error;
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
	struct copy copy = { .mem = mem, .size = sizeof(Elf64_Ehdr) };
	struct loaded loaded;
	int fd, error;

	error = loaded_read(mem, start, &loaded);
	if (error)
		return error;
	fd = make_file();
	if (fd < 0)
		return fd;
	copy.to = fd;
	copy.loaded = &loaded;
	error = copy_segments(&copy);
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
