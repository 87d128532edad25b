/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bound file, and what mapping it has brought about: windows, counters, and how often
 * somebody was told.
 */
#ifndef BOUND_H
#define BOUND_H

#include "bind.h"
#include <linux/perf_event.h>

struct bound {
	int dev, binder, section, fd;
	int event;			/* the tracepoint sfreg_map, for this task and children */
	uint64_t told, placed, refused;	/* when they were last asked for */
};

static inline int told_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .inherit = 1,
		.config = sft_read_number("/sys/class/misc/sfreg/events/", "sfreg_map"),
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static inline uint64_t told_count(const struct bound *b)
{
	uint64_t count;

	return read(b->event, &count, sizeof(count)) == sizeof(count) ? count : UINT64_MAX;
}

/* What was counted until now is no longer of interest. */
static inline void bound_forget(struct bound *b)
{
	sft_total(b->dev, -1);		/* to be told again */
	b->told = told_count(b);
	b->placed = sft_stat("bound_placed");
	b->refused = sft_stat("bound_refused");
}

/* False: something could not be had. */
static inline bool bound_open(struct bound *b)
{
	b->dev = sft_open();
	b->binder = sft_open();
	b->section = file_section(b->dev, false);
	b->fd = file_make("file");
	b->event = told_open();
	if (b->binder < 0 || b->section < 0 || b->fd < 0 || b->event < 0 ||
	    bind_file(b->binder, b->fd, b->section))
		return false;
	bound_forget(b);
	return true;
}

static inline void bound_close(struct bound *b)
{
	close(b->event);
	close(b->fd);
	close(b->section);
	close(b->binder);
	close(b->dev);
}

/*
 * Since this was last asked: so many windows placed, was any refused (the kernel tells of one
 * mapping more than once), and so many told?
 */
#define EXPECT_BROUGHT(b, n_placed, any_refused, n_told) do {			\
	struct bound *b_ = (b), was_ = *b_;					\
	bound_forget(b_);							\
	EXPECT_EQ(n_placed, b_->placed - was_.placed);				\
	EXPECT_EQ(any_refused, b_->refused > was_.refused);			\
	EXPECT_EQ(n_told, b_->told - was_.told);				\
} while (0)

/* The one window that there is, is of a mapping whose file's first byte is, or would be, there. */
#define EXPECT_WINDOW(b, base, first, pages) do {				\
	struct sfreg_list_entry e_[4] = { 0 };					\
	const uint8_t *base_ = (base);						\
	EXPECT_EQ(1, sft_list((b)->dev, -1, 0, e_, 4, NULL));			\
	EXPECT_TRUE(window_is(&e_[0], base_, first, pages)) {			\
		TH_LOG("[%#llx, +%#llx) base %#llx flags %u, mapped %p",	\
		       e_[0].text_start, e_[0].text_len, e_[0].sframe_base,	\
		       e_[0].flags, base_);					\
	}									\
} while (0)

#define EXPECT_NO_WINDOW(b)	EXPECT_EQ(0, sft_total((b)->dev, -1))

/* ftrace lists the functions that anything is attached to, which needs tracefs. */
static inline bool is_attached(const char *function)
{
	char line[256];
	bool found = false;
	FILE *f = fopen("/sys/kernel/tracing/enabled_functions", "re");

	if (!f)
		abort();
	while (fgets(line, sizeof(line), f))
		found |= !strncmp(line, function, strlen(function)) &&
			 line[strlen(function)] == ' ';
	fclose(f);
	return found;
}

#endif /* BOUND_H */
