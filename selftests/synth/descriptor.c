// SPDX-License-Identifier: GPL-2.0-only
/*
 * descriptor DIR - files in DIR that have a __jit_debug_descriptor, and files that have none, as
 * linkers make them; and some whose tables lie. Nothing that is wrong with it is an error.
 */
#include <errno.h>
#include "memory.h"
#include "tap.h"

#define NAME	"__jit_debug_descriptor"

/* Of the file under test. */
static struct object file;
static size_t file_size;
static Elf64_Ehdr *ehdr;
static u64 expected;

static Elf64_Shdr *section_of_type(u32 type)
{
	Elf64_Shdr *shdr = file.image + ehdr->e_shoff;
	int i;

	for (i = 0; i < ehdr->e_shnum; i++, shdr++)
		if (shdr->sh_type == type)
			return shdr;
	return NULL;
}

static Elf64_Phdr *segment_of_type(u32 type)
{
	Elf64_Phdr *phdr = file.image + ehdr->e_phoff;
	int i;

	for (i = 0; i < ehdr->e_phnum; i++, phdr++)
		if (phdr->p_type == type)
			return phdr;
	return NULL;
}

/* The symbol's entry in a table, as elfutils reads it. */
static Elf64_Sym *symbol_in(u32 type)
{
	Elf64_Shdr *table = section_of_type(type), *strings;
	Elf64_Sym *symbol;
	u64 i;

	if (!table)
		return NULL;
	strings = (Elf64_Shdr *)(file.image + ehdr->e_shoff) + table->sh_link;
	symbol = file.image + table->sh_offset;
	for (i = 0; i < table->sh_size / sizeof(*symbol); i++)
		if (!strcmp(file.image + strings->sh_offset + symbol[i].st_name, NAME))
			return symbol + i;
	return NULL;
}

static bool begin(const char *dir, const char *name)
{
	const char *why;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!object_open(&file, path, &why)) {
		ok(false, "%s: %s", path, why);
		return false;
	}
	elf_rawfile(file.elf, &file_size);
	ehdr = file.image;
	return true;
}

/* --- as linkers make them ------------------------------------------------------------ */

static void check_made(const char *dir)
{
	static const struct {
		const char *name, *what;
		u32 in;		/* the table that has it; SHT_NULL: none that counts */
	} files[] = {
		{ "lib", "a library", SHT_DYNSYM },
		{ "lib-stripped", "one that is stripped", SHT_DYNSYM },
		{ "lib-both", "one with both kinds of hash", SHT_DYNSYM },
		{ "lib-many", "one of many symbols", SHT_DYNSYM },
		{ "lib-lld", "one by another linker", SHT_DYNSYM },
		{ "lib-sysv", "one with the old kind alone", SHT_NULL },
		{ "lib-hidden", "one that does not export it", SHT_NULL },
		{ "lib-local", "one that has it for one source alone", SHT_NULL },
		{ "lib-small", "one where it is too small", SHT_NULL },
		{ "lib-function", "one where it is a function", SHT_NULL },
		{ "lib-thread", "one where each thread has its own", SHT_NULL },
		{ "lib-extern", "one that wants another's", SHT_NULL },
		{ "lib-longer", "one with longer names", SHT_NULL },
		{ "pie", "a program", SHT_SYMTAB },
		{ "no-pie", "one at a fixed address", SHT_SYMTAB },
		{ "static", "a static one", SHT_SYMTAB },
		{ "static-pie", "a static one at any address", SHT_SYMTAB },
		{ "pie-local", "one that has it for one source alone", SHT_SYMTAB },
		{ "pie-longer", "one with longer names", SHT_NULL },
		{ "pie-exported", "one that is stripped, and exports it", SHT_DYNSYM },
		{ "pie-stripped", "one that is stripped, and does not", SHT_NULL },
	};
	const Elf64_Sym *symbol;
	struct outcome o;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (!begin(dir, files[i].name))
			continue;
		symbol = files[i].in ? symbol_in(files[i].in) : NULL;
		o = make(file.image, file_size, 0);
		ok(!o.error && o.good && !files[i].in == !symbol &&
		   o.section.jit_descriptor == (symbol ? symbol->st_value : 0), "%s: %s",
		   files[i].what, symbol ? "found" : "none");
		done(&o);
		object_close(&file);
	}
}

/* --- as nobody makes them ------------------------------------------------------------- */

/* What is found, or that nothing is, while @len bytes at @at are @value. */
static void check(const char *what, void *at, size_t len, u64 value, bool found)
{
	struct outcome o;
	u64 before;

	memcpy(&before, at, len);
	memcpy(at, &value, len);
	o = make(file.image, file_size, 0);
	if (!ok(!o.error && o.good && o.section.jit_descriptor == (found ? expected : 0), "%s: %s",
		what, found ? "found" : "none"))
		printf("# error %d, %#llx\n", o.error,
		       (unsigned long long)o.section.jit_descriptor);
	done(&o);
	memcpy(at, &before, len);
}

