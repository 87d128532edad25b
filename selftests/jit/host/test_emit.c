// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes: what version 3 cannot count in one function, the worst case of the section's room,
 * and what a reader sees who does not know sfreg's extension. Writes sections for objdump to
 * DIR, if that is given, and says what is in them.
 */
#include <errno.h>
#include <sys/mman.h>

#include "model.h"
#include "tap.h"

#define TEXT_LEN	(1u << 20)

static char *text;
static struct sfreg_jit *jit;
static struct sfreg_jit_row rows[200000];

static uint32_t u32_at(const struct kernel_window *window, size_t at)
{
	uint32_t value;

	memcpy(&value, window->section + at, sizeof(value));
	return value;
}

static void begin(uint32_t max_rows)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text = text, .text_len = TEXT_LEN,
		.max_functions = 1000, .max_rows = max_rows,
	};

	kernel_reset();
	is(sfreg_jit_open(&options, &jit), 0, "a window of %u rows", max_rows);
}

/* Rows whose CFA is their offset in the function. */
static void fill(unsigned int n, uint32_t step, int32_t ra, unsigned int flags)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		rows[i] = (struct sfreg_jit_row) {
			.offset = i * step, .cfa_offset = i, .ra_offset = ra,
			.fp_offset = ra - 8, .flags = flags,
		};
}

static unsigned int wrong_cfas(unsigned int n, uint32_t step)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < n * step; i++) {
		const struct sfr_rule *rule = kernel_rule(text + i);

		wrong += !rule || rule->cfa_off != (int)(i / step);
	}
	return wrong + !!kernel_rule(text + n * step);
}

/* Rules differ in each row: no more than the core can number. */
static void check_long(void)
{
	const unsigned int n = 65000;
	unsigned int i, wrong = 0;

	begin(200000);
	fill(n, 3, -16, 0);
	is(sfreg_jit_function(jit, text, 3 * n, rows, n, NULL), 0, "65,000 rows");
	is(sfreg_jit_publish(jit), 0, "published");
	is(wrong_cfas(n, 3), 0, "each as described");
	is(u32_at(kernel_find(text), SFE_H_N_FDES), 1, "one function");
	is(sfreg_jit_remove(jit, text), 0, "removed");

	/* Of few distinct rules. */
	fill(200000, 1, -16, 0);
	for (i = 0; i < 200000; i++)
		rows[i].cfa_offset = i % 1000;
	is(sfreg_jit_function(jit, text, 200000, rows, 200000, NULL), 0, "200,000 rows");
	is(sfreg_jit_publish(jit), 0, "published");
	is(u32_at(kernel_find(text), SFE_H_N_FDES), 4, "more than 16 bits can count: 4 functions");
	for (i = 0; i < 200000; i++)
		wrong += kernel_rule(text + i)->cfa_off != (int)(i % 1000);
	is(wrong, 0, "each row as described");
	sfreg_jit_close(jit);
}

/* As much as a row can take: ASan or a SIGSEGV would tell of a byte too many. */
static void check_worst(void)
{
	const uint32_t n = 4096 / 50 * 3;
	unsigned int i;

	begin(n);
	fill(n, 4096, -0x7fffff, SFREG_JIT_FP | SFREG_JIT_FP_SAVED | SFREG_JIT_CFA_SAVED);
	for (i = 0; i < n; i += 2)
		rows[i].flags |= SFREG_JIT_EXACT;
	is(sfreg_jit_function(jit, text, 4096 * n, rows, n, NULL), 0, "every other row exact");
	is(sfreg_jit_publish(jit), 0, "published");
	is(wrong_cfas(n, 4096), 0, "each as described");
	is(kernel_find(text)->section_len, 28 + 16 + n * (16 + 5 + 1 + 1 + 6 * 4),
	   "of the length that the format says");
	sfreg_jit_close(jit);
}

