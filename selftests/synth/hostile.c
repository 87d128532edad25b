// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile DIR - DIR/pie-plain with start files that are not what they seem. Each damage takes the
 * rows of exactly those functions that it makes unknown; no other rule changes.
 */
#include <errno.h>
#include "damage.h"
#include "tap.h"

#define DAMAGE(what, at, len, value, left)	{ what, at, len, value, left, 0 }

/* --- where it is entered ---------------------------------------------------------------- */

static void check_entrances(void)
{
	u64 *init = at_addr(*dynamic_value(DT_INIT_ARRAY));
	u64 *fini = at_addr(*dynamic_value(DT_FINI_ARRAY));
	u64 dummy = pieces[DUMMY];
	const struct damage damages[] = {
		DAMAGE("no constructor", init, 8, 0, ALL & ~BY_DUMMY),
		DAMAGE("one in no segment", init, 8, 1ull << 40, ALL & ~BY_DUMMY),
		DAMAGE("one at the last address", init, 8, -1, ALL & ~BY_DUMMY),
		DAMAGE("one in no text", init, 8, *dynamic_value(DT_INIT_ARRAY), ALL & ~BY_DUMMY),
		DAMAGE("one that a function entry describes", init, 8, ehdr->e_entry,
		       ALL & ~BY_DUMMY),
		DAMAGE("one behind the text", init, 8, text->p_vaddr + text->p_filesz,
		       ALL & ~BY_DUMMY),
		DAMAGE("one within an instruction", init, 8, dummy + 1, ALL & ~BY_DUMMY),
		DAMAGE("one within another's instruction", init, 8, pieces[DTORS] + 5,
		       ALL & ~BY_DUMMY),
		{ "one behind the first instruction", init, 8, dummy + 4,
		  ALL & ~(1u << DUMMY), 5 },
		DAMAGE("one that is the destructor", init, 8, pieces[DTORS], ALL & ~BY_DUMMY),
		DAMAGE("one where the stack is lower", init, 8, pieces[DTORS] + 39,
		       ALL & ~BY_DUMMY),
		DAMAGE("no destructor", fini, 8, 0, ALL & ~BY_DTORS),
		DAMAGE("_init() in no segment", dynamic_value(DT_INIT), 8, -16,
		       ALL & ~(1u << INIT)),
		DAMAGE("_fini() that is the constructor", dynamic_value(DT_FINI), 8, dummy,
		       ALL & ~(1u << FINI)),
		DAMAGE("an array in no segment", dynamic_value(DT_INIT_ARRAY), 8, 1ull << 40,
		       ALL & ~BY_DUMMY),
		DAMAGE("an array at the last address", dynamic_value(DT_INIT_ARRAY), 8, -4,
		       ALL & ~BY_DUMMY),
		DAMAGE("an array of 7 bytes", dynamic_value(DT_INIT_ARRAYSZ), 8, 7,
		       ALL & ~BY_DUMMY),
		DAMAGE("an array of endless length", dynamic_value(DT_INIT_ARRAYSZ), 8, -1, ALL),
		DAMAGE("data that ends behind the file", &data->p_filesz, 8, file_size, 0),
		DAMAGE("a dynamic section in no segment", &dynamic->p_vaddr, 8, 1ull << 40, 0),
		DAMAGE("one at the last address", &dynamic->p_vaddr, 8, -1, 0),
		DAMAGE("one of no length", &dynamic->p_filesz, 8, 0, 0),
		DAMAGE("one of endless length", &dynamic->p_filesz, 8, -1, ALL),
		DAMAGE("one that is not aligned", &dynamic->p_vaddr, 8, dynamic->p_vaddr + 1, 0),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(damages); i++)
		check_damage(&damages[i]);
}

/* --- what the instructions are ------------------------------------------------------------- */

