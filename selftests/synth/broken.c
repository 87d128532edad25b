// SPDX-License-Identifier: GPL-2.0-only
/*
 * broken DIR - what synth_make() says of DIR/odd.so when it is damaged, or cannot be read:
 * one exact error for each damage.
 */
#include <errno.h>
#include <malloc.h>
#include "memory.h"
#include "tap.h"

static struct object file;
static size_t file_size;
static Elf64_Ehdr *ehdr;
static Elf64_Phdr *text, *phdrs;

/* --- one damage at a time --------------------------------------------------------- */

#define DAMAGE(what, at, value, error)	{ what, &(at), sizeof(at), value, error }

static void check_damages(void)
{
	const struct {
		const char *what;
		void *at;
		size_t len;
		u64 value;
		int error;
	} damages[] = {
		DAMAGE("no magic", ehdr->e_ident[EI_MAG0], 0, ENOEXEC),
		DAMAGE("32 bit", ehdr->e_ident[EI_CLASS], ELFCLASS32, ENOEXEC),
		DAMAGE("big-endian", ehdr->e_ident[EI_DATA], ELFDATA2MSB, ENOEXEC),
		DAMAGE("another machine", ehdr->e_machine, EM_AARCH64, ENOEXEC),
		DAMAGE("a relocatable object", ehdr->e_type, ET_REL, ENOEXEC),
		DAMAGE("a core file", ehdr->e_type, ET_CORE, ENOEXEC),
		DAMAGE("program headers of another size", ehdr->e_phentsize, 32, EBADMSG),
		DAMAGE("program headers behind the end", ehdr->e_phoff, file_size - 8, EBADMSG),
		DAMAGE("program headers far away", ehdr->e_phoff, -8, EBADMSG),
		DAMAGE("65535 program headers", ehdr->e_phnum, 65535, EBADMSG),
		DAMAGE("text behind the end", text->p_offset, file_size, EBADMSG),
		DAMAGE("text far away", text->p_offset, -1, EBADMSG),
		DAMAGE("text larger than the file", text->p_filesz, file_size, EBADMSG),
		DAMAGE("text of endless length", text->p_filesz, -1, EBADMSG),
		DAMAGE("text longer than its memory", text->p_memsz, 1, EBADMSG),
		DAMAGE("text whose address wraps", text->p_vaddr, -16, EBADMSG),
		DAMAGE("text twice at one address", phdrs[0].p_flags, PF_X, EBADMSG),
		DAMAGE("no program headers", ehdr->e_phnum, 0, 0),
		DAMAGE("no text", text->p_flags, PF_R, 0),
		DAMAGE("section headers behind the end", ehdr->e_shoff, file_size, 0),
		DAMAGE("section names in no section", ehdr->e_shstrndx, 65535, 0),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(damages); i++) {
		struct outcome o;
		u64 before = 0;

		memcpy(&before, damages[i].at, damages[i].len);
		/* Both the first segment and the text then have its address. */
		if (damages[i].at == &phdrs[0].p_flags)
			phdrs[0].p_vaddr = text->p_vaddr;
		memcpy(damages[i].at, &damages[i].value, damages[i].len);
		o = make(file.image, file_size, 0);
		ok(o.error == -damages[i].error && o.good, "%s: %s", damages[i].what,
		   damages[i].error ? strerror(damages[i].error) : "no error");
		if (o.error != -damages[i].error)
			printf("# got %s\n", strerror(-o.error));
		done(&o);
		memcpy(damages[i].at, &before, damages[i].len);
		phdrs[0].p_vaddr = phdrs[0].p_offset;
	}
}

/* --- files cut short, and reads that fail ----------------------------------------- */

/* The end of what is needed if there are no section headers. */
static u64 end_of_needed(void)
{
	u64 addr;
	Elf_Data *data = object_section(&file, ".eh_frame", &addr);

	return (const u8 *)data->d_buf - (const u8 *)file.image + data->d_size;
}

