/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flexible.S: what it offers, its rows as an SFrame V3 section, and the truth about
 * its frames.
 */
#ifndef FLEXIBLE_H
#define FLEXIBLE_H

/* For the assembler, too: offsets in struct flex_truth, and a stop reason. */
#define FLEX_ROOT		0
#define FLEX_OUTER		8
#define FLEX_FN			16
#define FLEX_LEAF		24
#define FLEX_UNKNOWN_REG	10

#ifndef FLEX_ASM

#include "sft_self.h"
#include "sframe_emit.h"

/* CFAs, each noted before the call to the function. */
struct flex_truth {
	uint64_t root, outer, fn, leaf;
};

_Static_assert(offsetof(struct flex_truth, root) == FLEX_ROOT, "");
_Static_assert(offsetof(struct flex_truth, outer) == FLEX_OUTER, "");
_Static_assert(offsetof(struct flex_truth, fn) == FLEX_FN, "");
_Static_assert(offsetof(struct flex_truth, leaf) == FLEX_LEAF, "");
_Static_assert(SFREG_STOP_UNKNOWN_REG == FLEX_UNKNOWN_REG, "");

/* Its loops run @count times; only flex_root may call it. */
typedef void flex_fn(long count);

flex_fn flex_drap, flex_early, flex_none;

/* @shift: by how much lower the stack is to be, a multiple of 16. */
void flex_root(flex_fn *fn, long count, struct flex_truth *truth, long shift);
void flex_outer(void);
void flex_leaf(void);

extern const char flex_text[], flex_text_end[];
extern const char flex_root_end[], flex_outer_end[], flex_leaf_end[];
extern const char flex_root_ret[], flex_outer_ret[], flex_drap_ret[], flex_early_ret[];
extern const char flex_drap_loop[], flex_drap_loop_end[];

/* By all registers in turn: the function whose CFA is in that register. */
flex_fn flex_by_rax, flex_by_rbx, flex_by_r10, flex_by_r12;

extern const struct flex_by {
	flex_fn *fn;
	const char *loop, *loop_end;	/* where it stays for most of the time */
	char name[8];
} __start_flex_bys[], __stop_flex_bys[];

/* What the assembler gathered, in the order of the text. */
extern const struct flex_func {
	uint64_t start, end;
} __start_flex_funcs[], __stop_flex_funcs[];

extern const struct flex_row {
	uint64_t at;
	struct sfe_place place[3];
	uint32_t stop, unused;
} __start_flex_rows[], __stop_flex_rows[];

#define FLEX_FUNCS	(__stop_flex_funcs - __start_flex_funcs)
#define FLEX_ROWS	(__stop_flex_rows - __start_flex_rows)
#define FLEX_BYS	(__stop_flex_bys - __start_flex_bys)

/* The row that holds at @pc, which is in a function. */
static inline const struct flex_row *flex_row(uint64_t pc)
{
	const struct flex_row *row = __stop_flex_rows - 1;

	while (row->at > pc)
		row--;
	return row;
}

/* @outermost: whether flex_root is. Returns the length. */
static inline size_t flex_section(bool outermost, void *buf, size_t cap)
{
	static struct sfe_row rows[1000];
	static struct sfe_func funcs[100];
	struct sfe_section s = {
		.version = 3, .sorted = true, .n_funcs = FLEX_FUNCS, .funcs = funcs,
	};
	const struct flex_row *from = __start_flex_rows;
	struct sfe_row *row = rows;

	if (FLEX_ROWS > 1000 || FLEX_FUNCS > 100)
		abort();
	for (int i = 0; i < FLEX_FUNCS; i++) {
		const struct flex_func *f = &__start_flex_funcs[i];

		funcs[i] = (struct sfe_func) {
			.start = f->start - sft_addr(flex_text), .size = f->end - f->start,
			.flexible = true, .rows = row,
		};
		for (; from < __stop_flex_rows && from->at < f->end; from++) {
			*row = (struct sfe_row) {
				.start = from->at - f->start,
				.outermost = outermost && f->start == sft_addr(flex_root),
			};
			memcpy(row->place, from->place, sizeof(row->place));
			row++;
			funcs[i].n_rows++;
		}
	}
	return sfe_emit(&s, buf, cap);
}

/* The program's own section serves the text on both sides of flexible.S. */
static inline int flex_register(int fd, bool outermost)
{
	struct sft_self self = sft_self();
	const void *sframe = (const void *)(uintptr_t)self.sframe;
	uint64_t start = sft_addr(flex_text), end = sft_addr(flex_text_end);
	static uint8_t bytes[16384];
	int ret;

	ret = sft_register(fd, self.text, start - self.text, sframe, self.sframe_len, 0);
	if (!ret)
		ret = sft_register(fd, end, self.text + self.text_len - end, sframe,
				   self.sframe_len, 0);
	if (!ret)
		ret = sft_register(fd, start, end - start, bytes,
				   flex_section(outermost, bytes, sizeof(bytes)), start);
	return ret;
}

/* The frames from an interrupted @pc on, up to flex_root's, and why no more. */
struct flex_stack {
	int n;
	uint64_t pc[4], cfa[4];
	uint32_t stop;
};

static inline void flex_push(struct flex_stack *s, uint64_t pc, uint64_t cfa)
{
	s->pc[s->n] = pc;
	s->cfa[s->n++] = cfa;
}

/* @fn: the function under test. @pc must be in flexible.S. */
static inline struct flex_stack flex_stack(const struct flex_truth *t, flex_fn *fn,
					   uint64_t pc)
{
	struct flex_stack s = { .stop = SFREG_STOP_OUTERMOST };
	const void *ret;
	bool in_leaf = pc - sft_addr(flex_leaf) < sft_addr(flex_leaf_end) - sft_addr(flex_leaf);

	if (pc < sft_addr(flex_root_end)) {
		flex_push(&s, pc, t->root);
		return s;
	}
	if (pc < sft_addr(flex_outer_end)) {
		flex_push(&s, pc, t->outer);
		flex_push(&s, sft_addr(flex_root_ret), t->root);
		return s;
	}
	ret = fn == flex_drap ? flex_drap_ret : flex_early_ret;
	if (in_leaf)
		flex_push(&s, pc, t->leaf);
	flex_push(&s, in_leaf ? sft_addr(ret) : pc, t->fn);
	if (flex_row(pc)->stop) {
		s.stop = SFREG_STOP_UNKNOWN_REG;
		return s;
	}
	flex_push(&s, sft_addr(flex_outer_ret), t->outer);
	flex_push(&s, sft_addr(flex_root_ret), t->root);
	return s;
}

#endif /* FLEX_ASM */

#endif /* FLEXIBLE_H */
