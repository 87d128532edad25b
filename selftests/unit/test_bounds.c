// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the worst inputs may cost: memory for compiling and for the table are at
 * most fixed multiples of the section's length, plus a constant. Each kind of
 * input is the cheapest way to make the core keep something.
 */
#include "build.h"
#include "table.h"
#include "tap.h"

#define MIB		(1 << 20)

/* Per byte of the section. */
#define MAX_SCRATCH	16
#define MAX_TABLE	6
/* For small sections. */
#define CONSTANT	65536

static void check_bytes(const u8 *bytes, size_t len, const char *name)
{
	struct sfr_compile_options opt = { .abi = SFR_ABI_AMD64_LE, .max_rows = ~0u };
	struct sfr_compile_plan plan = {};
	struct sfr_table *table = NULL;
	size_t scratch;

	is(sfr_compile_plan(bytes, len, &opt, &plan), SFR_OK, "%s: %zu bytes", name, len);
	scratch = plan.scratch_bytes;
	is(build_as(bytes, len, SFR_ABI_AMD64_LE, ~0u, &table), SFR_OK, "%s: compile", name);
	ok(scratch <= MAX_SCRATCH * len + CONSTANT, "%s: %.2f bytes of scratch per byte", name,
	   (double)scratch / len);
	ok(table && table->bytes <= MAX_TABLE * len + CONSTANT,
	   "%s: %.2f bytes of table per byte", name, table ? (double)table->bytes / len : 0.);
	ok(table && table->bytes - table->n_rules * sizeof(struct sfr_rule) <=
		    6 * (size_t)table->n_rows + 256, "%s: six bytes per row: %.2f", name,
	   table ? (double)(table->bytes - table->n_rules * sizeof(struct sfr_rule)) /
		   table->n_rows : 0.);
	free(table);
}

static void check_section(const struct sfe_section *s, const char *name)
{
	size_t len = sfe_len(s);
	u8 *bytes = malloc(len);

	sfe_emit(s, bytes, len);
	check_bytes(bytes, len, name);
	free(bytes);
}

/* Rows of two and three bytes, each another rule than the one before. */
static void check_small_rows(void)
{
	static struct sfe_row rows[256];
	const u32 n = MIB / (17 + 256 * 5 / 2);
	struct sfe_func *f = calloc(n, sizeof(*f));
	struct sfe_section s = { .version = 1, .n_funcs = n, .funcs = f };
	u32 i;

	for (i = 0; i < 256; i++)
		rows[i] = (struct sfe_row) {
			.start = i, .base = SFE_SP, .cfa = 8 + 8 * (i / 2 % 3), .outermost = i % 2,
		};
	for (i = 0; i < n; i++)
		f[i] = (struct sfe_func) { .start = 256 * i, .size = 256, SFE_ROWS(rows) };
	check_section(&s, "small rows");
	for (i = 0; i < n; i++)
		f[i].start = 4096ll * i;
	check_section(&s, "small rows, functions apart");
	free(f);
}

/* As many rules as a table may have, in the fewest bytes. */
static void check_rules(void)
{
	const u32 n = 65535;
	struct sfe_row *rows = calloc(n, sizeof(*rows));
	struct sfe_func *f = calloc(n / 255, sizeof(*f));
	struct sfe_section s = { .version = 1, .n_funcs = n / 255, .funcs = f };
	u32 i;

	for (i = 0; i < n; i++)
		rows[i] = (struct sfe_row) {
			.start = i % 255, .base = i & 1, .cfa = i / 2 % 32768, .width = 2,
		};
	for (i = 0; i < n / 255; i++)
		f[i] = (struct sfe_func) {
			.start = 255 * i, .size = 255, .n_rows = 255, .rows = &rows[255 * i],
		};
	check_section(&s, "rules, side by side");
	for (i = 0; i < n / 255; i++)
		f[i].start = 0xf00000ll * i - 0x7fffffff;
	check_section(&s, "rules, megabytes apart");
	free(f);
	free(rows);
}

/* Blocks with a gap before, and one in them. */
static void check_blocks(void)
{
	static const struct sfe_row late[] = { { .start = 3, .outermost = true } };
	const u32 n = MIB / (20 + 2);
	struct sfe_func *f = calloc(n, sizeof(*f));
	struct sfe_section s = { .version = 2, .n_funcs = n, .funcs = f };
	u32 i;

	for (i = 0; i < n; i++)
		f[i] = (struct sfe_func) {
			.start = 80ll * i, .size = 64, .pc_type = 1, .rep_size = 16, SFE_ROWS(late),
		};
	check_section(&s, "blocks");
	for (i = 0; i < n; i++)
		f[i].start = 65536ll * i - 0x7fffffff;
	check_section(&s, "blocks, far apart");
	free(f);
}

/* Functions that share the five bytes that say what they are: trampolines, @info. */
static void check_shared(u8 info, u64 distance, const char *name)
{
	struct sfe_section s = { .version = 3 };
	const u32 n = MIB / 16 - 2;
	const size_t len = SFE_H_SIZE + 16 * n + 5;
	u8 *bytes = calloc(1, len);
	u32 i;

	sfe_emit_header(&s, bytes);
	sfe_put(&s, bytes, SFE_H_N_FDES, 4, n);
	sfe_put(&s, bytes, SFE_H_FRE_OFF, 4, 16 * n);
	sfe_put(&s, bytes, SFE_H_FRE_LEN, 4, 5);
	for (i = 0; i < n; i++) {
		sfe_put(&s, bytes, SFE_H_SIZE + 16 * i, 8, (n - i) * distance);
		sfe_put(&s, bytes, SFE_H_SIZE + 16 * i + SFE_V3_SIZE, 4, 1);
	}
	bytes[len - 5 + SFE_ATTR_INFO] = info;
	check_bytes(bytes, len, name);
	free(bytes);
}

/* Small sections, whose length the constant pays for. */
static void check_small(void)
{
	static const struct sfe_row rows[] = { { .base = SFE_SP, .cfa = 8 } };
	struct sfe_func f = { .size = 0xffffffff, SFE_ROWS(rows) };
	struct sfe_section s = { .version = 2, SFE_FUNCS(f) };
	struct sfe_section none = { .version = 1 };

	check_section(&none, "nothing");
	check_section(&s, "one row for four gigabytes");
}

int main(void)
{
	check_small();
	check_small_rows();
	check_rules();
	check_blocks();
	check_shared(0x80, 4, "trampolines");
	check_shared(0x80, 65536, "trampolines, far apart");
	check_shared(0x00, 4, "outermost functions");
	check_shared(0x00, 65000, "outermost functions, far apart");
	return tap_done();
}
