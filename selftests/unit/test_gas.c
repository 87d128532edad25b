// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What gas and ld make of real code: every address of sample.c, built when the
 * tests are, against what objdump prints of the same section; and the rows that
 * gas writes for edges.S.
 */
#include "build.h"
#include "elf_section.h"
#include "tap.h"

/* One line of objdump: "    0000000000001020  sp+16     c-16      u". */
struct printed {
	u64 start;
	char base[3];
	s32 cfa, fp;
};

struct func {
	u64 pc, size;
	bool repeats;
	int n_rows;
	struct printed rows[256];
};

/* "func idx [0]: pc = 0x1020, size = 16 bytes" and the rows below it. */
static bool read_func(char **line, struct func *f)
{
	char fp[32];
	int used;

	*f = (struct func) {};
	while (*line && sscanf(*line, " func idx [%*d]: pc = %llx, size = %llu bytes",
			       (long long *)&f->pc, (unsigned long long *)&f->size) != 2)
		*line = strtok(NULL, "\n");
	if (!*line)
		return false;
	*line = strtok(NULL, "\n");
	f->repeats = *line && strstr(*line, "STARTPC[m]");
	while ((*line = strtok(NULL, "\n")) && f->n_rows < 256) {
		struct printed *p = &f->rows[f->n_rows];

		if (sscanf(*line, " %llx %2s%d %31s%n", (long long *)&p->start, p->base,
			   &p->cfa, fp, &used) != 4)
			break;
		p->fp = *fp == 'c' ? atoi(fp + 1) : 0;
		f->n_rows++;
	}
	return true;
}

static const struct printed *row_of(const struct func *f, u64 pc)
{
	u64 at = f->repeats ? (pc - f->pc) % 16 : pc;
	const struct printed *row = NULL;
	int i;

	for (i = 0; i < f->n_rows; i++)
		if (f->rows[i].start <= at)
			row = &f->rows[i];
	return row;
}

static int wrong_rows(const struct func *f, const struct sfr_table *t, u64 base)
{
	int wrong = 0;
	u64 pc;

	for (pc = f->pc; pc < f->pc + f->size; pc++) {
		const struct sfr_rule *rule = sfr_table_rule(t, pc - base, false);
		const struct printed *row = row_of(f, pc);
		u8 reg = row && row->base[0] == 's' ? SFR_BASE_SP : SFR_BASE_FP;

		wrong += row ? !rule_is(rule, reg, row->cfa, row->fp) : !!rule;
	}
	return wrong;
}

/* @name.so against @name.txt, which is what objdump printed of it. */
static void check_sample(const char *out, const char *name)
{
	int n_funcs = 0, n_rows = 0, n_by_fp = 0, wrong = 0, i;
	char path[4096], *text, *line;
	struct elf_section section;
	struct sfr_table *t;
	struct func f;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s.so", out, name);
	section = elf_section(path, ".sframe");
	snprintf(path, sizeof(path), "%s/%s.txt", out, name);
	text = read_file(path, &len);
	if (!section.bytes || !text || !strstr(text, "func idx")) {
		ok(true, "%s # SKIP this gas or objdump knows no SFrame", name);
		free(section.bytes);
		free(text);
		return;
	}
	is(build_bytes(section.bytes, section.len, &t), SFR_OK, "%s: compiles", name);
	line = strtok(text, "\n");
	while (t && read_func(&line, &f)) {
		n_funcs++;
		n_rows += f.n_rows;
		for (i = 0; i < f.n_rows; i++)
			n_by_fp += f.rows[i].base[0] == 'f';
		wrong += wrong_rows(&f, t, section.addr);
	}
	is(wrong, 0, "%s: every address has the row that objdump prints", name);
	is(n_funcs, section.bytes[8], "%s: every function was read", name);
	is(n_rows, section.bytes[12] | section.bytes[13] << 8, "%s: every row was read", name);
	ok(n_by_fp > 0 && n_by_fp < n_rows, "%s: (%d functions, %d rows, %d by fp)", name,
	   n_funcs, n_rows, n_by_fp);
	free(t);
	free(text);
	free(section.bytes);
}

/*
 * An object file's starts await relocation: put here, relative to the section.
 * twice at 0, nothing and popped at 4.
 */
static void check_edges(const char *out)
{
	static const s32 cfa[] = { 8, 24, 24, 8, 8, 0, 0, 8 };
	static const u64 starts[] = { 0, 4, 4 };
	struct sfe_section s = {};
	struct elf_section section;
	char path[4096];
	struct sfr_table *t;
	bool good = true;
	int i;

	snprintf(path, sizeof(path), "%s/edges.o", out);
	section = elf_section(path, ".sframe");
	if (!section.bytes) {
		ok(true, "edges # SKIP this gas knows no SFrame");
		return;
	}
	s.version = section.bytes[SFE_H_VERSION];
	section.bytes[SFE_H_FLAGS] &= ~4;
	is(section.bytes[SFE_H_N_FDES], 3, "edges: three functions");
	for (i = 0; i < 3; i++)
		sfe_put(&s, section.bytes, sfe_fde_at(&s, i), s.version == 3 ? 8 : 4, starts[i]);
	is(build_bytes(section.bytes, section.len, &t), SFR_OK, "edges: compiles");
	for (i = 0; t && i < 8; i++)
		good &= rule_is(sfr_table_rule(t, i, false), SFR_BASE_SP, cfa[i], 0);
	ok(t && good && !sfr_table_rule(t, 8, false),
	   "edges: the later of two rows, none at the end, CFA = sp after a pop");
	free(t);
	free(section.bytes);
}

int main(int argc, char **argv)
{
	const char *out = argc > 1 ? argv[1] : ".";

	check_sample(out, "sample");
	check_sample(out, "sample-fp");
	check_edges(out);
	return tap_done();
}
