// SPDX-License-Identifier: GPL-2.0-only
/*
 * libgcc's registry of call frame information, for C++ exceptions: what is registered stays
 * where it is, and has to stay there.
 */
#include <stdlib.h>

#include "../../bench/bench.h"
#include "cfi.h"
#include "way.h"

/* What libgcc has of a function; no public header says so. */
struct dwarf_eh_bases {
	void *tbase, *dbase, *func;
};

void __register_frame(void *begin);
void __deregister_frame(void *begin);
const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases);

static struct arena arena;
static unsigned char *begins[N_FUNCTIONS], *cie;
static unsigned int n_begins;

void libgcc_describe(const struct way *way, const struct function *functions, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!cie) {
			cie = arena_room(&arena, CFI_CIE_ROOM + (size_t)way->batch * CFI_FDE_ROOM);
			arena.at = cfi_put_cie(cie);
		}
		arena.at = cfi_put_fde(arena.at, cie, &functions[i], 0);
		if (way->batch == 1)
			libgcc_tell(way);
	}
}

void libgcc_tell(const struct way *way)
{
	(void)way;
	arena.at = cfi_put_end(arena.at);
	begins[n_begins++] = cie;
	__register_frame(cie);
	cie = NULL;
}

void libgcc_ask(const struct way *way, const struct function *first)
{
	struct dwarf_eh_bases bases;

	(void)way;
	if (!_Unwind_Find_FDE(first->start, &bases) || bases.func != first->start)
		bench_fail("libgcc does not know %s", first->name);
}

void libgcc_undo(const struct way *way)
{
	(void)way;
	while (n_begins)
		__deregister_frame(begins[--n_begins]);
	arena_end(&arena);
}