/* Without the extension's header the section is good, and has the other rows only. */
static void check_stranger(void)
{
	const struct kernel_window *window;
	struct sfr_table *table;
	unsigned int i, wrong = 0;
	unsigned char *bytes;

	begin(10);
	fill(10, 16, -136, 0);
	for (i = 4; i < 7; i++)
		rows[i].flags = SFREG_JIT_EXACT;
	is(sfreg_jit_function(jit, text, 160, rows, 10, NULL), 0, "three rows of ten are exact");
	is(sfreg_jit_publish(jit), 0, "published");
	window = kernel_find(text);
	is(u32_at(window, SFE_H_N_FDES), 2, "two functions are counted");
	is(u32_at(window, SFE_H_N_FRES), 7, "and seven rows");
	is(u32_at(window, SFE_H_SIZE + 8), 1, "one function is not");
	is(u32_at(window, SFE_H_SIZE + 12), 3, "nor three rows");
	bytes = copy_of(window->section, window->section_len);
	bytes[SFE_H_SIZE] ^= 1;
	is(build_bytes(bytes, window->section_len, &table), 0, "a reader who does not know it");
	for (i = 0; i < 160; i++) {
		uintptr_t rel = (uintptr_t)text + i - window->base;
		const struct sfr_rule *rule = table ? sfr_table_rule(table, rel, false) : NULL;

		wrong += i >= 64 && i < 112 ? !!rule : !rule || rule->cfa_off != (int)(i / 16);
	}
	is(wrong, 0, "sees the others");
	free(table);
	free(bytes);
	sfreg_jit_close(jit);
}

/* A section for objdump; tells the name, the version, functions and rows. */
static void dump(const char *dir, const char *name)
{
	const struct kernel_window *window = kernel_find(text);
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.sframe", dir, name);
	file = fopen(path, "w");
	ok(file && fwrite(window->section, window->section_len, 1, file) == 1 && !fclose(file),
	   "%s is written", name);
	printf("# section\t%s\t%u\t%u\t%u\n", name, window->version,
	       u32_at(window, SFE_H_N_FDES), u32_at(window, SFE_H_N_FRES));
}

static void dump_one(const char *dir, const char *name, int32_t ra, unsigned int flags,
		     unsigned int last_flags)
{
	unsigned int i;

	begin(200000);
	for (i = 0; i < 300; i++) {
		uint32_t step = i % 3 == 0 ? 1 : i % 3 == 1 ? 100 : 300;

		fill(1 + i % 9, step, ra, flags);
		rows[i % 9].flags |= last_flags;
		if (sfreg_jit_function(jit, text + i * 3000, step * (1 + i % 9), rows, 1 + i % 9,
				       NULL))
			ok(false, "%s: a function", name);
	}
	is(sfreg_jit_publish(jit), 0, "%s: published", name);
	dump(dir, name);
	sfreg_jit_close(jit);
}

static void dump_all(const char *dir)
{
	dump_one(dir, "plain", -8, 0, SFREG_JIT_FP);
	dump_one(dir, "frame-pointer", -8, SFREG_JIT_FP | SFREG_JIT_FP_SAVED, 0);
	dump_one(dir, "flexible", -24, SFREG_JIT_FP_SAVED, SFREG_JIT_CFA_SAVED | SFREG_JIT_FP);
	dump_one(dir, "outermost", -8, SFREG_JIT_FP_SAVED, SFREG_JIT_OUTERMOST);
	dump_one(dir, "exact", -8, 0, SFREG_JIT_EXACT);
	begin(1);
	is(sfreg_jit_publish(jit), 0, "empty: published");
	dump(dir, "empty");
	sfreg_jit_close(jit);
}

int main(int argc, char **argv)
{
	text = mmap(NULL, TEXT_LEN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check_long();
	check_worst();
	check_stranger();
	if (argc > 1)
		dump_all(argv[1]);
	kernel_reset();
	return tap_done();
}
