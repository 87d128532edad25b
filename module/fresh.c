// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/slab.h>

#include "fresh.h"

struct sfreg_fresh *sfreg_fresh_alloc(gfp_t gfp)
{
	struct sfreg_fresh *fresh = kmalloc(sizeof(*fresh), gfp);

	if (!fresh)
		return NULL;
	fresh->n = 0;
	fresh->bytes = 0;
	fresh->dead = 0;
	return fresh;
}

void sfreg_fresh_free(struct sfreg_fresh *fresh)
{
	u32 i;

	for (i = 0; fresh && i < fresh->n; i++)
		sfreg_section_put(fresh->win[i].section);
	kfree(fresh);
}

bool sfreg_fresh_add(struct sfreg_fresh *fresh, const struct sfreg_win *win)
{
	if (fresh->n == SFREG_FRESH_MAX)
		return false;
	fresh->win[fresh->n] = *win;
	sfreg_section_ref(win->section);
	fresh->bytes += win->section->bytes;
	/* A reader that sees the number sees the window. */
	smp_store_release(&fresh->n, fresh->n + 1);
	return true;
}

/* @fresh is not published. */
void sfreg_fresh_copy(struct sfreg_fresh *fresh, const struct sfreg_fresh *from, u32 first)
{
	u32 i;

	for (i = first; i < from->n; i++) {
		if (test_bit(i, &from->dead))
			__set_bit(fresh->n, &fresh->dead);
		sfreg_fresh_add(fresh, &from->win[i]);
	}
}

const struct sfreg_win *sfreg_fresh_find(const struct sfreg_fresh *fresh, u64 pc)
{
	u32 i, n = smp_load_acquire(&fresh->n);	/* pairs with sfreg_fresh_add() */

	for (i = 0; i < n; i++)
		if (pc >= fresh->win[i].text.start && pc < fresh->win[i].text.end &&
		    !test_bit(i, &fresh->dead))
			return &fresh->win[i];
	return NULL;
}

/* The number of the first from @i on that has any of [start, end), dead or not; else ->n. */
static u32 sfreg_fresh_next(const struct sfreg_fresh *fresh, u32 i, u64 start, u64 end)
{
	while (i < fresh->n &&
	       (fresh->win[i].text.start >= end || start >= fresh->win[i].text.end))
		i++;
	return i;
}

bool sfreg_fresh_overlaps(const struct sfreg_fresh *fresh, u64 start, u64 end)
{
	u32 i = sfreg_fresh_next(fresh, 0, start, end);

	while (i < fresh->n && test_bit(i, &fresh->dead))
		i = sfreg_fresh_next(fresh, i + 1, start, end);
	return i < fresh->n;
}

bool sfreg_fresh_mark_dead(struct sfreg_fresh *fresh, u64 start, u64 end)
{
	u32 i = sfreg_fresh_next(fresh, 0, start, end);
	bool any = false;

	for (; i < fresh->n; i = sfreg_fresh_next(fresh, i + 1, start, end))
		any |= !test_and_set_bit(i, &fresh->dead);
	return any;
}