static Elf64_Dyn *dynamic_entry(s64 tag)
{
	Elf64_Dyn *dyn = file.image + segment_of_type(PT_DYNAMIC)->p_offset;

	while (dyn->d_tag != tag)
		dyn++;
	return dyn;
}

static u64 *dynamic_value(s64 tag)
{
	return &dynamic_entry(tag)->d_un.d_ptr;
}

/* Its parts, after the hash's header. */
struct hash {
	u32 *header, *buckets, *chains;
	u64 *filter;
	u32 number;	/* of the symbol */
};

static struct hash hash_of_file(void)
{
	Elf64_Shdr *shdr = section_of_type(SHT_GNU_HASH);
	struct hash hash = { .header = file.image + shdr->sh_offset };

	hash.filter = (u64 *)(hash.header + 4);
	hash.buckets = (u32 *)(hash.filter + hash.header[2]);
	hash.chains = hash.buckets + hash.header[0];
	hash.number = symbol_in(SHT_DYNSYM) -
		      (Elf64_Sym *)(file.image + section_of_type(SHT_DYNSYM)->sh_offset);
	return hash;
}

/* All buckets, or the filter's words, at once. */
static void check_all(const char *what, void *at, size_t len, int byte, bool found)
{
	void *before = malloc(len);
	u8 first = byte;

	memcpy(before, at, len);
	memset(at, byte, len);
	check(what, at, 1, first, found);
	memcpy(at, before, len);
	free(before);
}

static void check_hash(void)
{
	struct hash hash = hash_of_file();
	u32 *chain = hash.chains + hash.number - hash.header[1];
	size_t left = (u32 *)(file.image + section_of_type(SHT_GNU_HASH)->sh_offset +
			      section_of_type(SHT_GNU_HASH)->sh_size) - hash.chains;

	check("no buckets", &hash.header[0], 4, 0, false);
	check("as many as there are numbers", &hash.header[0], 4, UINT32_MAX, false);
	check("the first symbol behind it", &hash.header[1], 4, UINT32_MAX, false);
	check("no filter", &hash.header[2], 4, 0, false);
	check("a filter as long as there are numbers", &hash.header[2], 4, UINT32_MAX, false);
	check("a shift of 32 bits", &hash.header[3], 4, 32, false);
	check("a shift of all bits", &hash.header[3], 4, UINT32_MAX, false);
	check_all("a filter that says no", hash.filter, 8 * hash.header[2], 0, false);
	check_all("a filter that always says yes", hash.filter, 8 * hash.header[2], 0xff, true);
	check_all("empty buckets", hash.buckets, 4 * hash.header[0], 0, false);
	check_all("buckets that lead nowhere", hash.buckets, 4 * hash.header[0], 0xff, false);
	check("another hash in the chain", chain, 4, *chain ^ 2, false);
	check("the chain goes on behind it", chain, 4, *chain & ~1u, true);
	check_all("chains without an end", hash.chains, 4 * left, 0, false);
}

static void check_dynamic(void)
{
	Elf64_Phdr *dynamic = segment_of_type(PT_DYNAMIC);
	Elf64_Dyn *first = file.image + dynamic->p_offset;
	Elf64_Sym *symbol = symbol_in(SHT_DYNSYM);

	check("a hash nowhere", dynamic_value(DT_GNU_HASH), 8, 1ull << 40, false);
	check("a hash at the last address", dynamic_value(DT_GNU_HASH), 8, -1, false);
	check("symbols nowhere", dynamic_value(DT_SYMTAB), 8, 1ull << 40, false);
	check("symbols at the last address", dynamic_value(DT_SYMTAB), 8, -24, false);
	check("names nowhere", dynamic_value(DT_STRTAB), 8, 1ull << 40, false);
	check("names at the last address", dynamic_value(DT_STRTAB), 8, -1, false);
	check("a name nowhere", &symbol->st_name, 4, UINT32_MAX, false);
	check("a name that begins later", &symbol->st_name, 4, symbol->st_name + 1, false);
	check("a symbol of nothing", &symbol->st_shndx, 2, SHN_UNDEF, false);
	check("a size of 23", &symbol->st_size, 8, 23, false);
	check("a size of 25", &symbol->st_size, 8, 25, true);
	check("a symbol of no type", &symbol->st_info, 1, STB_GLOBAL << 4, false);
	check("an empty dynamic section", &first->d_tag, 8, DT_NULL, false);
	check("one in no segment", &dynamic->p_vaddr, 8, 1ull << 40, false);
	check("one of no length", &dynamic->p_filesz, 8, 0, false);
	check("one of 15 bytes", &dynamic->p_filesz, 8, 15, false);
	check("one of endless length", &dynamic->p_filesz, 8, -1, true);
	check("none", &dynamic->p_type, 4, PT_NULL, false);
	check("a second one", &segment_of_type(PT_GNU_STACK)->p_type, 4, PT_DYNAMIC, true);
	symbol->st_value = -8;
	expected = -8;
	check("a value that is nonsense", &symbol->st_size, 8, 24, true);
}

