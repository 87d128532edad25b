/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a window should be: for each byte of its text the row that was described, and what
 * each call should answer. As simple as can be, and nothing of the builder's.
 */
#ifndef JIT_MODEL_H
#define JIT_MODEL_H

#include <sfreg/jit.h>

#include "kernel.h"

#define MODEL_TEXT	(1u << 16)
#define MODEL_FUNCTIONS	8192
#define MODEL_ROWS	64		/* of a function */

struct model_function {
	uint32_t start, size, n_rows;
	struct sfreg_jit_row rows[MODEL_ROWS];
};

struct model {
	char *text;
	uint32_t text_len, max_functions, max_rows;
	uint32_t n, n_rows;
	struct model_function functions[MODEL_FUNCTIONS];	/* in no order */
	int owner[MODEL_TEXT];		/* of a byte: a function + 1 */
};

void model_init(struct model *m, char *text, uint32_t text_len, uint32_t max_functions,
		uint32_t max_rows);
/* What sfreg_jit_function() should return; if that is 0, the model has it, too. */
int model_function(struct model *m, const char *start, size_t size,
		   const struct sfreg_jit_row *rows, unsigned int n_rows);
int model_remove(struct model *m, const char *start);
void model_clear(struct model *m);

/* The rule at a byte of the text; its flags are SFR_RULE_GAP if there is none. */
struct sfr_rule model_rule(const struct model *m, uint32_t offset);
/* Does version 2 say it all, if it is near? */
bool model_is_plain(const struct model *m);

/*
 * How many bytes of the text, and of some before and behind, have another rule in the
 * kernel's window; the first is told.
 */
uint32_t model_differs(const struct model *m);

/* The same for the same seed. */
struct prng {
	uint64_t state;
};

static inline uint32_t prng_below(struct prng *r, uint32_t n)
{
	uint64_t x = r->state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (x >> 32) * n >> 32;
}

#endif /* JIT_MODEL_H */
