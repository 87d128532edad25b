/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A producer of code in epochs. It has a few functions by number, of which it makes new
 * versions for ever, each with another frame: a window is filled with them, then the next.
 * When all windows but the new one are full, what lives in the oldest is moved, that is
 * made anew; when nobody is in the oldest any more it is wiped and its text scribbled
 * over. So each address means other functions with other frames, epoch after epoch.
 *
 * It never waits: producer_step() does what can be done. Who runs a function has found it
 * by producer_find(), and leaves it by producer_leave().
 */
#ifndef PRODUCER_H
#define PRODUCER_H

#include "chance.h"
#include "shadow.h"
#include <linux/membarrier.h>
#include <stdatomic.h>
#include <sfreg/jit.h>

#define PRODUCER_LIVE	10		/* functions by number, of which */
#define PRODUCER_LASTING 4		/* are not made anew before they have to be moved */
#define PRODUCER_WINDOWS	8	/* at most */
#define PRODUCER_SLOT	128		/* bytes of text for one */
#define PRODUCER_SLOTS	32		/* of a window, a page */
#define PRODUCER_ROWS	160		/* what 32 functions have, more or less */
#define PRODUCER_BATCH	4		/* are published together */

struct version {
	struct shadow_call f;
	uint32_t epoch;
	int32_t frame;			/* CFA - sp at its call */
	int number;
	atomic_int users;
};

struct producer {
	struct gen gen;
	struct sfreg_jit_epochs *epochs;
	int n, window;			/* windows; the current one */
	bool sorted;			/* functions come by ascending address */
	uint32_t seed, epoch;
	int order[PRODUCER_SLOTS], next;	/* the current window's slots */
	int full;			/* windows that are full and not wiped */
	bool no_rows;			/* that is why the current one is full */
	bool moved;			/* nothing lives in the oldest: it is to be wiped */
	int fd;				/* of the device */
	struct version *batch[PRODUCER_BATCH];
	int n_batch;
	struct version versions[PRODUCER_WINDOWS][PRODUCER_SLOTS];
	struct version *_Atomic table[PRODUCER_LIVE];
	int made, text_full, rows_full, moves, wipes, waits;
};

static inline void producer_spin(struct producer *p)
{
	struct gen *g = &p->gen;

	gen_insn_32(g, 1000 + chance_of(&p->seed, 12000), 0xb9);	/* mov $.., %ecx */
	for (int nops = chance_of(&p->seed, 8); nops; nops--)
		gen_insn(g, 0x90);
	gen_insn(g, 0xff, 0xc9);				/* 1: dec %ecx */
	gen_insn(g, 0x75, 0xfc);				/* jnz 1b */
}

/* It calls *(void **)rdi, with the next one's address in rdi. */
static inline void producer_emit(struct producer *p, struct version *v)
{
	int pushes = chance_of(&p->seed, 6), room = 16 * (1 + chance_of(&p->seed, 60));
	bool frame_pointer = !chance_of(&p->seed, 4);
	struct gen *g = &p->gen;

	gen_begin(g);
	if (frame_pointer)
		gen_push_frame(g);
	for (int i = 0; i < pushes; i++)
		gen_push(g, GEN_AX);
	gen_sub_sp(g, room + g->depth % 16);
	producer_spin(p);
	gen_load(g, GEN_AX, GEN_DI, 0);
	gen_insn(g, 0x48, 0x83, 0xc7, 8);			/* add $8, %rdi */
	v->frame = g->depth;
	gen_call_reg(g, GEN_AX);
	v->f.ret = gen_here(g);
	producer_spin(p);
	if (frame_pointer)
		gen_leave(g);
	else
		gen_add_sp(g, g->depth - 8);
	gen_ret(g);
}

/* A place in the current window. False: none is left. */
static inline bool producer_place(struct producer *p, struct version **v)
{
	int slot;

	if (p->next == PRODUCER_SLOTS)
		return false;
	slot = p->order[p->next++];
	*v = &p->versions[p->window][slot];
	p->gen.at = p->window * SFT_PAGE + slot * PRODUCER_SLOT + chance_of(&p->seed, 16);
	return true;
}

/* Described, and not yet to be found. False: the window is full. */
static inline bool producer_make(struct producer *p, int number)
{
	struct version *v;
	int ret;

	if (!producer_place(p, &v))
		return false;
	v->f.start = gen_here(&p->gen);
	v->epoch = p->epoch;
	v->number = number;
	producer_emit(p, v);
	v->f.end = gen_here(&p->gen);
	if (v->f.end > p->gen.text + p->window * SFT_PAGE +
		       (p->order[p->next - 1] + 1) * PRODUCER_SLOT)
		abort();
	ret = gen_end(&p->gen, sfreg_jit_epochs_current(p->epochs, NULL, NULL), "version");
	if (ret == -ENOSPC) {
		p->next = PRODUCER_SLOTS;
		p->no_rows = true;
		return false;
	}
	must(ret, "function");
	p->batch[p->n_batch++] = v;
	p->made++;
	return true;
}

/* All that was made is known to the kernel and to all threads: now it may be found. */
static inline void producer_publish(struct producer *p)
{
	if (!p->n_batch)
		return;
	must(sfreg_jit_publish(sfreg_jit_epochs_current(p->epochs, NULL, NULL)), "publish");
	must(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0), "sync");
	for (int i = 0; i < p->n_batch; i++)
		atomic_store(&p->table[p->batch[i]->number], p->batch[i]);
	p->n_batch = 0;
}

