// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * GDB's JIT interface: a program that generates code, or a library that does, has a variable
 * __jit_debug_descriptor. It is looked up as a dynamic linker would, by DT_GNU_HASH; in
 * programs, which need not export it, by .symtab. Whoever looks the file's section up reads the
 * same, and be it for the section alone: so of a library that is a few bytes.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "image.h"

#define NAME		"__jit_debug_descriptor"
#define SIZE		24

/* More than anybody has. */
#define MAX_DYNAMIC	256
#define MAX_CHAIN	1024
/* Above this a program's .symtab is not worth what it costs each time that it is executed. */
#define MAX_TABLE	(2u << 20)

/**
 * struct search - one file's
 * @error: of reading; what the file has wrong ends the search without one
 * @symbols, @strings, @hash: addresses, by the dynamic section; 0: it has none
 * @is_program: it may keep the variable to itself; a library that can be executed may not
 */
struct search {
	struct image *image;
	int error;
	uint64_t symbols, strings, hash;
	bool is_program, is_library;
};

/* NULL: they are not in the file, or too much has been read already. */
static const void *fetch(struct search *search, uint64_t at, uint64_t len)
{
	const uint8_t *bytes;
	int error;

	if (search->error)
		return NULL;
	error = image_fetch(search->image, at, len, &bytes);
	if (!error)
		return bytes;
	if (error != -EBADMSG && error != -EFBIG)
		search->error = error;
	return NULL;
}

/* What is loaded to @addr; @len becomes less where the segment ends. */
static const void *fetch_loaded(struct search *search, uint64_t addr, uint64_t *len)
{
	uint64_t at, most;

	if (image_loaded_from(search->image, addr, &at, &most))
		return NULL;
	if (*len > most)
		*len = most;
	return fetch(search, at, *len);
}

static const void *fetch_whole(struct search *search, uint64_t addr, uint64_t len)
{
	uint64_t there = len;
	const void *bytes = fetch_loaded(search, addr, &there);

	return there == len ? bytes : NULL;
}

/* All but the name. */
static bool is_like_it(const Elf64_Sym *symbol)
{
	return ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && symbol->st_shndx &&
	       symbol->st_size >= SIZE;
}

/* --- dynamic symbols --------------------------------------------------------------- */

