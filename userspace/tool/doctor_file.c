// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * How much of a file's text can have rows. Its functions are what its unwind tables describe,
 * and what has none in executable sections: but for short pieces that bear no name of
 * their own, which fill up the space between functions.
 */
#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../attach/sandbox.h"
#include "doctor.h"
#include "spans.h"
#include "symbols.h"

/* Functions are aligned to less than this. */
#define FILLING		64
#define NO_CFI		"not described (assembly, or data among the code)"

static const char *const gap_words[SYNTH_GAP_COUNT] = {
	[SYNTH_GAP_CFA] = "its frame address is of a kind that no row can say",
	[SYNTH_GAP_RA] = "its return address is of a kind that no row can say",
	[SYNTH_GAP_FP] = "its caller's frame pointer is of a kind that no row can say",
	[SYNTH_GAP_SP] = "its caller's stack pointer is of a kind that no row can say",
	[SYNTH_GAP_CFI] = "its call frame information cannot be read",
	[SYNTH_GAP_OVERLAP] = "it is described twice",
};

/**
 * struct subject - a file under examination
 * @code: its executable sections; without section headers its executable segments
 * @rows: what a section made of it describes
 * @own: what its own .sframe does
 */
struct subject {
	struct synth_section section;
	struct synth_report report;
	struct symbols *symbols;
	struct spans code, rows, own;
	struct diagnosis *diagnosis;
};

static void read_own(struct subject *subject, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_rawdata(scn, NULL);

	if (data && data->d_buf)
		spans_of_section(&subject->own, data->d_buf, data->d_size, shdr->sh_addr);
}

static void read_sections(struct subject *subject, Elf *elf)
{
	Elf_Scn *scn = NULL;
	const char *name;
	GElf_Shdr shdr;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return;
	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &shdr) || !(shdr.sh_flags & SHF_ALLOC))
			continue;
		name = elf_strptr(elf, names, shdr.sh_name);
		if (shdr.sh_flags & SHF_EXECINSTR && shdr.sh_type != SHT_NOBITS)
			spans_add(&subject->code, shdr.sh_addr, shdr.sh_size);
		else if (name && !strcmp(name, ".sframe"))
			read_own(subject, scn, &shdr);
	}
}

static void find_code(struct subject *subject, int fd)
{
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf) {
		read_sections(subject, elf);
		elf_end(elf);
	}
	if (!subject->code.n)
		for (uint32_t i = 0; i < subject->section.n_text; i++)
			spans_add(&subject->code, subject->section.text[i].vaddr,
				  subject->section.text[i].len);
	spans_settle(&subject->code);
}

/* The largest few are kept. What is of one function, for one reason, is one. */
static void lack(struct subject *subject, uint64_t at, uint64_t bytes, const char *why)
{
	struct diagnosis *d = subject->diagnosis;
	const char *name = symbols_find(subject->symbols, at) ?: "";
	struct lack new = { .at = at, .bytes = bytes, .why = why };
	size_t i;

	snprintf(new.name, sizeof(new.name), "%s", name);
	for (i = 0; i < d->n_lacks; i++) {
		if (*name && !strcmp(d->lacks[i].name, new.name) && d->lacks[i].why == why) {
			new.bytes += d->lacks[i].bytes;
			new.at = d->lacks[i].at;
			memmove(&d->lacks[i], &d->lacks[i + 1],
				(--d->n_lacks - i) * sizeof(*d->lacks));
			break;
		}
	}
	for (i = d->n_lacks; i && d->lacks[i - 1].bytes < new.bytes; i--)
		if (i < DOCTOR_LACKS)
			d->lacks[i] = d->lacks[i - 1];
	if (i == DOCTOR_LACKS)
		return;
	d->lacks[i] = new;
	if (d->n_lacks < DOCTOR_LACKS)
		d->n_lacks++;
}

/* Not described, short, and no function begins there. */
static bool is_filling(const struct subject *subject, const struct span *span)
{
	const char *name = symbols_find(subject->symbols, span->start);

	return span->end - span->start < FILLING &&
	       (!name || name == symbols_find(subject->symbols, span->start - 1));
}

static void measure(struct subject *subject)
{
	struct diagnosis *d = subject->diagnosis;
	struct spans described = { 0 }, rest = { 0 }, with = { 0 }, own = { 0 };
	struct spans holes = { 0 };

	for (uint32_t i = 0; i < subject->report.n_holes; i++) {
		const struct synth_hole *hole = &subject->report.holes[i];

		spans_add(&holes, hole->start, hole->len);
		lack(subject, hole->start, hole->len, gap_words[hole->why]);
	}
	spans_settle(&holes);
	for (size_t i = 0; i < subject->rows.n; i++)
		spans_add(&described, subject->rows.span[i].start,
			  subject->rows.span[i].end - subject->rows.span[i].start);
	for (size_t i = 0; i < holes.n; i++)
		spans_add(&described, holes.span[i].start,
			  holes.span[i].end - holes.span[i].start);
	spans_settle(&described);
	spans_without(&rest, &subject->code, &described);
	spans_both(&with, &subject->code, &subject->rows);
	spans_both(&own, &subject->code, &subject->own);
	d->rows = spans_bytes(&with);
	d->own = spans_bytes(&own);
	d->text = spans_bytes(&subject->code);
	for (size_t i = 0; i < rest.n; i++) {
		uint64_t bytes = rest.span[i].end - rest.span[i].start;

		if (described.n && is_filling(subject, &rest.span[i]))
			d->text -= bytes;
		else
			lack(subject, rest.span[i].start, bytes, NO_CFI);
	}
	spans_free(&described);
	spans_free(&holes);
	spans_free(&rest);
	spans_free(&with);
	spans_free(&own);
}

void doctor_diagnose(int fd, struct diagnosis *diagnosis)
{
	struct subject subject = { .diagnosis = diagnosis };
	struct cache_trace trace;
	struct synth_file file;

	*diagnosis = (struct diagnosis){ 0 };
	diagnosis->error = synth_file_init(&file, fd);
	if (!diagnosis->error) {
		cache_trace_init(&trace, file.source.size);
		diagnosis->error = sandbox_synth(&file.source, &trace, &subject.section,
						 &subject.report);
	}
	if (!diagnosis->error && !subject.section.len)
		diagnosis->error = -ENODATA;
	if (subject.section.len)
		spans_of_section(&subject.rows, subject.section.bytes, subject.section.len,
				 subject.section.base);
	find_code(&subject, fd);
	subject.symbols = symbols_open(fd);
	measure(&subject);
	symbols_close(subject.symbols);
	spans_free(&subject.code);
	spans_free(&subject.rows);
	spans_free(&subject.own);
	synth_free(&subject.section);
	synth_report_free(&subject.report);
}
