// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Looks a symbol up as a dynamic linker does, in another process's memory. All that is read
 * there may be a lie, and may change meanwhile: each number is read once, every loop has an
 * end, and what is found at last is an address, which may as well be wrong.
 */
#include <elf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "loaded.h"
#include "mapped.h"

/* More than anybody has. */
#define MAX_DYNAMIC	256
#define MAX_CHAIN	4096

static bool read_at(int fd, void *to, size_t len, uint64_t at)
{
	return pread(fd, to, len, at) == (ssize_t)len;
}

static bool is_named(int fd, uint64_t at)
{
	char name[sizeof(DESCRIPTOR_NAME)];

	return read_at(fd, name, sizeof(name), at) && !memcmp(name, DESCRIPTOR_NAME, sizeof(name));
}

/* --- dynamic symbols, in memory ---------------------------------------------------- */

struct dynamic {
	uint64_t symbols, strings, hash;
	bool pie;
};

/* Dynamic linkers make addresses of what the file has, and some leave it as it is. */
static uint64_t absolute(uint64_t value, uint64_t bias)
{
	return value < bias ? value + bias : value;
}

static void read_dynamic(int mem, const struct loaded *loaded, const Elf64_Phdr *segment,
			 struct dynamic *dynamic)
{
	Elf64_Dyn entries[MAX_DYNAMIC];
	size_t n = segment->p_memsz / sizeof(*entries);

	if (n > MAX_DYNAMIC)
		n = MAX_DYNAMIC;
	if (!read_at(mem, entries, n * sizeof(*entries), loaded->bias + segment->p_vaddr))
		return;
	for (size_t i = 0; i < n && entries[i].d_tag != DT_NULL; i++) {
		uint64_t value = entries[i].d_un.d_val;

		switch (entries[i].d_tag) {
		case DT_SYMTAB:
			dynamic->symbols = absolute(value, loaded->bias);
			break;
		case DT_STRTAB:
			dynamic->strings = absolute(value, loaded->bias);
			break;
		case DT_GNU_HASH:
			dynamic->hash = absolute(value, loaded->bias);
			break;
		case DT_FLAGS_1:
			dynamic->pie = value & DF_1_PIE;
			break;
		}
	}
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	return hash;
}

/* Return: its value, 0: there is none. */
static uint64_t look_up(int mem, const struct dynamic *dynamic)
{
	struct {
		uint32_t n_buckets, first, n_words, shift;
	} table;
	const uint32_t hash = gnu_hash(DESCRIPTOR_NAME);
	uint64_t word, buckets;
	uint32_t number, link;
	Elf64_Sym symbol;

	if (!dynamic->hash || !read_at(mem, &table, sizeof(table), dynamic->hash) ||
	    !table.n_buckets || !table.n_words || table.shift > 31)
		return 0;
	buckets = dynamic->hash + sizeof(table);
	/* Most are told by this filter that they have no such symbol. */
	if (!read_at(mem, &word, sizeof(word), buckets + hash / 64 % table.n_words * 8ull) ||
	    !(word >> hash % 64 & 1) || !(word >> (hash >> table.shift) % 64 & 1))
		return 0;
	buckets += table.n_words * 8ull;
	if (!read_at(mem, &number, sizeof(number), buckets + hash % table.n_buckets * 4ull) ||
	    number < table.first)
		return 0;
	for (uint32_t i = 0; i < MAX_CHAIN; i++, number++) {
		if (!read_at(mem, &link, sizeof(link), buckets + table.n_buckets * 4ull +
			     (number - table.first) * 4ull))
			return 0;
		if ((link | 1) == (hash | 1) &&
		    read_at(mem, &symbol, sizeof(symbol),
			    dynamic->symbols + number * (uint64_t)sizeof(symbol)) &&
		    descriptor_is_like(&symbol) && is_named(mem, dynamic->strings + symbol.st_name))
			return symbol.st_value;
		if (link & 1)
			break;
	}
	return 0;
}

