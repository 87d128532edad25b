// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Epochs: windows side by side, filled one after the other and wiped in the same order. So
 * two numbers say it all: which is filled, and how many before it are full.
 */
#include <errno.h>
#include <sys/mman.h>

#include "../lib/syscall.h"
#include "window.h"

#define PAGE	4096ul

struct sfreg_jit_epochs {
	size_t map_len;
	uintptr_t text;
	size_t window_len;
	unsigned int n, current;
	unsigned int n_full;	/* below @n */
	bool busy;		/* as a window's */
	struct sfreg_jit *windows[];
};

static uintptr_t text_of(const struct sfreg_jit_epochs *epochs, unsigned int i)
{
	return epochs->text + i * epochs->window_len;
}

static int open_windows(struct sfreg_jit_epochs *epochs, const struct sfreg_jit_options *area)
{
	struct sfreg_jit_options options = *area;
	unsigned int i;
	int ret;

	for (i = 0; i < epochs->n; i++) {
		options.text = (void *)text_of(epochs, i);
		options.text_len = epochs->window_len;
		ret = sfreg_jit_open(&options, &epochs->windows[i]);
		if (ret)
			return ret;
	}
	return 0;
}

int sfreg_jit_epochs_open(const struct sfreg_jit_options *area, unsigned int n,
			  struct sfreg_jit_epochs **opened)
{
	size_t map_len = sizeof(struct sfreg_jit_epochs) + n * sizeof(struct sfreg_jit *);
	struct sfreg_jit_epochs *epochs;
	long map;
	int ret;

	if (n < 2 || area->size != sizeof(*area) || (uintptr_t)area->text % PAGE ||
	    area->text_len / n < PAGE || area->text_len > UINTPTR_MAX - (uintptr_t)area->text)
		return -EINVAL;
	map = sys_call(__NR_mmap, 0, map_len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map < 0 && map >= -4095)
		return -ENOMEM;
	epochs = (struct sfreg_jit_epochs *)map;
	epochs->map_len = map_len;
	epochs->text = (uintptr_t)area->text;
	epochs->window_len = area->text_len / n & ~(PAGE - 1);
	epochs->n = n;
	ret = open_windows(epochs, area);
	if (ret) {
		sfreg_jit_epochs_close(epochs);
		return ret;
	}
	*opened = epochs;
	return 0;
}

static struct sfreg_jit *window(const struct sfreg_jit_epochs *epochs, unsigned int i,
				void **text, size_t *text_len)
{
	if (text)
		*text = (void *)text_of(epochs, i);
	if (text_len)
		*text_len = epochs->window_len;
	return epochs->windows[i];
}

static unsigned int oldest(const struct sfreg_jit_epochs *epochs)
{
	unsigned int back = epochs->n_full;

	return epochs->current < back ? epochs->n - (back - epochs->current) :
					epochs->current - back;
}

struct sfreg_jit *sfreg_jit_epochs_current(const struct sfreg_jit_epochs *epochs, void **text,
					   size_t *text_len)
{
	return window(epochs, epochs->current, text, text_len);
}

struct sfreg_jit *sfreg_jit_epochs_oldest(const struct sfreg_jit_epochs *epochs, void **text,
					  size_t *text_len)
{
	return epochs->n_full ? window(epochs, oldest(epochs), text, text_len) : NULL;
}

static bool enter(struct sfreg_jit_epochs *epochs)
{
	return !__atomic_exchange_n(&epochs->busy, true, __ATOMIC_ACQUIRE);
}

static void leave(struct sfreg_jit_epochs *epochs)
{
	__atomic_store_n(&epochs->busy, false, __ATOMIC_RELEASE);
}

/* Where there is nobody to tell, code is generated all the same. */
static int publish_rest(struct sfreg_jit *jit)
{
	int ret = jit->changed ? sfreg_jit_publish(jit) : 0;

	return ret == -ENOSYS || ret == -ESHUTDOWN ? 0 : ret;
}

static int turn(struct sfreg_jit_epochs *epochs)
{
	int ret;

	if (epochs->n_full == epochs->n - 1)
		return -EBUSY;
	ret = publish_rest(epochs->windows[epochs->current]);
	if (ret)
		return ret;
	epochs->current = epochs->current + 1 < epochs->n ? epochs->current + 1 : 0;
	epochs->n_full++;
	return 0;
}

int sfreg_jit_epochs_turn(struct sfreg_jit_epochs *epochs)
{
	int ret;

	if (!enter(epochs))
		return -EBUSY;
	ret = turn(epochs);
	leave(epochs);
	return ret;
}

static int wipe(struct sfreg_jit_epochs *epochs)
{
	int ret;

	if (!epochs->n_full)
		return -ENOENT;
	ret = sfreg_jit_retire(epochs->windows[oldest(epochs)]);
	if (!ret)
		epochs->n_full--;
	return ret;
}

int sfreg_jit_epochs_wipe(struct sfreg_jit_epochs *epochs)
{
	int ret;

	if (!enter(epochs))
		return -EBUSY;
	ret = wipe(epochs);
	leave(epochs);
	return ret;
}

void sfreg_jit_epochs_close(struct sfreg_jit_epochs *epochs)
{
	unsigned int i;

	if (!epochs)
		return;
	for (i = 0; i < epochs->n; i++)
		sfreg_jit_close(epochs->windows[i]);
	sys_call(__NR_munmap, (long)epochs, epochs->map_len, 0, 0, 0, 0);
}
