// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loaded.h"

/* Nobody's program headers are further from the beginning. */
#define MAX_OFFSET	(256ull << 20)

uint64_t loaded_beginning(const struct maps *all, const struct map *map)
{
	const struct map *here = maps_find(all, map->start);

	for (; here && here >= all->map; here--)
		if (map_same_file(here, map) && !here->offset)
			return here->start;
	return 0;
}

int loaded_read(int mem, uint64_t beginning, struct loaded *loaded)
{
	const Elf64_Ehdr *header = &loaded->header;
	size_t len;

	if (pread(mem, &loaded->header, sizeof(*header), beginning) != sizeof(*header) ||
	    memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 ||
	    header->e_phentsize != sizeof(Elf64_Phdr) ||
	    header->e_phnum > LOADED_MAX_SEGMENTS || header->e_phoff > MAX_OFFSET)
		return -ENOEXEC;
	len = header->e_phnum * sizeof(Elf64_Phdr);
	if (pread(mem, loaded->segments, len, beginning + header->e_phoff) != (ssize_t)len)
		return -ENOEXEC;
	for (int i = 0; i < header->e_phnum; i++) {
		const Elf64_Phdr *segment = &loaded->segments[i];

		if (segment->p_type == PT_LOAD && !segment->p_offset) {
			loaded->bias = beginning - segment->p_vaddr;
			return 0;
		}
	}
	return -ENOEXEC;
}
