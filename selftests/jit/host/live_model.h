/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a live window should say: for each byte of its text the row that was described. As
 * simple as can be, and nothing of the library's.
 */
#ifndef JIT_LIVE_MODEL_H
#define JIT_LIVE_MODEL_H

#include <errno.h>

#include "model.h"

#define LIVE_TEXT	8192u

struct live_byte {
	uint32_t row;			/* where the row begins, + 1; 0: there is none */
	struct sfreg_jit_row said;
};

struct live_model {
	char *text;
	uint32_t text_len;
	struct live_byte at[LIVE_TEXT + 1];	/* one more, of which nothing is ever said */
};

/* Can a live row say it, of which a frame is known to be? */
static inline bool live_sayable(const struct sfreg_jit_row *row)
{
	long cfa = row->cfa_offset, ra = row->ra_offset, fp = row->fp_offset;

	if (row->flags & SFREG_JIT_OUTERMOST)
		return true;
	return !(row->flags & SFREG_JIT_CFA_SAVED) && cfa >= 0 && cfa < 1 << 18 && !(cfa & 7) &&
	       ra < 0 && ra >= -1024 && !(ra & 7) &&
	       (!(row->flags & SFREG_JIT_FP_SAVED) || (fp < 0 && fp > -512 && !(fp & 7)));
}

/* What the call should return, if there is room; if that is 0, the model has it, too. */
static inline int live_model_function(struct live_model *m, uint32_t start, uint32_t size,
				      const struct sfreg_jit_row *rows, unsigned int n_rows)
{
	unsigned int i, row = 0;

	if (start + size > m->text_len)
		return -EINVAL;
	for (i = 0; i < n_rows; i++)
		if (!live_sayable(&rows[i]))
			return -ERANGE;
	for (i = 0; i < size; i++)
		if (m->at[start + i].row)
			return -EEXIST;
	for (i = 0; i < size; i++) {
		if (row + 1 < n_rows && rows[row + 1].offset == i)
			row++;
		m->at[start + i].row = start + rows[row].offset + 1;
		m->at[start + i].said = rows[row];
	}
	return 0;
}

/* Do the two bytes at @offset belong to one row? */
static inline bool live_model_joins(const struct live_model *m, uint32_t offset)
{
	return offset && m->at[offset].row && m->at[offset].row == m->at[offset - 1].row;
}

static inline int live_model_remove(struct live_model *m, uint32_t start, uint32_t size)
{
	uint32_t i, n = 0;

	if (start >= m->text_len || size > m->text_len - start)
		return -EINVAL;
	if (live_model_joins(m, start) || live_model_joins(m, start + size))
		return -EINVAL;
	for (i = start; i < start + size; i++) {
		n += m->at[i].row != 0;
		m->at[i].row = 0;
	}
	return n ? 0 : -ENOENT;
}

/* In the module's words. */
static inline struct sfr_rule live_rule_of(const struct sfreg_jit_row *row)
{
	struct sfr_rule rule = {
		.cfa_base = row->flags & SFREG_JIT_FP ? SFR_BASE_FP : SFR_BASE_SP,
		.cfa_off = row->cfa_offset, .ra_base = RULE_STACK, .ra_off = row->ra_offset,
		.fp_base = SFR_BASE_FP, .flags = SFR_RULE_GENERAL,
	};

	if (row->flags & SFREG_JIT_FP_SAVED) {
		rule.fp_base = RULE_STACK;
		rule.fp_off = row->fp_offset;
	}
	if (row->flags & SFREG_JIT_EXACT)
		rule.flags = SFR_RULE_EXACT;
	return rule;
}

/* @got: the module's words; NULL: nothing is known. */
static inline bool live_rule_is(const struct sfr_rule *got, const struct sfreg_jit_row *row)
{
	if (row->flags & SFREG_JIT_OUTERMOST)
		return got && got->flags == SFR_RULE_OUTERMOST;
	return rule_equal(got, live_rule_of(row));
}

/* Rows that can be said, of a function of @size bytes; returns their number. */
static inline unsigned int live_random_rows(struct prng *r, uint32_t size, unsigned int max,
					    struct sfreg_jit_row *rows)
{
	uint32_t at = 0;
	unsigned int n;

	for (n = 0; n < max && at < size; n++) {
		rows[n] = (struct sfreg_jit_row) {
			.offset = at, .flags = prng_below(r, 2) ? SFREG_JIT_FP : 0,
			.cfa_offset = 8 * prng_below(r, 1 + 32767 % (1u << prng_below(r, 16))),
			.ra_offset = -8 * (1 + (int32_t)prng_below(r, 128)),
		};
		if (prng_below(r, 2)) {
			rows[n].flags |= SFREG_JIT_FP_SAVED;
			rows[n].fp_offset = -8 * (1 + (int32_t)prng_below(r, 63));
			if (rows[n].fp_offset == rows[n].ra_offset)
				rows[n].ra_offset -= 8;
		}
		if (prng_below(r, 8) == 0)
			rows[n].flags |= SFREG_JIT_EXACT;
		if (prng_below(r, 16) == 0)
			rows[n].flags |= SFREG_JIT_OUTERMOST;
		at += 1 + prng_below(r, 1 + size / 2);
	}
	return n;
}

#endif /* JIT_LIVE_MODEL_H */