static void check_cut(void)
{
	u64 needed = end_of_needed(), text_end = text->p_offset + text->p_filesz, i;
	u32 n[4] = {};
	struct outcome whole = make(file.image, file_size, 0), o;

	for (i = 0; i < file_size; i++) {
		/* Of the text every hundredth length will do. */
		if (i > SYNTH_FIRST_READ && i < text_end - 100)
			i += 99;
		o = make(file.image, i, 0);
		if (!o.good)
			break;
		if (i < sizeof(*ehdr))
			n[0] += o.error != -ENOEXEC;
		else if (i < text_end)
			n[1] += o.error != -EBADMSG;
		else if (i >= needed)
			n[2] += !same(&o, &whole);
		else
			n[3] += o.error != -EBADMSG;
		done(&o);
	}
	is(i, file_size, "cut to every length: read by the rules");
	is(n[0], 0, "... within the header: ENOEXEC");
	is(n[1], 0, "... within the text: EBADMSG");
	is(n[2], 0, "... behind what is needed: the whole section");
	is(n[3], 0, "... between the two: EBADMSG");
	done(&whole);
}

static void check_reads(void)
{
	struct outcome whole = make(file.image, file_size, 0), o;
	u32 i, failed = 0;

	ok(!whole.error && whole.good && whole.reads > 3, "%u reads", whole.reads);
	for (i = 1; i <= whole.reads; i++) {
		o = make(file.image, file_size, i);
		failed += o.error == -EIO && o.good && o.reads == i;
		done(&o);
	}
	is(failed, whole.reads, "a read that fails ends it with its error");
	o = make(file.image, file_size, 0);
	ok(same(&whole, &o), "the same bytes make the same section");
	done(&o);
	done(&whole);
}

static void check_no_headers(void)
{
	struct outcome whole = make(file.image, file_size, 0), o;
	Elf64_Ehdr before = *ehdr;

	ehdr->e_shoff = 0;
	ehdr->e_shnum = 0;
	ehdr->e_shstrndx = 0;
	o = make(file.image, file_size, 0);
	ok(same(&whole, &o), "without section headers: the same section");
	done(&o);
	done(&whole);
	*ehdr = before;
}

/* --- function entries that are patched -------------------------------------------- */

/* The entry of the function that begins at @start: its address and its length. */
struct patch {
	s32 *start, *len;
	s32 old_start, old_len;
};

static struct patch entry_of(u64 start)
{
	u64 addr, at = 0;
	Elf_Data *data = object_section(&file, ".eh_frame", &addr);
	struct patch p = {};
	u32 *entry;

	for (; at + 16 <= data->d_size; at += 4 + *entry) {
		entry = data->d_buf + at;
		p.start = (s32 *)entry + 2;
		p.len = (s32 *)entry + 3;
		if (entry[1] && addr + at + 8 + *p.start == start)
			break;
	}
	p.old_start = *p.start;
	p.old_len = *p.len;
	return p;
}

static void restore(struct patch *p)
{
	*p->start = p->old_start;
	*p->len = p->old_len;
}

/*
 * odd.S: plain is 5 bytes at the text's start, drap one at 16, addend 4 at 32. A first entry
 * that reaches into addend takes drap's place, and what addend has more is described twice.
 */
static void check_overlap(void)
{
	struct outcome whole = make(file.image, file_size, 0), o;
	struct patch p = entry_of(text->p_vaddr);
	const struct synth_hole *hole;

	*p.len = 33;
	o = make(file.image, file_size, 0);
	hole = o.report.holes;
	ok(!o.error && o.report.n_holes == whole.report.n_holes + 1 &&
	   hole->start == text->p_vaddr + 33 && hole->len == 3 && hole->why == SYNTH_GAP_OVERLAP,
	   "an entry over two others: a hole where only the last had been");
	is(o.report.described, whole.report.described + 33 - 5 - 1 - 1,
	   "... no byte is described twice");
	is(o.report.n_functions, whole.report.n_functions - 2, "... and the first counts");
	done(&o);
	*p.len = INT32_MAX;
	o = make(file.image, file_size, 0);
	is(o.report.n_functions, 1, "an entry over everything");
	ok(!o.error && o.report.described == o.report.text, "... describes all text");
	done(&o);
	restore(&p);
	done(&whole);
}