static void check_instructions(void)
{
	u8 *init = at_addr(pieces[INIT]), *deregister = at_addr(pieces[DEREGISTER]);
	u8 *in = at_addr(pieces[REGISTER]), *end = at_addr(pieces[REGISTER_END]);
	u8 *dtors = at_addr(pieces[DTORS]), *dummy = at_addr(pieces[DUMMY]);
	u64 out = text->p_vaddr + text->p_filesz - pieces[DUMMY] - 9;
	const struct damage damages[] = {
		DAMAGE("an instruction that is not known", dummy, 1, 0xcc, ALL & ~BY_DUMMY),
		DAMAGE("... behind a jump", in, 1, 0x06, ALL & ~BY_DUMMY),
		DAMAGE("... behind a branch", end, 1, 0xf4, ALL & ~BY_DUMMY),
		DAMAGE("... in what is called", deregister, 1, 0xcc, ALL & ~BY_DTORS),
		DAMAGE("lea (%rip),%rsp", in + 2, 1, 0x25, ALL & ~BY_DUMMY),
		DAMAGE("lea (%rip),%rbp", in + 2, 1, 0x2d, ALL & ~BY_DUMMY),
		DAMAGE("sub %rdi,%rsp", in + 16, 1, 0xfc, ALL & ~BY_DUMMY),
		DAMAGE("sub %rsp,%rsi", in + 16, 1, 0xe6, ALL & ~BY_DUMMY),
		DAMAGE("a jump behind the text", dummy + 5, 4, out, ALL & ~BY_DUMMY),
		DAMAGE("a jump to what a function entry describes", dummy + 5, 4,
		       ehdr->e_entry - pieces[DUMMY] - 9, ALL & ~BY_DUMMY),
		DAMAGE("a jump into an instruction", dummy + 5, 4,
		       pieces[REGISTER] - pieces[DUMMY] - 9 + 1, ALL & ~BY_DUMMY),
		DAMAGE("an endless loop", dummy + 5, 4, -5,
		       ALL & ~BY_REGISTER),
		/* je to the last byte of mov $0xc3909090,%eax; ret */
		DAMAGE("a branch into an instruction that is one there, too", dummy, 8,
		       0xc3c3909090b80474, ALL & ~BY_DUMMY),
		DAMAGE("a loop that pushes", dummy + 4, 3, 0xfdeb55, ALL & ~BY_DUMMY),
		DAMAGE("no push", dtors + 13, 1, 0x90, ALL & ~BY_DTORS),
		DAMAGE("no pop", dtors + 51, 1, 0x90, ALL & ~BY_DTORS),
		DAMAGE("two pushes", dtors + 22, 3, 0x909055, ALL & ~BY_DTORS),
		DAMAGE("a branch to where it is popped", dtors + 12, 1, 51 - 13, ALL & ~BY_DTORS),
		DAMAGE("mov %rsp,%rbp, and nothing is pushed", dummy, 4, 0x90e58948,
		       ALL & ~BY_DUMMY),
		DAMAGE("sub $16,%rsp", init + 3, 1, 16, ALL & ~(1u << INIT)),
		DAMAGE("add $16,%rsp", init + 21, 1, 16, ALL & ~(1u << INIT)),
		DAMAGE("a call of an address within itself", dtors + 40, 4, -2, ALL & ~BY_DTORS),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(damages); i++)
		check_damage(&damages[i]);
}

/* push %rbp, pop %rbp, so often, and a return: each is a run of its own. */
static void check_runs(void)
{
	static const struct {
		const char *what;
		u32 pushes, left, more;
	} cases[] = {
		{ "as many runs as may be", 6, ALL & ~BY_REGISTER, 13 },
		{ "_fini() makes them too many", 7, ALL & ~BY_REGISTER & ~(1u << FINI), 15 },
		{ "the destructor does", 9, ALL & ~BY_REGISTER & ~BY_DTORS, 19 },
		{ "the constructor does", 12, ALL & ~BY_DUMMY, 0 },
	};
	u8 *in = at_addr(pieces[REGISTER]), before[32];
	size_t i, j;

	memcpy(before, in, sizeof(before));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct damage d = { cases[i].what, in, 0, 0, cases[i].left, cases[i].more };

		for (j = 0; j < cases[i].pushes; j++) {
			in[2 * j] = 0x55;
			in[2 * j + 1] = 0x5d;
		}
		in[2 * j] = 0xc3;
		check_damage(&d);
	}
	memcpy(in, before, sizeof(before));
}

