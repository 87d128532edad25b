// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Live windows: memory that is the kernel's and ours, who may call when, and what becomes
 * of it all after fork(2). There the child has no such memory, and no system call is to be
 * spent on asking who one is: what a call needs to know lies in a page that the child finds
 * wiped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include <sfreg.h>

#include "../lib/live.h"
#include "../lib/syscall.h"
#include "live_runs.h"
#include "options.h"
#include "perf_map.h"

struct sfreg_jit_live {
	uintptr_t text;
	uint32_t text_len;
	struct jit_perf_map perf_map;
	/* From here on it is 0 in a child. */
	struct live_runs runs __attribute__((aligned(4096)));
	bool ours;		/* there is memory and, as far as is known, a window */
	bool busy;		/* as a window's */
};

static long map_pages(size_t len, int flags, int fd)
{
	return sys_call(__NR_mmap, 0, len, PROT_READ | PROT_WRITE, flags, fd, 0);
}

static bool is_error(long map)
{
	return map < 0 && map >= -4095;
}

static void unmap(const void *at, size_t len)
{
	sys_call(__NR_munmap, (long)at, len, 0, 0, 0, 0);
}

/* --- memory ---------------------------------------------------------------------- */

static size_t memory_len(uint32_t n_rows)
{
	return sizeof(struct sfreg_live_header) + n_rows * sizeof(uint64_t);
}

static void unmap_memory(const struct live_runs *runs)
{
	unmap(runs->header, memory_len(runs->max));
}

/* Without a run. Returns the descriptor by which it is placed. */
static int make_memory(struct live_runs *runs, uint32_t n_rows)
{
	int fd = sfreg_live_create(n_rows);
	long map;

	if (fd < 0)
		return fd;
	map = map_pages(memory_len(n_rows), MAP_SHARED, fd);
	if (is_error(map)) {
		sys_close(fd);
		return map;
	}
	sfreg_jit_runs_init(runs, (void *)map, n_rows);
	return fd;
}

static int place(const struct sfreg_jit_live *live, int fd, uint32_t flags)
{
	const struct sfreg_place_entry entry = {
		.section_fd = fd, .flags = flags, .text_start = live->text,
		.text_len = live->text_len, .sframe_base = live->text,
	};

	return sfreg_place(-1, &entry, 1, NULL);
}

/* --- open and close -------------------------------------------------------------- */

static int place_first(struct sfreg_jit_live *live, uint32_t max_rows)
{
	int fd = make_memory(&live->runs, max_rows);
	int ret;

	if (fd < 0)
		return fd;
	ret = place(live, fd, 0);
	sys_close(fd);
	if (ret)
		unmap_memory(&live->runs);
	else
		live->ours = true;
	return ret;
}

static int set_up(struct sfreg_jit_live *live, const struct sfreg_jit_options *options)
{
	int ret = sys_call(__NR_madvise, (long)&live->runs,
			   sizeof(*live) - offsetof(struct sfreg_jit_live, runs),
			   MADV_WIPEONFORK, 0, 0, 0);

	if (ret)
		return ret;
	live->text = (uintptr_t)options->text;
	live->text_len = options->text_len;
	live->perf_map.fd = -1;
	ret = place_first(live, options->max_rows);
	if (!ret && options->flags & SFREG_JIT_PERF_MAP)
		sfreg_jit_perf_map_open(&live->perf_map);
	return ret;
}