static void check_outside(void)
{
	struct outcome whole = make(file.image, file_size, 0), o;
	struct patch p = entry_of(text->p_vaddr);

	*p.start += 1 << 28;
	o = make(file.image, file_size, 0);
	is(o.report.described, whole.report.described - 5, "an entry elsewhere: left out");
	done(&o);
	restore(&p);
	*p.start -= 2;
	o = make(file.image, file_size, 0);
	is(o.report.described, whole.report.described - 2, "one that begins before it: cut off");
	done(&o);
	restore(&p);
	*p.len = 0;
	o = make(file.image, file_size, 0);
	is(o.report.described, whole.report.described - 5, "one of no length: left out");
	done(&o);
	restore(&p);
	done(&whole);
}

/* --- headers of our own ----------------------------------------------------------- */

static void check_own(void)
{
	static struct {
		Elf64_Ehdr ehdr;
		Elf64_Phdr phdrs[SYNTH_MAX_SEGMENTS + 1];
	} own;
	struct outcome o;
	u32 i;

	own.ehdr = *ehdr;
	own.ehdr.e_phoff = sizeof(own.ehdr);
	own.ehdr.e_shnum = 0;
	for (i = 0; i <= SYNTH_MAX_SEGMENTS; i++)
		own.phdrs[i] = (Elf64_Phdr){
			.p_type = PT_LOAD, .p_flags = PF_X,
			.p_vaddr = 64 * i, .p_filesz = 64, .p_memsz = 64,
		};
	own.ehdr.e_phnum = SYNTH_MAX_SEGMENTS;
	o = make(&own, sizeof(own), 0);
	ok(!o.error && o.section.n_text == SYNTH_MAX_SEGMENTS && !o.section.len,
	   "text in %d pieces, without call frame information: no section", SYNTH_MAX_SEGMENTS);
	done(&o);
	own.ehdr.e_phnum++;
	o = make(&own, sizeof(own), 0);
	is(o.error, -EFBIG, "text in one piece more");
	done(&o);
	own.ehdr.e_phnum = 2;
	own.phdrs[1].p_vaddr = 1u << 31;
	o = make(&own, sizeof(own), 0);
	is(o.error, -EFBIG, "text too far apart");
	done(&o);
}

/* --- what lies behind the file ---------------------------------------------------- */

/*
 * The last operation of the call frame information lacks its number: elfutils reads on. What it
 * then reads must not depend on what had been in that memory before.
 */
static void check_behind(const char *dir)
{
	struct outcome first = {}, o;
	struct object cut;
	const char *why;
	char path[4096];
	size_t size;
	u32 i, n = 0;

	snprintf(path, sizeof(path), "%s/cut.so", dir);
	if (!object_open(&cut, path, &why)) {
		ok(false, "%s: %s", path, why);
		return;
	}
	elf_rawfile(cut.elf, &size);
	for (i = 0; i < 256; i += 5) {
		mallopt(M_PERTURB, i);
		o = make(cut.image, size, 0);
		if (i)
			n += !same(&first, &o);
		else
			first = o;
		if (i)
			done(&o);
	}
	mallopt(M_PERTURB, 0);
	ok(!first.error && first.section.len, "an operation without its number");
	is(n, 0, "... the same section, whatever is in memory behind it");
	done(&first);
	object_close(&cut);
}

int main(int argc, char **argv)
{
	const char *why;
	char path[4096];
	u32 i;

	snprintf(path, sizeof(path), "%s/odd.so", argc > 1 ? argv[1] : ".");
	if (!object_open(&file, path, &why)) {
		printf("Bail out! %s: %s\n", path, why);
		return 1;
	}
	elf_rawfile(file.elf, &file_size);
	ehdr = file.image;
	phdrs = file.image + ehdr->e_phoff;
	for (i = 0; i < ehdr->e_phnum; i++)
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_flags & PF_X)
			text = &phdrs[i];
	check_damages();
	check_cut();
	check_reads();
	check_no_headers();
	check_overlap();
	check_outside();
	check_own();
	check_behind(argc > 1 ? argv[1] : ".");
	object_close(&file);
	return tap_done();
}