/* --- a file's mapping -------------------------------------------------------------- */

struct search {
	uint64_t at;		/* 0: it is not there */
	bool sure;		/* .. for a while: no linker is at work on it */
};

static struct search search_mapped(const struct process *process, const struct map *map,
				   const struct loaded *loaded)
{
	struct search search = { .sure = true };
	struct dynamic dynamic = { 0 };
	bool is_program = loaded->header.e_type == ET_EXEC;
	uint64_t value = 0;
	int fd;

	for (int i = 0; i < loaded->header.e_phnum; i++) {
		is_program |= loaded->segments[i].p_type == PT_INTERP;
		if (loaded->segments[i].p_type != PT_DYNAMIC)
			continue;
		read_dynamic(process->mem, loaded, &loaded->segments[i], &dynamic);
		search.sure = dynamic.symbols && dynamic.strings && dynamic.hash;
	}
	if (dynamic.symbols && dynamic.strings)
		value = look_up(process->mem, &dynamic);
	if (!value && (is_program || dynamic.pie)) {
		fd = mapped_open(process, map);
		if (fd >= 0) {
			value = descriptor_in_file(fd);
			close(fd);
		}
	}
	if (value)
		search.at = loaded->bias + value;
	return search;
}

/* @all: the process's mappings, read when they are first asked for: that holds it up. */
static struct search search(const struct process *process, const struct map *map,
			    struct maps *all)
{
	struct loaded loaded;
	uint64_t beginning;

	if (!all->n && maps_read(process->maps, 0, all))
		return (struct search) { 0 };
	beginning = loaded_beginning(all, map);
	if (!beginning || loaded_read(process->mem, beginning, &loaded))
		return (struct search) { 0 };
	return search_mapped(process, map, &loaded);
}

/*
 * What was found, by the file and the place of its text: how far the variable is from there. A
 * file's number may become another's: so it holds for a while.
 */
#define MEMORY		1024
#define MEMORY_SECONDS	60

static struct answer {
	dev_t dev;
	uint64_t inode, offset, distance;
	time_t until;		/* 0: free */
	bool found;
} memory[MEMORY];

static struct answer *answer_for(const struct map *map)
{
	uint64_t hash = (map->inode ^ (uint64_t)map->dev << 32 ^ map->offset) * 0x9e3779b97f4a7c15;

	return &memory[(hash >> 40) % MEMORY];
}

static bool is_about(const struct answer *answer, const struct map *map)
{
	return answer->until && answer->dev == map->dev && answer->inode == map->inode &&
	       answer->offset == map->offset;
}

static uint64_t find_one(const struct process *process, const struct map *map,
			 struct maps *all)
{
	struct answer *answer = answer_for(map);
	struct timespec now;
	struct search result;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (answer->until <= now.tv_sec || !is_about(answer, map)) {
		result = search(process, map, all);
		if (!result.at && !result.sure)
			return 0;
		*answer = (struct answer) {
			.dev = map->dev, .inode = map->inode, .offset = map->offset,
			.distance = result.at - map->start, .found = result.at,
			.until = now.tv_sec + MEMORY_SECONDS,
		};
	}
	return answer->found ? map->start + answer->distance : 0;
}

void descriptors_find(const struct process *process, const struct maps *text,
		      struct descriptors *found)
{
	struct maps all = { 0 };

	found->n = 0;
	for (size_t i = 0; i < text->n && found->n < DESCRIPTORS_MAX; i++) {
		uint64_t at = 0;

		if (text->map[i].kind == MAP_KIND_FILE)
			at = find_one(process, &text->map[i], &all);
		for (uint32_t k = 0; k < found->n; k++)
			if (found->at[k] == at)
				at = 0;
		if (at)
			found->at[found->n++] = at;
	}
	maps_free(&all);
}
