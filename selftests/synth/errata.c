// SPDX-License-Identifier: GPL-2.0-only
/* What is corrected is what has been read in the instructions, byte by byte. */
#include "errata.h"
#include "memory.h"
#include "tap.h"

/*
 * The rule that holds all through instead: r10 has been the stack pointer since before the
 * function's first subtraction; rbp is what it was before more was subtracted; at a return
 * the return address is what rsp points to.
 */
static const struct erratum {
	const char *file, *name;
	u64 len;
	const char *rule;
} errata[] = {
	{ "libcrypto", "bn_gather5", 636, "cfa=r10+8 ra=*(cfa-8) fp=r6+0" },
	{ "libcrypto", "bsaes_xts_decrypt", 2023, "cfa=r6+128 ra=*(cfa-8) fp=*(cfa-16)" },
	{ "libcrypto", "x25519_fe51_sqr", 2, "cfa=r7+8 ra=*(cfa-8) fp=r6+0" },
	{ "libcrypto", "x25519_fe64_sqr", 2, "cfa=r7+8 ra=*(cfa-8) fp=r6+0" },
};

static bool is_erratum(struct made *m, const struct synth_correction *c, const struct erratum *e)
{
	u64 addr;

	if (strcmp(synth_erratum_name(c->erratum), e->name) || c->len != e->len)
		return false;
	for (addr = c->start; addr < c->start + c->len; addr++) {
		struct rule rule = compiled_rule(&m->compiled, &m->object, addr);

		if (strcmp(rule_text(&rule), e->rule))
			return false;
	}
	return true;
}

static void tell(struct made *m)
{
	u32 i;

	for (i = 0; i < m->report.n_corrected; i++) {
		const struct synth_correction *c = &m->report.corrected[i];
		struct rule rule = compiled_rule(&m->compiled, &m->object, c->start);

		printf("# corrected: %s: %llu bytes at %#llx: %s\n",
		       synth_erratum_name(c->erratum), (unsigned long long)c->len,
		       (unsigned long long)c->start, rule_text(&rule));
	}
}

bool errata_are_right(struct made *m, const char *name)
{
	u32 i, j, n = 0, found = 0;

	for (i = 0; i < ARRAY_SIZE(errata); i++) {
		if (strcmp(errata[i].file, name))
			continue;
		n++;
		for (j = 0; j < m->report.n_corrected; j++)
			found += is_erratum(m, &m->report.corrected[j], &errata[i]);
	}
	tell(m);
	return found == n && m->report.n_corrected == n;
}

static u8 *text_at(struct made *m, u64 addr)
{
	u32 i;

	for (i = 0; i < m->section.n_text; i++) {
		const struct synth_segment *text = &m->section.text[i];

		if (addr - text->vaddr < text->len)
			return (u8 *)m->object.image + text->offset + (addr - text->vaddr);
	}
	return NULL;
}

void check_spoilt_errata(struct made *m, const char *name)
{
	struct outcome o;
	size_t size;
	u32 i;

	elf_rawfile(m->object.elf, &size);
	for (i = 0; i < m->report.n_corrected; i++) {
		const struct synth_correction *c = &m->report.corrected[i];
		u8 *byte = text_at(m, c->start);

		*byte ^= 1;
		o = make(m->object.image, size, 0);
		ok(!o.error && o.good && o.report.n_corrected == m->report.n_corrected - 1,
		   "%s: %s with another byte is not corrected", name,
		   synth_erratum_name(c->erratum));
		done(&o);
		*byte ^= 1;
	}
}
