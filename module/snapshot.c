// SPDX-License-Identifier: GPL-2.0-only
/*
 * Roots, leaves and drafts: see snapshot.h.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "snapshot.h"

/* A leaf grows in steps, so that a process with three libraries pays for few. */
#define SFREG_LEAF_STEP		8

/*
 * How many of @n records of @size bytes begin at or below @pc; their first field
 * is the address that they are sorted by.
 */
static __always_inline u32 sfreg_rank(const void *records, size_t size, u32 n, u64 pc)
{
	u32 lo = 0, hi = n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (*(const u64 *)(records + mid * size) <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static_assert(offsetof(struct sfreg_slot, first) == 0);
static_assert(offsetof(struct sfreg_win, text.start) == 0);

#define sfreg_rank_in(records, n, pc)	sfreg_rank(records, sizeof((records)[0]), n, pc)

const struct sfreg_win *sfreg_root_find(const struct sfreg_root *root, u64 pc)
{
	u32 rank = sfreg_rank_in(root->slot, root->n, pc);
	const struct sfreg_leaf *leaf = rank ? root->slot[rank - 1].leaf : NULL;
	const struct sfreg_win *win;

	win = leaf ? &leaf->win[sfreg_rank_in(leaf->win, leaf->n, pc) - 1] : NULL;
	return win && pc < win->text.end ? win : NULL;
}

const struct sfreg_win *sfreg_root_next(const struct sfreg_root *root, u64 pc)
{
	const struct sfreg_win *win = sfreg_root_find(root, pc);
	const struct sfreg_leaf *leaf;
	u32 rank, i;

	if (win)
		return win;
	rank = sfreg_rank_in(root->slot, root->n, pc);
	if (rank) {
		leaf = root->slot[rank - 1].leaf;
		i = sfreg_rank_in(leaf->win, leaf->n, pc);
		if (i < leaf->n)
			return &leaf->win[i];
	}
	return rank < root->n ? &root->slot[rank].leaf->win[0] : NULL;
}

u32 sfreg_root_number(const struct sfreg_root *root, const struct sfreg_win *win)
{
	u32 rank = sfreg_rank_in(root->slot, root->n, win->text.start);
	const struct sfreg_slot *slot = &root->slot[rank - 1];

	return slot->number + (win - slot->leaf->win);
}

const struct sfreg_win *sfreg_root_nth(const struct sfreg_root *root, u32 number)
{
	u32 lo = 0, hi = root->n;

	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (root->slot[mid].number <= number)
			lo = mid;
		else
			hi = mid;
	}
	return &root->slot[lo].leaf->win[number - root->slot[lo].number];
}

static struct sfreg_leaf *sfreg_leaf_alloc(u32 room)
{
	struct sfreg_leaf *leaf;

	leaf = kmalloc(struct_size(leaf, win, room), GFP_KERNEL_ACCOUNT);
	if (!leaf)
		return NULL;
	refcount_set(&leaf->refs, 1);
	leaf->n = 0;
	leaf->room = room;
	return leaf;
}

static void sfreg_leaf_append(struct sfreg_leaf *leaf, const struct sfreg_leaf *from,
			      u32 first, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		leaf->win[leaf->n] = from->win[first + i];
		sfreg_section_ref(leaf->win[leaf->n++].section);
	}
}

static void sfreg_leaf_put(struct sfreg_leaf *leaf)
{
	u32 i;

	if (!refcount_dec_and_test(&leaf->refs))
		return;
	for (i = 0; i < leaf->n; i++)
		sfreg_section_put(leaf->win[i].section);
	kfree(leaf);
}

void sfreg_root_put(struct sfreg_root *root)
{
	u32 i;

	if (!root || !refcount_dec_and_test(&root->refs))
		return;
	for (i = 0; i < root->n; i++)
		sfreg_leaf_put(root->slot[i].leaf);
	kvfree(root);
}

struct sfreg_root *sfreg_draft(const struct sfreg_root *root, u32 n)
{
	u32 i, used = root ? root->n : 0;
	struct sfreg_root *draft;

	/* At most one leaf more per window. */
	draft = kvmalloc(struct_size(draft, slot, (size_t)used + n), GFP_KERNEL_ACCOUNT);
	if (!draft)
		return NULL;
	refcount_set(&draft->refs, 1);
	draft->n = used;
	draft->room = used + n;
	draft->n_windows = root ? root->n_windows : 0;
	draft->n_live = root ? root->n_live : 0;
	draft->bytes = root ? root->bytes : 0;
	for (i = 0; i < used; i++) {
		draft->slot[i] = root->slot[i];
		refcount_inc(&draft->slot[i].leaf->refs);
	}
	return draft;
}

/*
 * Make the leaf of a slot the draft's own, with room for one more window. A leaf
 * with a single reference is: the published root, which the writer's mutex keeps,
 * holds one of every leaf that is not.
 */
