// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every errno of every call, limits to the last function and row, and that a call that
 * fails changes nothing.
 */
#include <errno.h>

#include "model.h"
#include "tap.h"

#define LEN	4096u

static char text[LEN];
static const struct sfreg_jit_row at_8 = { .cfa_offset = 8, .ra_offset = -8 };
static struct sfreg_jit *jit;

static const struct sfreg_jit_options good = {
	.size = sizeof(good), .text = text, .text_len = LEN, .max_functions = 4, .max_rows = 8,
};

static void check_open(const char *what, int want, struct sfreg_jit_options options)
{
	struct sfreg_jit *opened = (void *)text;

	is(sfreg_jit_open(&options, &opened), want, "open: %s", what);
	if (want)
		ok(opened == (void *)text, "... and nothing is put there");
	else
		sfreg_jit_close(opened);
}

#define OPEN(what, want, field, value) do {		\
	struct sfreg_jit_options options_ = good;	\
							\
	options_.field = value;				\
	check_open(what, want, options_);		\
} while (0)

static void check_opens(void)
{
	check_open("as it should be", 0, good);
	OPEN("a size too small", -EINVAL, size, sizeof(good) - 1);
	OPEN("a size too large", -EINVAL, size, sizeof(good) + 8);
	OPEN("an unknown flag", -EINVAL, flags, 2);
	OPEN("no text", -EINVAL, text_len, 0);
	OPEN("the longest text", 0, text_len, 0xffffffff);
	OPEN("a longer one", -EINVAL, text_len, 0x100000000);
	OPEN("text that wraps", -EINVAL, text, (void *)-(uintptr_t)(LEN - 1));
	OPEN("text that just does not", 0, text, (void *)-(uintptr_t)(LEN + 1));
	OPEN("no functions", -EINVAL, max_functions, 0);
	OPEN("all functions that a number can say", 0, max_functions, 0xffffffff);
	OPEN("no rows", -EINVAL, max_rows, 0);
	OPEN("most rows", 0, max_rows, SFREG_JIT_MAX_ROWS);
	OPEN("one more", -EINVAL, max_rows, SFREG_JIT_MAX_ROWS + 1);
}

static int describe(uint32_t start, size_t size, struct sfreg_jit_row row)
{
	return sfreg_jit_stub(jit, text + start, size, &row, NULL);
}

static struct sfreg_jit_row row_of(int32_t cfa, unsigned int flags)
{
	return (struct sfreg_jit_row) { .cfa_offset = cfa, .ra_offset = -8, .flags = flags };
}

static struct sfreg_jit_row fp_saved(int32_t fp)
{
	struct sfreg_jit_row row = row_of(16, SFREG_JIT_FP_SAVED);

	row.fp_offset = fp;
	return row;
}

static void check_places(void)
{
	is(describe(-1, 1, at_8), -EINVAL, "a function before the text");
	is(describe(LEN, 1, at_8), -EINVAL, "behind it");
	is(describe(LEN - 8, 9, at_8), -EINVAL, "one byte too long");
	is(describe(8, (size_t)-8, at_8), -EINVAL, "so long that it wraps");
	is(describe(8, (1ul << 32) + 8, at_8), -EINVAL, "of more than 32 bits");
	is(describe(8, 0, at_8), -EINVAL, "of no length");
	is(describe(LEN - 8, 8, at_8), 0, "up to the text's end");
	is(describe(0, 8, at_8), 0, "from its begin");
	is(describe(0, LEN, at_8), -EEXIST, "over both");
	is(describe(7, 1, at_8), -EEXIST, "in the last byte of one");
	is(describe(LEN - 9, 2, at_8), -EEXIST, "into the first of another");
	is(describe(LEN - 9, 1, at_8), 0, "just before it");
	is(describe(8, 1, at_8), 0, "just behind");
	is(describe(100, 1, at_8), -ENOSPC, "a fifth of four functions");
	is(describe(0, 1, at_8), -EEXIST, "what is there already comes first");
	is(describe(0, 0, at_8), -EINVAL, "and before that, what is wrong in itself");
}

static void check_row(int want, const char *what, struct sfreg_jit_row row)
{
	is(describe(100, 10, row), want, "a row %s", what);
	if (!want)
		is(sfreg_jit_remove(jit, text + 100), 0, "... is taken back");
}