static void check_reads(void)
{
	struct outcome whole = make(file.image, file_size, 0), o;
	u32 i, failed = 0;

	for (i = 1; i <= whole.reads; i++) {
		o = make(file.image, file_size, i);
		failed += o.error == -EIO && o.good && o.reads == i;
		done(&o);
	}
	is(failed, whole.reads, "each of %u reads that fails ends it with its error", whole.reads);
	ok(whole.reads <= SYNTH_MAX_READS / 2, "there could be twice as many");
	done(&whole);
}

static void check_symtab(void)
{
	Elf64_Shdr *table = section_of_type(SHT_SYMTAB), *strings;
	Elf64_Sym *symbol = symbol_in(SHT_SYMTAB);
	u64 end = symbol->st_name + sizeof(NAME);

	strings = (Elf64_Shdr *)(file.image + ehdr->e_shoff) + table->sh_link;
	check("names in a section that is not there", &table->sh_link, 4, ehdr->e_shnum, false);
	check("names nowhere", &strings->sh_offset, 8, 1ull << 40, false);
	check("names that are cut off", &strings->sh_offset, 8, file_size - 8, false);
	check("names at the last offset", &strings->sh_offset, 8, -1, false);
	check("no names", &strings->sh_size, 8, 0, false);
	check("names that end with it", &strings->sh_size, 8, end, true);
	check("names that end within it", &strings->sh_size, 8, end - 1, false);
	check("names of endless length", &strings->sh_size, 8, -1, false);
	check("symbols nowhere", &table->sh_offset, 8, 1ull << 40, false);
	check("symbols at the last offset", &table->sh_offset, 8, -1, false);
	check("no symbols", &table->sh_size, 8, 0, false);
	check("symbols that end with it", &table->sh_size, 8,
	      (void *)(symbol + 1) - file.image - table->sh_offset, true);
	check("symbols that end within it", &table->sh_size, 8,
	      (void *)(symbol + 1) - file.image - table->sh_offset - 1, false);
	check("symbols of endless length", &table->sh_size, 8, -1, false);
	check("a name nowhere", &symbol->st_name, 4, UINT32_MAX, false);
	check("a name at the end of all", &symbol->st_name, 4, strings->sh_size - 1, false);
	check("no section headers", &ehdr->e_shnum, 2, 0, false);
	check("a library that is a program, too", &dynamic_entry(DT_DEBUG)->d_tag, 8, DT_SONAME,
	      false);
	check("a program that names no interpreter", &segment_of_type(PT_INTERP)->p_type, 4,
	      PT_NULL, true);
	*dynamic_value(DT_FLAGS_1) = 0;
	check("... nor says that it is one", &segment_of_type(PT_INTERP)->p_type, 4, PT_NULL,
	      false);
}

/* Nobody reads more of a table than 2 MiB: a program with one more byte of names has none. */
static void check_large(void)
{
	const size_t limit = 2u << 20;
	Elf64_Shdr *table = section_of_type(SHT_SYMTAB), *strings;
	void *small = file.image;
	size_t size = file_size;
	u64 offset;

	strings = (Elf64_Shdr *)(file.image + ehdr->e_shoff) + table->sh_link;
	offset = strings->sh_offset;
	file_size += limit + 1;
	file.image = calloc(1, file_size);
	memcpy(file.image, small, size);
	memcpy(file.image + size, small + offset, strings->sh_size);
	ehdr = file.image;
	strings = file.image + ((void *)strings - small);
	strings->sh_offset = size;
	check("as many names as are read", &strings->sh_size, 8, limit, true);
	check("one byte too many", &strings->sh_size, 8, limit + 1, false);
	free(file.image);
	file.image = small;
	ehdr = small;
	file_size = size;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".";

	check_made(dir);
	if (begin(dir, "lib-many")) {
		expected = symbol_in(SHT_DYNSYM)->st_value;
		check_reads();
		check_hash();
		check_dynamic();
		object_close(&file);
	}
	if (begin(dir, "pie")) {
		expected = symbol_in(SHT_SYMTAB)->st_value;
		check_reads();
		check_large();
		check_symtab();
		object_close(&file);
	}
	return tap_done();
}