static void read_dynamic(struct search *search, const Elf64_Phdr *segment)
{
	const uint64_t most = MAX_DYNAMIC * sizeof(Elf64_Dyn);
	uint64_t len = segment->p_filesz < most ? segment->p_filesz : most;
	const Elf64_Dyn *entry = fetch_loaded(search, segment->p_vaddr, &len);
	uint64_t n = len / sizeof(*entry);

	for (; entry && n && entry->d_tag != DT_NULL; n--, entry++) {
		switch (entry->d_tag) {
		case DT_SYMTAB:
			search->symbols = entry->d_un.d_ptr;
			break;
		case DT_STRTAB:
			search->strings = entry->d_un.d_ptr;
			break;
		case DT_GNU_HASH:
			search->hash = entry->d_un.d_ptr;
			break;
		case DT_SONAME:
			search->is_library = true;
			break;
		case DT_FLAGS_1:
			search->is_program |= !!(entry->d_un.d_val & DF_1_PIE);
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

static uint64_t value_of(struct search *search, uint32_t number)
{
	const Elf64_Sym *symbol;
	const char *name;

	symbol = fetch_whole(search, search->symbols + number * (uint64_t)sizeof(*symbol),
			     sizeof(*symbol));
	if (!symbol || !is_like_it(symbol))
		return 0;
	name = fetch_whole(search, search->strings + symbol->st_name, sizeof(NAME));
	return name && !memcmp(name, NAME, sizeof(NAME)) ? symbol->st_value : 0;
}

/* Each word is a symbol's hash; the last one's has the lowest bit set. */
static uint64_t look_in_chain(struct search *search, uint64_t chain, uint32_t number)
{
	const uint32_t hash = gnu_hash(NAME);
	uint64_t len = MAX_CHAIN * sizeof(uint32_t);
	const uint32_t *word = fetch_loaded(search, chain, &len);
	uint64_t value = 0;

	for (uint64_t i = 0; word && !value && i < len / sizeof(*word); i++) {
		if ((word[i] | 1) == (hash | 1))
			value = value_of(search, number + i);
		if (word[i] & 1)
			break;
	}
	return value;
}

/* What DT_GNU_HASH leads to; the filter's words follow, buckets, and chains. */
struct hash_table {
	uint32_t n_buckets, first, n_words, shift;
};

static uint64_t look_up(struct search *search)
{
	const uint32_t hash = gnu_hash(NAME), *bucket;
	const struct hash_table *table;
	uint64_t buckets;
	const uint64_t *word;

	if (!search->symbols || !search->strings || !search->hash)
		return 0;
	table = fetch_whole(search, search->hash, sizeof(*table));
	if (!table || !table->n_buckets || !table->n_words || table->shift > 31)
		return 0;
	buckets = search->hash + sizeof(*table);
	/* Most are told by this filter that they have no such symbol. */
	word = fetch_whole(search, buckets + hash / 64 % table->n_words * 8ull, sizeof(*word));
	if (!word || !(*word >> hash % 64 & 1) || !(*word >> (hash >> table->shift) % 64 & 1))
		return 0;
	buckets += table->n_words * 8ull;
	bucket = fetch_whole(search, buckets + hash % table->n_buckets * 4ull, sizeof(*bucket));
	if (!bucket || *bucket < table->first)
		return 0;
	return look_in_chain(search, buckets + table->n_buckets * 4ull +
			     (*bucket - table->first) * 4ull, *bucket);
}

/* --- a program's own symbols ------------------------------------------------------- */

static const Elf64_Shdr *find_symtab(const struct image *image)
{
	const Elf64_Shdr *shdr = image->sections;

	for (uint32_t i = 0; i < image->n_sections; i++, shdr++)
		if (shdr->sh_type == SHT_SYMTAB && shdr->sh_link < image->n_sections)
			return shdr;
	return NULL;
}

static uint64_t look_in_symtab(struct search *search)
{
	const Elf64_Shdr *shdrs = search->image->sections, *table = find_symtab(search->image);
	const Elf64_Shdr *names = table ? &shdrs[table->sh_link] : NULL;
	const Elf64_Sym *symbol;
	const char *strings;

	if (!table || table->sh_size > MAX_TABLE || names->sh_size > MAX_TABLE)
		return 0;
	/* Without the name there is no need to read the symbols. */
	strings = fetch(search, names->sh_offset, names->sh_size);
	if (!strings || !memmem(strings, names->sh_size, NAME, sizeof(NAME)))
		return 0;
	symbol = fetch(search, table->sh_offset, table->sh_size);
	if (!symbol)
		return 0;
	for (uint64_t n = table->sh_size / sizeof(*symbol); n; n--, symbol++)
		if (is_like_it(symbol) && symbol->st_name < names->sh_size &&
		    names->sh_size - symbol->st_name >= sizeof(NAME) &&
		    !memcmp(strings + symbol->st_name, NAME, sizeof(NAME)))
			return symbol->st_value;
	return 0;
}

int image_jit_descriptor(struct image *image, uint64_t *addr)
{
	struct search search = { .image = image, .is_program = image->is_program };
	const Elf64_Phdr *segment = image->segments, *dynamic = NULL;

	*addr = 0;
	for (uint32_t i = 0; i < image->n_segments; i++, segment++) {
		search.is_program |= segment->p_type == PT_INTERP;
		if (segment->p_type == PT_DYNAMIC && !dynamic)
			dynamic = segment;
	}
	if (dynamic)
		read_dynamic(&search, dynamic);
	*addr = look_up(&search);
	if (!*addr && search.is_program && !search.is_library)
		*addr = look_in_symtab(&search);
	return search.error;
}