static void check_rows(void)
{
	check_row(-EINVAL, "at 1", (struct sfreg_jit_row) { .offset = 1, .ra_offset = -8 });
	check_row(-EINVAL, "with an unknown flag", row_of(8, 1 << 5));
	check_row(-EINVAL, "with a pad", (struct sfreg_jit_row) { .ra_offset = -8, .pad = 1 });
	check_row(-EINVAL, "whose CFA is below sp", row_of(-1, 0));
	check_row(0, "whose CFA is sp", row_of(0, 0));
	check_row(0, "whose CFA is below fp", row_of(-1, SFREG_JIT_FP));
	check_row(0, "whose CFA is saved below sp",
		  row_of(-1, SFREG_JIT_CFA_SAVED));
	check_row(-EINVAL, "with fp in the return address", fp_saved(-8));
	check_row(-EINVAL, "with fp over its begin", fp_saved(-15));
	check_row(-EINVAL, "with fp over its end", fp_saved(-1));
	check_row(0, "with fp just below", fp_saved(-16));
	check_row(0, "with fp just above", fp_saved(0));
	check_row(0, "that is outermost, of which nothing else holds",
		  (struct sfreg_jit_row) { .cfa_offset = -1, .ra_offset = 0,
					   .flags = SFREG_JIT_OUTERMOST | SFREG_JIT_FP_SAVED });
}

static void check_list(int want, const char *what, unsigned int n, uint32_t second,
		       uint32_t third)
{
	struct sfreg_jit_row rows[] = { at_8, at_8, at_8 };

	rows[1].offset = second;
	rows[2].offset = third;
	is(sfreg_jit_function(jit, text + 100, 10, rows, n, NULL), want, "rows %s", what);
	if (!want)
		is(sfreg_jit_remove(jit, text + 100), 0, "... are taken back");
}

static void check_lists(void)
{
	check_list(-EINVAL, "of no number", 0, 1, 2);
	check_list(0, "that ascend", 3, 1, 9);
	check_list(-EINVAL, "at the function's end", 3, 1, 10);
	check_list(-EINVAL, "twice at one place", 3, 1, 1);
	check_list(-EINVAL, "that descend", 3, 9, 8);
	is(sfreg_jit_function(jit, text + 100, 10, NULL, 1, NULL), -EINVAL, "rows that are NULL");
}

static void check_removals(void)
{
	is(sfreg_jit_remove(jit, text - 1), -ENOENT, "remove: before the text");
	is(sfreg_jit_remove(jit, text + LEN), -ENOENT, "behind it");
	is(sfreg_jit_remove(jit, text + 8), -ENOENT, "of nothing");
	is(describe(8, 8, at_8), 0, "a function");
	is(sfreg_jit_remove(jit, text + 7), -ENOENT, "remove: a byte before");
	is(sfreg_jit_remove(jit, text + 9), -ENOENT, "in the middle");
	is(sfreg_jit_remove(jit, text + 16), -ENOENT, "behind");
	is(sfreg_jit_remove(jit, text + 8), 0, "itself");
	is(sfreg_jit_remove(jit, text + 8), -ENOENT, "and again");
}

/* Eight rows in any order of their coming: there is room for eight, and not for nine. */
static void check_rooms(void)
{
	struct sfreg_jit_row rows[9];
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i] = at_8;
		rows[i].offset = i;
	}
	is(sfreg_jit_function(jit, text, 10, rows, 9, NULL), -ENOSPC, "nine of eight rows");
	is(sfreg_jit_function(jit, text, 10, rows, 8, NULL), 0, "eight");
	is(describe(10, 1, at_8), -ENOSPC, "and one more");
	is(sfreg_jit_remove(jit, text), 0, "none");
	is(sfreg_jit_function(jit, text, 10, rows, 3, NULL), 0, "three");
	is(sfreg_jit_function(jit, text + 10, 10, rows, 2, NULL), 0, "two");
	is(sfreg_jit_function(jit, text + 20, 10, rows, 3, NULL), 0, "three");
	is(sfreg_jit_remove(jit, text), 0, "the first go");
	is(sfreg_jit_remove(jit, text + 20), 0, "and the last");
	is(sfreg_jit_function(jit, text, 10, rows, 7, NULL), -ENOSPC, "seven do not fit");
	is(sfreg_jit_function(jit, text, 10, rows, 6, NULL), 0, "six do, of both");
	is(sfreg_jit_remove(jit, text), 0, "none");
	is(sfreg_jit_remove(jit, text + 10), 0, "none");
	for (i = 0; i < 4; i++)
		is(describe(10 * i, 10, at_8), 0, "function %u of 4", i + 1);
	is(describe(50, 10, at_8), -ENOSPC, "and of 4 a fifth");
}

static void in_window(void (*check)(void))
{
	is(sfreg_jit_open(&good, &jit), 0, "a window");
	check();
	sfreg_jit_close(jit);
}

int main(void)
{
	check_opens();
	in_window(check_places);
	in_window(check_rows);
	in_window(check_lists);
	in_window(check_removals);
	in_window(check_rooms);
	sfreg_jit_close(NULL);
	sfreg_jit_epochs_close(NULL);
	is(kernel.n_asked, 0, "the kernel was never asked");
	return tap_done();
}
