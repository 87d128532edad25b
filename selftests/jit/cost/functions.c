// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes and frames as compilers of small pieces of code make them; each begins at a
 * multiple of 16.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "../../bench/bench.h"
#include "functions.h"

#define WORD	8

/* Adds a row to what is known of the function; @saved: rbp lies at CFA - 16. */
static void add(struct function *function, uint32_t offset, bool fp, int32_t cfa, bool saved)
{
	function->rows[function->n_rows++] = (struct sfreg_jit_row) {
		.offset = offset, .cfa_offset = cfa, .ra_offset = -8,
		.fp_offset = saved ? -16 : 0,
		.flags = (fp ? SFREG_JIT_FP : 0) | (saved ? SFREG_JIT_FP_SAVED : 0),
	};
}

/* Nothing is pushed. */
static void leaf(struct function *function)
{
	add(function, 0, false, 8, false);
}

/* sub rsp, and never back: it ends in a call that does not return, or a trap. */
static void one_way(struct function *function, int32_t locals)
{
	leaf(function);
	add(function, 4, false, 8 + locals, false);
}

/* sub rsp; add rsp; ret. */
static void plain(struct function *function, int32_t locals)
{
	one_way(function, locals);
	add(function, function->size - 1, false, 8, false);
}

/* push rbp; mov rbp, rsp; leave; ret. */
static void with_fp(struct function *function)
{
	leaf(function);
	add(function, 1, false, 16, true);
	add(function, 4, true, 16, true);
	add(function, function->size - 1, false, 8, false);
}

/* push rbp; push rbx; sub rsp; add rsp, also over rbx; pop rbp; ret. */
static void saving(struct function *function, int32_t locals)
{
	leaf(function);
	add(function, 1, false, 16, true);
	add(function, 2, false, 24, true);
	add(function, 6, false, 24 + locals, true);
	add(function, function->size - 2, false, 16, true);
	add(function, function->size - 1, false, 8, false);
}

static void make(struct function *function, uint64_t *random)
{
	uint32_t kind = bench_random(random) % 20, shape = bench_random(random);
	int32_t locals = WORD * (1 + shape % 24);

	function->n_rows = 0;
	if (kind < 4) {
		function->size = 16 + shape % 48;
		leaf(function);
		return;
	}
	function->size = 24 + bench_random(random) % (shape & 0xf000 ? 128 : 1024);
	if (kind < 7)
		one_way(function, locals);
	else if (kind < 12)
		plain(function, locals);
	else if (kind < 17)
		with_fp(function);
	else
		saving(function, locals);
}

void functions_begin(struct functions *functions)
{
	memset(functions, 0, sizeof(*functions));
	functions->text = mmap(NULL, TEXT_LEN, PROT_READ | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (functions->text == MAP_FAILED)
		bench_fail("no room for the text");
}

void functions_next(struct functions *functions)
{
	unsigned char *at = functions->text + (size_t)functions->next * BLOCK_TEXT;
	const unsigned char *end = at + BLOCK_TEXT;
	uint64_t random = functions->next;
	unsigned int i;

	for (i = 0; i < BLOCK; i++) {
		struct function *function = &functions->block[i];

		make(function, &random);
		function->start = at;
		function->name = functions->names[i];
		snprintf(functions->names[i], sizeof(functions->names[i]), "jit_%07u",
			 functions->next * BLOCK + i);
		functions->n_rows += function->n_rows;
		functions->bytes += function->size;
		at += (function->size + 15) & ~15u;
	}
	if (at > end)
		bench_fail("block %u does not fit its text", functions->next);
	functions->next++;
}

void functions_end(struct functions *functions)
{
	munmap(functions->text, TEXT_LEN);
}
