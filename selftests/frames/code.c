// SPDX-License-Identifier: GPL-2.0-only
/* See code.h. */
#include <sys/mman.h>

#include "../jit/cost/cfi.h"
#include "code.h"
#include "kernel.h"

#define PAGE	4096ul

struct functions code;

unsigned char *code_bytes(const void *bytes, size_t len)
{
	size_t room = (len + PAGE - 1) & ~(PAGE - 1);
	unsigned char *map = mmap(NULL, room + PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(map + room, PAGE, PROT_NONE);
	return memcpy(map + room - len, bytes, len);
}

unsigned char *code_table(unsigned int first, unsigned int n)
{
	size_t len = CFI_CIE_ROOM + (size_t)n * CFI_FDE_ROOM + 4;
	unsigned char *draft = aligned_alloc(8, (len + 7) & ~7ul), *end, *table;
	long away;
	unsigned int i;

	/* Twice: what is written speaks of where it lies. */
	end = cfi_put_cie(draft);
	for (i = 0; i < n; i++)
		end = cfi_put_fde(end, draft, &code.block[first + i], 0);
	end = cfi_put_end(end);
	table = code_bytes(draft, end - draft);
	away = (uintptr_t)table - (uintptr_t)draft;
	end = cfi_put_cie(draft);
	for (i = 0; i < n; i++)
		end = cfi_put_fde(end, draft, &code.block[first + i], away);
	end = cfi_put_end(end);
	memcpy(table, draft, end - draft);
	free(draft);
	return table;
}

/* Return address and frame pointer are words of the stack, at a distance from the CFA. */
#define STACK_WORD	(SFR_BASE_CFA | SFR_BASE_DEREF)

static bool is_described(const struct sfr_rule *rule, const struct sfreg_jit_row *row)
{
	bool saved = row->flags & SFREG_JIT_FP_SAVED;

	return rule && !rule->flags && rule->cfa_off == row->cfa_offset &&
	       rule->cfa_base == (row->flags & SFREG_JIT_FP ? SFR_BASE_FP : SFR_BASE_SP) &&
	       rule->ra_base == STACK_WORD && rule->ra_off == -8 &&
	       rule->fp_base == (saved ? STACK_WORD : SFR_BASE_FP) &&
	       rule->fp_off == row->fp_offset;
}

static unsigned int wrong_bytes(const struct function *function)
{
	const struct sfreg_jit_row *row = function->rows;
	unsigned int wrong = 0;
	uint32_t at;

	for (at = 0; at < function->size; at++) {
		if (row + 1 < function->rows + function->n_rows && at == row[1].offset)
			row++;
		wrong += !is_described(kernel_rule(function->start + at), row);
	}
	return wrong;
}

unsigned int code_wrong(unsigned int first, unsigned int n)
{
	unsigned int wrong = 0;

	while (n--)
		wrong += wrong_bytes(&code.block[first++]);
	return wrong;
}

unsigned int code_silent(unsigned int first, unsigned int n)
{
	unsigned int silent = 0;

	for (; n--; first++)
		silent += !kernel_rule(code.block[first].start);
	return silent;
}