static inline void producer_begin_window(struct producer *p)
{
	p->epoch++;
	p->next = 0;
	p->no_rows = false;
	for (int i = 0; i < (int)PRODUCER_SLOTS; i++)
		p->order[i] = i;
	for (int i = PRODUCER_SLOTS - 1; i > 0 && !p->sorted; i--) {
		int j = chance_of(&p->seed, i + 1), slot = p->order[i];

		p->order[i] = p->order[j];
		p->order[j] = slot;
	}
}

static inline int producer_oldest(const struct producer *p, uint8_t **text)
{
	void *at;

	if (!sfreg_jit_epochs_oldest(p->epochs, &at, NULL))
		abort();
	*text = at;
	return (*text - p->gen.text) / SFT_PAGE;
}

/* Does the kernel know a window there? */
static inline bool producer_known(const struct producer *p, const uint8_t *text)
{
	struct sfreg_list_entry entry;
	int ret = sft_find(p->fd, sft_addr(text), &entry);

	must(ret < 0 ? ret : 0, "list");
	return ret;
}

static inline void producer_move(struct producer *p)
{
	uint8_t *text;
	int oldest = producer_oldest(p, &text);

	for (int i = 0; i < PRODUCER_LIVE; i++) {
		const struct version *v = atomic_load(&p->table[i]);

		if (v < p->versions[oldest] || v >= p->versions[oldest + 1])
			continue;
		if (!producer_make(p, i))
			abort();
		if (p->n_batch == PRODUCER_BATCH)
			producer_publish(p);
		p->moves++;
	}
	producer_publish(p);
	p->moved = true;
}

/* Goes on to the next window, and makes ready the wiping of the one behind that. */
static inline void producer_turn(struct producer *p)
{
	void *text;

	must(sfreg_jit_epochs_turn(p->epochs), "turn");
	if (p->no_rows)
		p->rows_full++;
	else
		p->text_full++;
	p->full++;
	sfreg_jit_epochs_current(p->epochs, &text, NULL);
	p->window = ((uint8_t *)text - p->gen.text) / SFT_PAGE;
	producer_begin_window(p);
	if (p->full == p->n - 1)
		producer_move(p);
}

/* False: somebody is still in there. */
static inline bool producer_wipe(struct producer *p)
{
	uint8_t *text;
	int oldest = producer_oldest(p, &text);

	for (int i = 0; i < (int)PRODUCER_SLOTS; i++)
		if (atomic_load(&p->versions[oldest][i].users)) {
			p->waits++;
			return false;
		}
	must(producer_known(p, text) ? 0 : -ENOENT, "a full window");
	must(sfreg_jit_epochs_wipe(p->epochs), "wipe");
	must(producer_known(p, text) ? -EEXIST : 0, "a wiped window");
	memset(text, p->epoch & 1 ? 0xcc : 0xc3, SFT_PAGE);	/* int3, or ret */
	p->full--;
	p->moved = false;
	p->wipes++;
	return true;
}

/* False: nothing can be done before somebody leaves the oldest window. */
static inline bool producer_step(struct producer *p)
{
	bool room = true;

	if (p->moved)
		producer_wipe(p);
	for (int i = 1 + chance_of(&p->seed, PRODUCER_BATCH); i && room; i--)
		room = producer_make(p, chance_of(&p->seed, PRODUCER_LIVE - PRODUCER_LASTING));
	producer_publish(p);
	if (room)
		return true;
	if (p->moved) {
		must(sfreg_jit_epochs_turn(p->epochs) == -EBUSY ? 0 : -EINVAL, "turn too early");
		return false;
	}
	producer_turn(p);
	return true;
}

/* All functions are there, in its first version. */
static inline void producer_open(struct producer *p, int n, bool sorted, uint32_t seed)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text_len = n * SFT_PAGE,
		.max_functions = PRODUCER_SLOTS + 1, .max_rows = PRODUCER_ROWS,
	};

	*p = (struct producer) { .n = n, .sorted = sorted, .seed = seed };
	gen_open(&p->gen, options.text_len);
	options.text = p->gen.text;
	p->fd = sft_open();
	must(p->fd < 0 ? p->fd : 0, "device");
	must(sfreg_jit_epochs_open(&options, n, &p->epochs), "open");
	producer_begin_window(p);
	for (int i = 0; i < PRODUCER_LIVE; i++) {
		producer_make(p, i);
		producer_publish(p);
	}
}

static inline void producer_close(struct producer *p)
{
	sfreg_jit_epochs_close(p->epochs);
	munmap(p->gen.text, p->gen.len);
	free(p->gen.depths);
	close(p->fd);
}

/* The newest version. It is not wiped before producer_leave(). */
static inline struct version *producer_find(struct producer *p, int number)
{
	for (;;) {
		struct version *v = atomic_load(&p->table[number]);

		atomic_fetch_add(&v->users, 1);
		/* Still the newest: then who moves it now sees the count. */
		if (atomic_load(&p->table[number]) == v)
			return v;
		atomic_fetch_sub(&v->users, 1);
	}
}

static inline void producer_leave(struct version *v)
{
	atomic_fetch_sub(&v->users, 1);
}

#endif /* PRODUCER_H */
