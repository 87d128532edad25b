// SPDX-License-Identifier: GPL-2.0-only
/* See kernel.h. */
#include <errno.h>
#include <sfreg.h>

#include "kernel.h"

struct kernel kernel;

static void forget(int i)
{
	if (kernel.windows[i].live)
		kernel_live_put(kernel.windows[i].live);
	free(kernel.windows[i].table);
	free(kernel.windows[i].section);
	kernel.windows[i] = kernel.windows[--kernel.n_windows];
}

void kernel_reset(void)
{
	while (kernel.n_windows)
		forget(0);
	kernel_live_forget();
	memset(&kernel, 0, sizeof(kernel));
}

static int find(const void *text)
{
	int i;

	for (i = 0; i < kernel.n_windows; i++)
		if (kernel.windows[i].text == (uintptr_t)text)
			return i;
	return -1;
}

const struct kernel_window *kernel_find(const void *text)
{
	int i = find(text);

	return i < 0 ? NULL : &kernel.windows[i];
}

void kernel_drop(const void *text)
{
	forget(find(text));
}

const struct sfr_rule *kernel_rule(const void *pc)
{
	static struct sfr_rule rule;
	int i;

	for (i = 0; i < kernel.n_windows; i++) {
		const struct kernel_window *window = &kernel.windows[i];

		if ((uintptr_t)pc - window->text >= window->text_len)
			continue;
		if (!window->live)
			return sfr_table_rule(window->table, (uintptr_t)pc - window->base, false);
		switch (sfr_live_rule(window->live, (uintptr_t)pc - window->base, &rule)) {
		case SFR_STOP_NONE:
			return &rule;
		case SFR_STOP_NO_RULE:
			return NULL;
		default:
			abort();	/* nobody writes meanwhile */
		}
	}
	return NULL;
}

/* What is to be answered before anything is looked at. */
int kernel_begin(void)
{
	void (*interrupt)(void) = kernel.interrupt;
	int answer = kernel.answer;

	kernel.n_asked++;
	if (answer && kernel.answer_later) {
		kernel.answer_later--;
		return 0;
	}
	kernel.answer = 0;
	kernel.interrupt = NULL;
	if (interrupt)
		interrupt();
	return answer;
}

static int compile(struct kernel_window *window, const void *sframe, size_t len)
{
	if (build_bytes(sframe, len, &window->table))
		return -EBADMSG;
	window->base = (uintptr_t)sframe;
	window->section = copy_of(sframe, len);
	window->section_len = len;
	window->version = ((const unsigned char *)sframe)[SFE_H_VERSION];
	return 0;
}

static bool overlaps(const void *text, size_t len)
{
	int i;

	for (i = 0; i < kernel.n_windows; i++)
		if (kernel.windows[i].text < (uintptr_t)text + len &&
		    (uintptr_t)text < kernel.windows[i].text + kernel.windows[i].text_len)
			return true;
	return false;
}

int sfreg_register(const void *text, size_t text_len, const void *sframe, size_t sframe_len)
{
	struct kernel_window window = { .text = (uintptr_t)text, .text_len = text_len };
	int ret = kernel_begin();

	if (!ret)
		ret = overlaps(text, text_len) ? -EEXIST : compile(&window, sframe, sframe_len);
	if (ret)
		return ret;
	kernel.windows[kernel.n_windows++] = window;
	kernel.n_registered++;
	return 0;
}

int sfreg_replace(const void *text, size_t text_len, const void *sframe, size_t sframe_len)
{
	struct kernel_window window = { .text = (uintptr_t)text, .text_len = text_len };
	int ret = kernel_begin(), i = find(text);

	if (!ret)
		ret = i < 0 ? -ENOENT : compile(&window, sframe, sframe_len);
	if (ret)
		return ret;
	forget(i);
	kernel.windows[kernel.n_windows++] = window;
	kernel.n_replaced++;
	return 0;
}

int sfreg_unregister(const void *text)
{
	int ret = kernel_begin(), i = find(text);

	if (!ret)
		ret = i < 0 ? -ENOENT : 0;
	if (ret)
		return ret;
	forget(i);
	kernel.n_removed++;
	return 0;
}

static int place(const struct sfreg_place_entry *entry)
{
	struct kernel_window window = {
		.text = entry->text_start, .text_len = entry->text_len,
		.base = entry->sframe_base, .live = kernel_live_of(entry->section_fd),
	};
	bool replace = entry->flags & SFREG_F_REPLACE;
	int i = find((const void *)window.text);

	if (!window.live || window.base != window.text)
		return -EINVAL;
	if (replace && i < 0)
		return -ENOENT;
	if (!replace && overlaps((const void *)window.text, window.text_len))
		return -EEXIST;
	if (replace)
		forget(i);
	kernel.windows[kernel.n_windows++] = window;
	__atomic_store_n(&kernel.newest, window.live, __ATOMIC_RELEASE);
	kernel.n_registered += !replace;
	kernel.n_replaced += replace;
	return 0;
}

int sfreg_place(int mem_fd, const struct sfreg_place_entry *entries, unsigned int count,
		unsigned int *failed)
{
	int ret = kernel_begin();

	if (ret)
		return ret;
	return mem_fd != -1 || count != 1 || failed ? -EINVAL : place(entries);
}
