// SPDX-License-Identifier: GPL-2.0-only
/* See model.h. */
#include <errno.h>

#include "model.h"

void model_init(struct model *m, char *text, uint32_t text_len, uint32_t max_functions,
		uint32_t max_rows)
{
	m->text = text;
	m->text_len = text_len;
	m->max_functions = max_functions;
	m->max_rows = max_rows;
	model_clear(m);
}

void model_clear(struct model *m)
{
	m->n = 0;
	m->n_rows = 0;
	memset(m->owner, 0, sizeof(m->owner));
}

static bool is_good_row(const struct sfreg_jit_row *row, uint32_t size)
{
	long fp = row->fp_offset, ra = row->ra_offset;

	if (row->offset >= size || row->flags > 0x1f || row->pad)
		return false;
	if (row->flags & SFREG_JIT_OUTERMOST)
		return true;
	if (row->cfa_offset < 0 && !(row->flags & (SFREG_JIT_FP | SFREG_JIT_CFA_SAVED)))
		return false;
	return !(row->flags & SFREG_JIT_FP_SAVED) || labs(fp - ra) >= 8;
}

int model_function(struct model *m, const char *start, size_t size,
		   const struct sfreg_jit_row *rows, unsigned int n_rows)
{
	uintptr_t from = (uintptr_t)start - (uintptr_t)m->text;
	struct model_function *f = &m->functions[m->n];
	unsigned int i;

	if (from >= m->text_len || !size || size > m->text_len || from + size > m->text_len)
		return -EINVAL;
	if (!n_rows || rows[0].offset)
		return -EINVAL;
	for (i = 0; i < n_rows; i++)
		if (!is_good_row(&rows[i], size) || (i && rows[i].offset <= rows[i - 1].offset))
			return -EINVAL;
	for (i = 0; i < size; i++)
		if (m->owner[from + i])
			return -EEXIST;
	if (m->n == m->max_functions || m->n_rows + n_rows > m->max_rows)
		return -ENOSPC;
	f->start = from;
	f->size = size;
	f->n_rows = n_rows;
	memcpy(f->rows, rows, n_rows * sizeof(*rows));
	for (i = 0; i < size; i++)
		m->owner[from + i] = m->n + 1;
	m->n++;
	m->n_rows += n_rows;
	return 0;
}

int model_remove(struct model *m, const char *start)
{
	uintptr_t from = (uintptr_t)start - (uintptr_t)m->text;
	struct model_function *f, *last;
	uint32_t i;

	if (from >= m->text_len || !m->owner[from])
		return -ENOENT;
	f = &m->functions[m->owner[from] - 1];
	if (f->start != from)
		return -ENOENT;
	for (i = 0; i < f->size; i++)
		m->owner[from + i] = 0;
	m->n_rows -= f->n_rows;
	last = &m->functions[--m->n];
	if (last == f)
		return 0;
	*f = *last;
	for (i = 0; i < f->size; i++)
		m->owner[f->start + i] = f - m->functions + 1;
	return 0;
}

static struct sfr_rule rule_of(const struct sfreg_jit_row *row)
{
	struct sfr_rule rule = {
		.cfa_base = row->flags & SFREG_JIT_FP ? SFR_BASE_FP : SFR_BASE_SP,
		.cfa_off = row->cfa_offset, .ra_base = RULE_STACK, .ra_off = row->ra_offset,
		.fp_base = SFR_BASE_FP,
	};

	if (row->flags & SFREG_JIT_OUTERMOST)
		return (struct sfr_rule) { .flags = SFR_RULE_OUTERMOST };
	if (row->flags & SFREG_JIT_CFA_SAVED)
		rule.cfa_base |= SFR_BASE_DEREF;
	if (row->flags & SFREG_JIT_FP_SAVED) {
		rule.fp_base = RULE_STACK;
		rule.fp_off = row->fp_offset;
	}
	rule.flags = rule_shape(SFR_ABI_AMD64_LE, &rule);
	if (row->flags & SFREG_JIT_EXACT)
		rule.flags = SFR_RULE_EXACT;
	return rule;
}

struct sfr_rule model_rule(const struct model *m, uint32_t offset)
{
	const struct model_function *f;
	uint32_t i;

	if (offset >= m->text_len || !m->owner[offset])
		return (struct sfr_rule) { .flags = SFR_RULE_GAP };
	f = &m->functions[m->owner[offset] - 1];
	i = f->n_rows - 1;
	while (f->rows[i].offset > offset - f->start)
		i--;
	return rule_of(&f->rows[i]);
}

bool model_is_plain(const struct model *m)
{
	uint32_t i, row;

	for (i = 0; i < m->n; i++)
		for (row = 0; row < m->functions[i].n_rows; row++) {
			const struct sfreg_jit_row *r = &m->functions[i].rows[row];

			if (r->ra_offset != -8 ||
			    r->flags & ~(SFREG_JIT_FP | SFREG_JIT_FP_SAVED))
				return false;
		}
	return true;
}

/* Behind the text, and by wrapping before it. */
#define ABOUT	16

uint32_t model_differs(const struct model *m)
{
	uint32_t offset, n = 0;

	for (offset = -ABOUT; offset != m->text_len + ABOUT; offset++) {
		const struct sfr_rule *got = kernel_rule(m->text + (int32_t)offset);
		struct sfr_rule want = model_rule(m, offset);

		if (want.flags == SFR_RULE_GAP ? !got : rule_equal(got, want))
			continue;
		if (!n++)
			printf("# at %#x: got flags %#x cfa %#x%+d ra %+d fp %#x%+d, "
			       "want flags %#x cfa %#x%+d ra %+d fp %#x%+d\n", offset,
			       got ? got->flags : -1, got ? got->cfa_base : 0,
			       got ? got->cfa_off : 0, got ? got->ra_off : 0,
			       got ? got->fp_base : 0, got ? got->fp_off : 0, want.flags,
			       want.cfa_base, want.cfa_off, want.ra_off, want.fp_base,
			       want.fp_off);
	}
	return n;
}