/* --- what can be read ------------------------------------------------------------------------ */

static void check_end_of_text(void)
{
	u64 memsz = text->p_memsz, filesz = text->p_filesz;
	u64 end = pieces[DUMMY] + 8 - text->p_vaddr;
	struct damage d = { "text that ends within an instruction", &text->p_filesz, 8, end,
			    ALL & ~BY_DUMMY & ~(1u << FINI), 0 };

	text->p_memsz = end;
	check_damage(&d);
	text->p_memsz = memsz;
	text->p_filesz = filesz;
}

/* What lies behind the text is filled up to a page; 512 bytes around an address are read. */
static void check_apart(void)
{
	u64 memsz = text->p_memsz, filesz = text->p_filesz, fini = pieces[DUMMY] + 720;
	struct damage d = { "a jump to text that has been read for another", dynamic_value(DT_FINI),
			    8, fini, ALL & ~(1u << FINI), 0 };
	u8 *target, *jump;

	text->p_memsz = 4096;
	text->p_filesz = 4096;
	target = at_addr(pieces[DUMMY] + 500);
	jump = at_addr(fini);
	*target = 0xc3;
	memcpy(jump, "\xe9\x1f\xff\xff\xff", 5);
	check_damage(&d);
	/* jmp to behind itself; ret */
	memcpy(jump, "\xeb\x00\xc3", 3);
	d.what = "... and one that stays";
	d.more = 3;
	check_damage(&d);
	*target = 0;
	memset(jump, 0, 5);
	text->p_memsz = memsz;
	text->p_filesz = filesz;
}

static void check_reads(void)
{
	u32 i, failed = 0;
	struct outcome o;

	for (i = 1; i <= whole.reads; i++) {
		o = make(file.image, file_size, i);
		failed += o.error == -EIO && o.good && o.reads == i;
		done(&o);
	}
	is(failed, whole.reads, "each of %u reads that fails ends it with its error", whole.reads);
}

static void check_no_headers(void)
{
	Elf64_Ehdr before = *ehdr;
	struct outcome o;

	ehdr->e_shoff = 0;
	ehdr->e_shnum = 0;
	ehdr->e_shstrndx = 0;
	o = make(file.image, file_size, 0);
	ok(same(&whole, &o), "without section headers: the same section");
	done(&o);
	*ehdr = before;
}

/* Without a dynamic section: what the section headers say counts. */
static void check_static(const char *dir)
{
	struct object program;
	struct outcome o;
	Elf64_Shdr *shdr;
	const char *why;
	char path[4096];
	size_t size;

	snprintf(path, sizeof(path), "%s/static-plain", dir);
	if (!object_open(&program, path, &why)) {
		ok(false, "%s: %s", path, why);
		return;
	}
	elf_rawfile(program.elf, &size);
	o = make(program.image, size, 0);
	is(o.report.n_startup, 9, "a static program: all pieces");
	done(&o);
	shdr = program.image + ((Elf64_Ehdr *)program.image)->e_shoff;
	while (shdr->sh_type != SHT_INIT_ARRAY)
		shdr++;
	shdr->sh_addr = -8;
	o = make(program.image, size, 0);
	ok(!o.error && o.good, "... its array at the last address: no error");
	is(o.report.n_startup, 6, "... and none of the three pieces that it leads to");
	done(&o);
	object_close(&program);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".";

	if (start_damages(dir)) {
		check_entrances();
		check_instructions();
		check_runs();
		check_end_of_text();
		check_apart();
		check_reads();
		check_no_headers();
		check_static(dir);
	}
	end_damages();
	return tap_done();
}
