// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: any bytes as an ELF file, through synthesis. The sanitizers watch its
 * own memory, not that of elfutils, which is as it is installed. This file checks what
 * comes out: a known error, or a section that the core takes, the same each time, and a
 * report whose sums are right; and that the copy that carries it gives it again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sfr_env.h>
#include "../../userspace/synth/synth.h"
#include "check_table.h"
#include "compile.h"

/* Larger files are checked without their copy. */
#define MAX_COPIED	(1 << 20)

/* Changes that keep a file's layout: of so many bytes. */
#define WINDOW	64

struct memory {
	struct synth_source source;
	const u8 *bytes;
	u8 *seen;
	unsigned int reads;
};

static int read_memory(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	struct memory *m = (struct memory *)source;
	size_t i, first = source->size < SYNTH_FIRST_READ ? source->size : SYNTH_FIRST_READ;

	MUST(at <= source->size && len <= source->size - at);
	MUST(m->reads++ < SYNTH_MAX_READS);
	MUST(m->reads > 1 || (!at && len == first));
	for (i = at; i < at + len; i++)
		MUST(!m->seen[i]++);
	memcpy(to, m->bytes + at, len);
	return 0;
}

static int make(const u8 *bytes, size_t size, struct synth_section *section,
		struct synth_report *report)
{
	struct memory m = {
		.source = { size, read_memory }, .bytes = bytes, .seen = calloc(size + 1, 1),
	};
	int ret = synth_make(&m.source, section, report);

	free(m.seen);
	MUST(!ret || ret == -ENOEXEC || ret == -EBADMSG || ret == -EFBIG || ret == -ENOMEM);
	return ret;
}

static void check_report(const struct synth_section *section, const struct synth_report *r)
{
	u64 covered = 0, corrected = 0, startup = 0, holes = 0, text = 0, end = 0;
	u32 i;

	for (i = 0; i < section->n_text; i++)
		text += section->text[i].len;
	for (i = 0; i < SYNTH_KIND_COUNT; i++)
		covered += r->covered[i];
	for (i = 0; i < r->n_holes; i++) {
		MUST(r->holes[i].len && r->holes[i].why < SYNTH_GAP_COUNT);
		MUST(r->holes[i].start >= end);
		end = r->holes[i].start + r->holes[i].len;
		holes += r->holes[i].len;
	}
	for (end = 0, i = 0; i < r->n_corrected; i++) {
		MUST(r->corrected[i].len && r->corrected[i].start >= end);
		end = r->corrected[i].start + r->corrected[i].len;
		corrected += r->corrected[i].len;
	}
	for (end = 0, i = 0; i < r->n_startup; i++) {
		MUST(r->startup[i].len && r->startup[i].start >= end);
		end = r->startup[i].start + r->startup[i].len;
		startup += r->startup[i].len;
	}
	MUST(r->n_startup <= SYNTH_MAX_STARTUP);
	MUST(startup == r->covered[SYNTH_KIND_STARTUP]);
	MUST(r->n_corrected <= SYNTH_MAX_CORRECTED);
	MUST(corrected == r->covered[SYNTH_KIND_CORRECTED]);
	MUST(r->text == text && r->described + startup <= text);
	MUST(covered + holes == r->described + startup);
}

/* At so many addresses of a segment, spread over it. */
#define LOOKUPS	256

/* A row where the report says so, none where it says a hole. */
static void check_lookups(const struct sfr_table *t, const struct synth_section *section,
			  const struct synth_report *r)
{
	u32 i, hole;
	u64 j;

	for (i = 0; i < section->n_text; i++) {
		for (j = 0; j < LOOKUPS; j++) {
			u64 addr = section->text[i].vaddr + section->text[i].len * j / LOOKUPS;

			for (hole = 0; hole < r->n_holes; hole++)
				if (addr - r->holes[hole].start < r->holes[hole].len)
					break;
			if (hole < r->n_holes)
				MUST(!sfr_table_rule(t, addr - section->base, false));
		}
	}
}

static void check_section(const struct synth_section *section, const struct synth_report *r)
{
	struct sfr_compile_options opt = { .abi = SFR_ABI_AMD64_LE, .max_rows = 1 << 24 };
	struct sfr_compile_plan plan;
	struct sfr_table *table;
	void *scratch;
	size_t bytes;

	MUST(section->version == 2 || section->version == 3);
	MUST(section->base);
	MUST(!sfr_compile_plan(section->bytes, section->len, &opt, &plan));
	scratch = malloc(plan.scratch_bytes);
	MUST(!sfr_compile(section->bytes, &plan, scratch, &bytes));
	table = sfr_table_store(scratch, malloc(bytes));
	check_lookups(table, section, r);
	free(table);
	free(scratch);
}

static int file_of(const char *name, const u8 *bytes, size_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	return fd;
}

/* The copy has one already; without that, it gives the same section. */
static void check_copy(const u8 *bytes, size_t size, const struct synth_section *section)
{
	int fd = file_of("original", bytes, size), to = memfd_create("copy", MFD_CLOEXEC);
	struct synth_section again;
	off_t len;
	u8 *copy;

	if (!synth_embed(fd, section, to)) {
		MUST(synth_embed(to, section, fd) == -EEXIST);
		len = lseek(to, 0, SEEK_END);
		if (len < MAX_COPIED) {
			copy = malloc(len);
			MUST(pread(to, copy, len, 0) == len);
			MUST(!make(copy, len, &again, NULL));
			MUST(again.base == section->base && again.len == section->len);
			MUST(!memcmp(again.bytes, section->bytes, section->len));
			synth_free(&again);
			free(copy);
		}
	}
	close(fd);
	close(to);
}

size_t LLVMFuzzerMutate(u8 *bytes, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(u8 *bytes, size_t size, size_t max, unsigned int seed);
int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size);

/* Mostly in place: a file whose offsets no longer fit says little. */
size_t LLVMFuzzerCustomMutator(u8 *bytes, size_t size, size_t max, unsigned int seed)
{
	size_t at;

	if (size < WINDOW || seed % 8 == 0)
		return LLVMFuzzerMutate(bytes, size, max);
	at = seed / 8 % (size - WINDOW + 1);
	LLVMFuzzerMutate(bytes + at, WINDOW, WINDOW);
	return size;
}

int LLVMFuzzerTestOneInput(const u8 *bytes, size_t size)
{
	struct synth_section section, again;
	struct synth_report report;
	int ret = make(bytes, size, &section, &report);

	MUST(make(bytes, size, &again, NULL) == ret);
	if (ret)
		return 0;
	MUST(again.len == section.len && again.base == section.base);
	MUST(!section.len || !memcmp(again.bytes, section.bytes, section.len));
	check_report(&section, &report);
	if (section.len) {
		check_section(&section, &report);
		/* Which is most of the time otherwise. */
		if (bytes[size / 2] % 8 == 0)
			check_copy(bytes, size, &section);
	}
	synth_free(&again);
	synth_free(&section);
	synth_report_free(&report);
	return 0;
}