int sfreg_jit_live_open(const struct sfreg_jit_options *options, struct sfreg_jit_live **opened)
{
	struct sfreg_jit_live *live;
	long map;
	int ret;

	if (!options_valid(options))
		return -EINVAL;
	map = map_pages(sizeof(*live), MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (is_error(map))
		return -ENOMEM;
	live = (struct sfreg_jit_live *)map;
	ret = set_up(live, options);
	if (ret)
		unmap(live, sizeof(*live));
	else
		*opened = live;
	return ret;
}

/* A child's window at the same place, if there is one, is another. */
void sfreg_jit_live_close(struct sfreg_jit_live *live)
{
	if (!live)
		return;
	if (live->ours) {
		sfreg_unregister((const void *)live->text);
		unmap_memory(&live->runs);
	}
	sfreg_jit_perf_map_close(&live->perf_map);
	unmap(live, sizeof(*live));
}

/* --- functions ------------------------------------------------------------------- */

/* See window_enter(). */
static int enter(struct sfreg_jit_live *live)
{
	if (__atomic_exchange_n(&live->busy, true, __ATOMIC_ACQUIRE))
		return -EBUSY;
	if (live->ours)
		return 0;
	__atomic_store_n(&live->busy, false, __ATOMIC_RELEASE);
	return -ECHILD;
}

static int leave(struct sfreg_jit_live *live, int ret)
{
	__atomic_store_n(&live->busy, false, __ATOMIC_RELEASE);
	return ret;
}

static bool is_inside(const struct sfreg_jit_live *live, const void *start, size_t size)
{
	uintptr_t offset = (uintptr_t)start - live->text;

	return offset < live->text_len && size && size <= live->text_len - offset;
}

static bool fit(const struct sfreg_jit_row *rows, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!live_row_fits(&rows[i]))
			return false;
	return true;
}

static int describe(struct sfreg_jit_live *live, const void *start, size_t size,
		    const struct sfreg_jit_row *rows, unsigned int n_rows, const char *name)
{
	uint32_t offset = (uintptr_t)start - live->text;
	int ret;

	if (!is_inside(live, start, size) || !sfreg_jit_rows_valid(rows, n_rows, size))
		return -EINVAL;
	if (!fit(rows, n_rows))
		return -ERANGE;
	ret = sfreg_jit_runs_append(&live->runs, offset, offset + size, rows, n_rows);
	if (!ret && name)
		sfreg_jit_perf_map_add(&live->perf_map, (uintptr_t)start, size, name);
	return ret;
}

int sfreg_jit_live_function(struct sfreg_jit_live *live, const void *start, size_t size,
			    const struct sfreg_jit_row *rows, unsigned int n_rows,
			    const char *name)
{
	int ret = enter(live);

	return ret ? ret : leave(live, describe(live, start, size, rows, n_rows, name));
}

static int forget(struct sfreg_jit_live *live, const void *start, size_t size)
{
	uint32_t offset = (uintptr_t)start - live->text;

	return is_inside(live, start, size) ?
		       sfreg_jit_runs_bury(&live->runs, offset, offset + size) : -EINVAL;
}

int sfreg_jit_live_remove(struct sfreg_jit_live *live, const void *start, size_t size)
{
	int ret = enter(live);

	return ret ? ret : leave(live, forget(live, start, size));
}

/* --- compaction ------------------------------------------------------------------ */

/* 0: as said of sfreg_jit_live_compact(). */
static uint32_t room(const struct live_runs *runs, uint32_t living)
{
	uint64_t twice = 2 * (uint64_t)living;

	if (twice > SFREG_JIT_MAX_ROWS)
		twice = SFREG_JIT_MAX_ROWS;
	return twice > runs->max ? twice : runs->max;
}

/* The kernel may have dropped the window. */
static int place_again(const struct sfreg_jit_live *live, int fd)
{
	int ret = place(live, fd, SFREG_F_REPLACE);

	return ret == -ENOENT ? place(live, fd, 0) : ret;
}

static int compact(struct sfreg_jit_live *live, uint32_t max_rows)
{
	uint32_t living = sfreg_jit_runs_living(&live->runs);
	struct live_runs fresh;
	int ret, fd;

	if (max_rows > SFREG_JIT_MAX_ROWS)
		return -EINVAL;
	if (max_rows && max_rows < living)
		return -ENOSPC;
	fd = make_memory(&fresh, max_rows ? max_rows : room(&live->runs, living));
	if (fd < 0)
		return fd;
	sfreg_jit_runs_copy(&fresh, &live->runs);
	ret = place_again(live, fd);
	sys_close(fd);
	unmap_memory(ret ? &fresh : &live->runs);
	if (!ret)
		live->runs = fresh;
	return ret;
}

int sfreg_jit_live_compact(struct sfreg_jit_live *live, uint32_t max_rows)
{
	int ret = enter(live);

	return ret ? ret : leave(live, compact(live, max_rows));
}
