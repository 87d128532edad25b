// SPDX-License-Identifier: GPL-2.0-only
/*
 * GDB's JIT interface: an ELF object in memory for each batch, in a list, and a call of a
 * function in which a debugger would have a breakpoint.
 */
#include <elf.h>
#include <string.h>

#include "../../bench/bench.h"
#include "cfi.h"
#include "way.h"

/* "JIT Compilation Interface" in GDB's manual. */
enum { JIT_NOACTION, JIT_REGISTER, JIT_UNREGISTER };

struct jit_code_entry {
	struct jit_code_entry *next, *prev;
	const char *symfile;
	uint64_t symfile_size;
};

struct jit_descriptor {
	uint32_t version, action;
	struct jit_code_entry *relevant, *first;
};

extern struct jit_descriptor __jit_debug_descriptor;
void __jit_debug_register_code(void);

struct jit_descriptor __jit_debug_descriptor = { .version = 1 };

__attribute__((__noinline__)) void __jit_debug_register_code(void)
{
	asm volatile("" : : : "memory");
}

enum { NO_SECTION, TEXT, EH_FRAME, SYMTAB, STRTAB, SHSTRTAB, N_SECTIONS };

static const char section_names[] = "\0.text\0.eh_frame\0.symtab\0.strtab\0.shstrtab";

/* What an object begins with; then .eh_frame, .symtab, .strtab. */
struct object {
	struct jit_code_entry entry;
	struct {
		Elf64_Ehdr header;
		Elf64_Shdr sections[N_SECTIONS];
		char names[sizeof(section_names)];
	} elf __attribute__((__aligned__(16)));
	unsigned char eh_frame[] __attribute__((__aligned__(8)));
};

#define MAX_BATCH	10000u
#define NAME_ROOM	16u

static struct arena arena;
static struct object *object;
/* Of the object, until it is known where .eh_frame ends. */
static Elf64_Sym symbols[1 + MAX_BATCH];
static char strings[1 + MAX_BATCH * NAME_ROOM];
static unsigned int n_symbols, strings_len;
static unsigned char *text_begin, *text_end;

static void begin_object(const struct way *way, const struct function *first)
{
	size_t room = CFI_FDE_ROOM + sizeof(*symbols) + NAME_ROOM;

	object = (struct object *)arena_room(&arena, sizeof(*object) + 256 + way->batch * room);
	arena.at = cfi_put_cie(object->eh_frame);
	n_symbols = 1;
	strings_len = 1;
	text_begin = first->start;
}

static void add_function(const struct function *function)
{
	size_t len = strlen(function->name) + 1;

	arena.at = cfi_put_fde(arena.at, object->eh_frame, function, 0);
	symbols[n_symbols++] = (Elf64_Sym){
		.st_name = strings_len, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
		.st_shndx = TEXT, .st_value = (uintptr_t)function->start,
		.st_size = function->size,
	};
	memcpy(strings + strings_len, function->name, len);
	strings_len += len;
	text_end = function->start + function->size;
}

void gdb_describe(const struct way *way, const struct function *functions, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!object)
			begin_object(way, &functions[i]);
		add_function(&functions[i]);
		if (way->batch == 1)
			gdb_tell(way);
	}
}

static uint64_t offset_of(const void *at)
{
	return (const unsigned char *)at - (const unsigned char *)&object->elf;
}

/* Copies a section behind the others. */
static Elf64_Shdr put_section(uint32_t name, uint32_t type, const void *bytes, size_t len)
{
	Elf64_Shdr section = {
		.sh_name = name, .sh_type = type, .sh_offset = offset_of(arena.at),
		.sh_size = len, .sh_addralign = 1,
	};

	memcpy(arena.at, bytes, len);
	arena.at += len;
	return section;
}

static void put_sections(void)
{
	Elf64_Shdr *sections = object->elf.sections;

	sections[TEXT] = (Elf64_Shdr){
		.sh_name = 1, .sh_type = SHT_NOBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = (uintptr_t)text_begin, .sh_size = text_end - text_begin,
		.sh_addralign = 16,
	};
	sections[EH_FRAME] = (Elf64_Shdr){
		.sh_name = 7, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC,
		.sh_addr = (uintptr_t)object->eh_frame, .sh_offset = offset_of(object->eh_frame),
		.sh_size = arena.at - object->eh_frame, .sh_addralign = 8,
	};
	arena.at += -(uintptr_t)arena.at & 7;
	sections[SYMTAB] = put_section(17, SHT_SYMTAB, symbols, n_symbols * sizeof(*symbols));
	sections[SYMTAB].sh_link = STRTAB;
	sections[SYMTAB].sh_info = 1;
	sections[SYMTAB].sh_entsize = sizeof(*symbols);
	sections[SYMTAB].sh_addralign = 8;
	sections[STRTAB] = put_section(25, SHT_STRTAB, strings, strings_len);
	memcpy(object->elf.names, section_names, sizeof(section_names));
	sections[SHSTRTAB] = (Elf64_Shdr){
		.sh_name = 33, .sh_type = SHT_STRTAB, .sh_offset = offset_of(object->elf.names),
		.sh_size = sizeof(section_names), .sh_addralign = 1,
	};
}

static void put_header(void)
{
	object->elf.header = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_shoff = offset_of(object->elf.sections), .e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr), .e_shnum = N_SECTIONS,
		.e_shstrndx = SHSTRTAB,
	};
}

void gdb_tell(const struct way *way)
{
	struct jit_code_entry *entry = &object->entry;

	(void)way;
	arena.at = cfi_put_end(arena.at);
	put_sections();
	put_header();
	*entry = (struct jit_code_entry) {
		.next = __jit_debug_descriptor.first, .symfile = (const char *)&object->elf,
		.symfile_size = offset_of(arena.at),
	};
	if (entry->next)
		entry->next->prev = entry;
	__jit_debug_descriptor.first = entry;
	__jit_debug_descriptor.relevant = entry;
	__jit_debug_descriptor.action = JIT_REGISTER;
	__jit_debug_register_code();
	object = NULL;
}

void gdb_undo(const struct way *way)
{
	struct jit_code_entry *entry;

	(void)way;
	while ((entry = __jit_debug_descriptor.first)) {
		__jit_debug_descriptor.first = entry->next;
		if (entry->next)
			entry->next->prev = NULL;
		__jit_debug_descriptor.relevant = entry;
		__jit_debug_descriptor.action = JIT_UNREGISTER;
		__jit_debug_register_code();
	}
	arena_end(&arena);
}