static struct sfreg_leaf *sfreg_leaf_own(struct sfreg_slot *slot)
{
	struct sfreg_leaf *leaf = slot->leaf, *own;

	if (refcount_read(&leaf->refs) == 1 && leaf->n < leaf->room)
		return leaf;
	own = sfreg_leaf_alloc(min_t(u32, round_up(leaf->n + 1, SFREG_LEAF_STEP),
				     SFREG_LEAF_MAX));
	if (!own)
		return NULL;
	sfreg_leaf_append(own, leaf, 0, leaf->n);
	sfreg_leaf_put(leaf);
	slot->leaf = own;
	return own;
}

static void sfreg_slot_open(struct sfreg_root *draft, u32 at)
{
	memmove(&draft->slot[at + 1], &draft->slot[at],
		(draft->n - at) * sizeof(draft->slot[0]));
	draft->n++;
}

static void sfreg_slot_close(struct sfreg_root *draft, u32 at)
{
	draft->n--;
	memmove(&draft->slot[at], &draft->slot[at + 1],
		(draft->n - at) * sizeof(draft->slot[0]));
}

/* Split the full leaf of slot @at in two halves, both the draft's own. */
static int sfreg_leaf_split(struct sfreg_root *draft, u32 at)
{
	struct sfreg_leaf *full = draft->slot[at].leaf, *low, *high;
	u32 half = full->n / 2;

	low = sfreg_leaf_alloc(SFREG_LEAF_MAX);
	high = sfreg_leaf_alloc(SFREG_LEAF_MAX);
	if (!low || !high) {
		kfree(low);
		kfree(high);
		return -ENOMEM;
	}
	sfreg_leaf_append(low, full, 0, half);
	sfreg_leaf_append(high, full, half, full->n - half);
	sfreg_leaf_put(full);
	sfreg_slot_open(draft, at);
	draft->slot[at].leaf = low;
	draft->slot[at + 1].leaf = high;
	draft->slot[at + 1].first = high->win[0].text.start;
	return 0;
}

/* The caller has made sure that @win overlaps no window. Takes a reference. */
int sfreg_draft_insert(struct sfreg_root *draft, const struct sfreg_win *win)
{
	u32 rank = sfreg_rank_in(draft->slot, draft->n, win->text.start);
	u32 at = rank ? rank - 1 : 0, i;
	struct sfreg_leaf *leaf;

	if (!draft->n) {
		leaf = sfreg_leaf_alloc(SFREG_LEAF_STEP);
		if (!leaf)
			return -ENOMEM;
		sfreg_slot_open(draft, 0);
		draft->slot[0].leaf = leaf;
	} else if (draft->slot[at].leaf->n == SFREG_LEAF_MAX) {
		if (sfreg_leaf_split(draft, at))
			return -ENOMEM;
		if (draft->slot[at + 1].first <= win->text.start)
			at++;
	}
	leaf = sfreg_leaf_own(&draft->slot[at]);
	if (!leaf)
		return -ENOMEM;
	i = sfreg_rank_in(leaf->win, leaf->n, win->text.start);
	memmove(&leaf->win[i + 1], &leaf->win[i], (leaf->n - i) * sizeof(leaf->win[0]));
	leaf->win[i] = *win;
	leaf->n++;
	sfreg_section_ref(win->section);
	draft->slot[at].first = leaf->win[0].text.start;
	draft->n_windows++;
	draft->n_live += !!win->text.live;
	draft->bytes += win->section->bytes;
	return 0;
}

/* @start is the start of a window of the draft. */
int sfreg_draft_remove(struct sfreg_root *draft, u64 start)
{
	u32 at = sfreg_rank_in(draft->slot, draft->n, start) - 1, i;
	struct sfreg_leaf *leaf;

	leaf = draft->slot[at].leaf;
	i = sfreg_rank_in(leaf->win, leaf->n, start) - 1;
	draft->n_windows--;
	draft->n_live -= !!leaf->win[i].text.live;
	draft->bytes -= leaf->win[i].section->bytes;
	if (leaf->n == 1) {
		sfreg_leaf_put(leaf);
		sfreg_slot_close(draft, at);
		return 0;
	}
	leaf = sfreg_leaf_own(&draft->slot[at]);
	if (!leaf)
		return -ENOMEM;
	sfreg_section_put(leaf->win[i].section);
	leaf->n--;
	memmove(&leaf->win[i], &leaf->win[i + 1], (leaf->n - i) * sizeof(leaf->win[0]));
	draft->slot[at].first = leaf->win[0].text.start;
	return 0;
}

void sfreg_draft_finish(struct sfreg_root *draft)
{
	u32 i, number = 0;

	for (i = 0; i < draft->n; i++) {
		draft->slot[i].number = number;
		number += draft->slot[i].leaf->n;
	}
}
