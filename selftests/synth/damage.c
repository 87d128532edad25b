// SPDX-License-Identifier: GPL-2.0-only
/* Damages a file in memory, looks what becomes of each byte's rule, and mends it. */
#include "damage.h"
#include "tap.h"

struct object file;
size_t file_size;
Elf64_Ehdr *ehdr;
Elf64_Phdr *text, *data, *dynamic;
struct outcome whole;
u64 pieces[N_PIECES];

static Elf64_Phdr *phdrs;
static struct compiled whole_rules;

void *at_addr(u64 addr)
{
	u32 i;

	for (i = 0; i < ehdr->e_phnum; i++)
		if (phdrs[i].p_type == PT_LOAD && addr - phdrs[i].p_vaddr < phdrs[i].p_filesz)
			return file.image + phdrs[i].p_offset + (addr - phdrs[i].p_vaddr);
	printf("Bail out! nothing lies at %#llx\n", (unsigned long long)addr);
	exit(1);
}

u64 *dynamic_value(s64 tag)
{
	Elf64_Dyn *dyn = file.image + dynamic->p_offset;

	while (dyn->d_tag != tag)
		dyn++;
	return &dyn->d_un.d_ptr;
}

static struct compiled compile(const struct outcome *o)
{
	struct object object = file;
	struct compiled compiled;

	object.sframe = o->section.bytes;
	object.sframe_len = o->section.len;
	object.sframe_addr = o->section.base;
	compiled_make(&compiled, &object);
	return compiled;
}

static struct rule rule_of(const struct compiled *compiled, const struct outcome *o, u64 addr)
{
	struct object object = file;

	object.sframe_addr = o->section.base;
	return compiled_rule(compiled, &object, addr);
}

static bool is_same(const struct rule *a, const struct rule *b)
{
	return a->kind == b->kind && (a->kind == NOTHING || same_rule(a, b));
}

/* The piece at @addr; -1: none. */
static int piece_at(u64 addr)
{
	const struct synth_report *r = &whole.report;
	int i;

	for (i = 0; i < N_PIECES; i++)
		if (addr - r->startup[i].start < r->startup[i].len)
			return i;
	return -1;
}

/* Bytes whose rule is not what it should be. */
static u32 count_wrong(const struct outcome *o, u32 left, u64 *more)
{
	struct compiled rules = compile(o);
	u64 addr, end = text->p_vaddr + text->p_filesz;
	u32 wrong = rules.status;

	*more = 0;
	for (addr = text->p_vaddr; addr < end && !rules.status; addr++) {
		struct rule now = rule_of(&rules, o, addr);
		struct rule was = rule_of(&whole_rules, &whole, addr);
		int piece = piece_at(addr);

		if (piece < 0 ? was.kind != NOTHING : left >> piece & 1)
			wrong += !is_same(&now, &was);
		else
			*more += now.kind != NOTHING;
	}
	compiled_free(&rules);
	return wrong;
}

void check_damage(const struct damage *d)
{
	u64 more = 0, bytes = d->more;
	u32 i, wrong = 0;
	struct outcome o;
	u8 before[256];

	memcpy(before, d->at, d->len);
	memcpy(d->at, &d->value, d->len < 8 ? d->len : 8);
	o = make(file.image, file_size, 0);
	for (i = 0; i < N_PIECES; i++)
		if (d->left & 1u << i)
			bytes += whole.report.startup[i].len;
	if (!o.error)
		wrong = count_wrong(&o, d->left, &more);
	ok(!o.error && o.good && !wrong && more == d->more &&
	   o.report.covered[SYNTH_KIND_STARTUP] == bytes, "%s", d->what);
	if (o.error || wrong || more != d->more || o.report.covered[SYNTH_KIND_STARTUP] != bytes)
		printf("# error %d, %u wrong, %llu others; %llu bytes, not %llu\n", o.error, wrong,
		       (unsigned long long)more,
		       (unsigned long long)o.report.covered[SYNTH_KIND_STARTUP],
		       (unsigned long long)bytes);
	done(&o);
	memcpy(d->at, before, d->len);
}

bool start_damages(const char *dir)
{
	const char *why;
	char path[4096];
	u32 i;

	snprintf(path, sizeof(path), "%s/pie-plain", dir);
	if (!object_open(&file, path, &why)) {
		printf("Bail out! %s: %s\n", path, why);
		exit(1);
	}
	elf_rawfile(file.elf, &file_size);
	ehdr = file.image;
	phdrs = file.image + ehdr->e_phoff;
	for (i = 0; i < ehdr->e_phnum; i++) {
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_flags & PF_X)
			text = &phdrs[i];
		if (phdrs[i].p_type == PT_LOAD && phdrs[i].p_flags & PF_W)
			data = &phdrs[i];
		if (phdrs[i].p_type == PT_DYNAMIC)
			dynamic = &phdrs[i];
	}
	whole = make(file.image, file_size, 0);
	if (!ok(!whole.error && whole.good && whole.report.n_startup == N_PIECES,
		"pie-plain: start files' functions in %d pieces", N_PIECES))
		return false;
	for (i = 0; i < N_PIECES; i++)
		pieces[i] = whole.report.startup[i].start;
	whole_rules = compile(&whole);
	return true;
}

void end_damages(void)
{
	compiled_free(&whole_rules);
	done(&whole);
	object_close(&file);
}
