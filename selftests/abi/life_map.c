// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows and the mappings below them. mprotect never drops a window; whatever
 * takes its text away does, at once, and code that comes there later is never
 * walked with the old rows.
 */
#include "sft_probe.h"
#include <pthread.h>

#define PAGES	4

FIXTURE(map) {
	int fd;
	uint8_t *text;			/* PAGES pages, a probe at the start of each */
	uint8_t section[SFT_SECTION_MAX];
	size_t len;
};

#define FRAME	0x68

static uint8_t *page(struct _test_data_map *self, int i)
{
	return self->text + i * SFT_PAGE;
}

static int place(struct _test_data_map *self, uint8_t *at, size_t len)
{
	return sft_register(self->fd, sft_addr(at), len, self->section, self->len,
			    sft_addr(at));
}

FIXTURE_SETUP(map)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->text = sft_map(PAGES * SFT_PAGE, SFT_RWX);
	self->len = sft_probe_section(2, 0, FRAME, self->section);
	for (int i = 0; i < PAGES; i++)
		sft_probe_emit(page(self, i), FRAME);
}

FIXTURE_TEARDOWN(map)
{
	close(self->fd);
}

static void is_walked(struct __test_metadata *_metadata, int fd, uint8_t *at)
{
	struct sft_probed r = sft_probe_run(at, fd);

	EXPECT_STREQ("", sft_probe_differs(&r, at) ?: "");
}

static void is_not_walked(struct __test_metadata *_metadata, int fd, uint8_t *at)
{
	struct sft_probed r = sft_probe_run(at, fd);

	EXPECT_STREQ("", sft_probe_unknown(&r, at) ?: "");
	EXPECT_EQ(SFREG_STOP_NO_WINDOW, r.bt.stop);
}

/* New code at @at, with another frame: the old rows would lead astray. */
static void other_code(uint8_t *at)
{
	void *p = mmap(at, SFT_PAGE, SFT_RWX,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p != at)
		abort();
	sft_probe_emit(at, FRAME + 0x40);
}

/* Windows of each page; then page 1 and 2 lose theirs, 0 and 3 keep them. */
static void four(struct __test_metadata *_metadata, struct _test_data_map *self)
{
	for (int i = 0; i < PAGES; i++)
		ASSERT_EQ(0, place(self, page(self, i), SFT_PAGE));
	ASSERT_EQ(PAGES, sft_total(self->fd, -1));
}

static void outer_two_are_left(struct __test_metadata *_metadata,
			       struct _test_data_map *self)
{
	struct sfreg_list_entry e[PAGES];

	ASSERT_EQ(2, sft_list(self->fd, -1, 0, e, PAGES, NULL));
	EXPECT_EQ(sft_addr(page(self, 0)), e[0].text_start);
	EXPECT_EQ(sft_addr(page(self, 3)), e[1].text_start);
	is_walked(_metadata, self->fd, page(self, 0));
	is_walked(_metadata, self->fd, page(self, 3));
}

TEST_F(map, mprotect_keeps)
{
	struct sft_listing before, after;
	uint64_t dropped = sft_stat("unmap_dropped");

	four(_metadata, self);
	before = sft_listing(self->fd, -1);
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, mprotect(page(self, 1), 2 * SFT_PAGE, SFT_RW));
		page(self, 1)[SFT_PAGE - 1] = i;
		after = sft_listing(self->fd, -1);
		EXPECT_TRUE(sft_same_listing(&before, &after));
		ASSERT_EQ(0, mprotect(page(self, 1), 2 * SFT_PAGE, SFT_RX));
		is_walked(_metadata, self->fd, page(self, 1));
	}
	ASSERT_EQ(0, mprotect(page(self, 1), SFT_PAGE, PROT_NONE));
	ASSERT_EQ(0, mprotect(page(self, 1), SFT_PAGE, SFT_RX));
	is_walked(_metadata, self->fd, page(self, 1));
	after = sft_listing(self->fd, -1);
	EXPECT_TRUE(sft_same_listing(&before, &after));
	EXPECT_EQ(dropped, sft_stat("unmap_dropped"));
}

TEST_F(map, munmap_drops)
{
	uint64_t dropped = sft_stat("unmap_dropped");

	four(_metadata, self);
	ASSERT_EQ(0, munmap(page(self, 1), 2 * SFT_PAGE));
	outer_two_are_left(_metadata, self);
	/* Gone at once for walks and lists; counted when their memory goes. */
	for (int i = 0; i < 500 && sft_stat("unmap_dropped") == dropped; i++)
		sft_sleep_ms(20);
	EXPECT_EQ(dropped + 2, sft_stat("unmap_dropped"));
	other_code(page(self, 1));
	is_not_walked(_metadata, self->fd, page(self, 1));
	/* The place is free for another window. */
	EXPECT_EQ(0, sft_register(self->fd, sft_addr(page(self, 1)), 64,
				  self->section, self->len,
				  sft_addr(page(self, 1))));
}

/* Any part: the first page, the last, one in the middle of a large window. */
TEST_F(map, munmap_of_a_part_drops)
{
	for (int i = 0; i < PAGES; i++) {
		ASSERT_EQ(0, place(self, self->text, PAGES * SFT_PAGE));
		EXPECT_EQ(1, sft_total(self->fd, -1));
		ASSERT_EQ(0, munmap(page(self, i), SFT_PAGE));
		EXPECT_EQ(0, sft_total(self->fd, -1)) {
			TH_LOG("page %d", i);
		}
		other_code(page(self, i));
		sft_probe_emit(page(self, i), FRAME);
	}
}

TEST_F(map, munmap_of_neighbours_keeps)
{
	ASSERT_EQ(0, place(self, page(self, 1), SFT_PAGE));
	ASSERT_EQ(0, munmap(page(self, 0), SFT_PAGE));
	ASSERT_EQ(0, munmap(page(self, 2), SFT_PAGE));
	EXPECT_EQ(1, sft_total(self->fd, -1));
	is_walked(_metadata, self->fd, page(self, 1));
}

TEST_F(map, map_fixed_over_drops)
{
	four(_metadata, self);
	other_code(page(self, 1));
	other_code(page(self, 2));
	outer_two_are_left(_metadata, self);
	is_not_walked(_metadata, self->fd, page(self, 1));
	is_not_walked(_metadata, self->fd, page(self, 2));
}

TEST_F(map, mremap_away_drops)
{
	uint8_t *to = sft_map(2 * SFT_PAGE, PROT_NONE);

	four(_metadata, self);
	munmap(to, 2 * SFT_PAGE);
	ASSERT_EQ(to, mremap(page(self, 1), 2 * SFT_PAGE, 2 * SFT_PAGE,
			     MREMAP_MAYMOVE | MREMAP_FIXED, to));
	outer_two_are_left(_metadata, self);
	/* The code has moved; no window has. */
	is_not_walked(_metadata, self->fd, to);
	other_code(page(self, 1));
	is_not_walked(_metadata, self->fd, page(self, 1));
}

TEST_F(map, mremap_over_drops)
{
	uint8_t *from = sft_map(2 * SFT_PAGE, SFT_RWX);

	four(_metadata, self);
	sft_probe_emit(from, FRAME + 0x40);
	ASSERT_EQ(page(self, 1), mremap(from, 2 * SFT_PAGE, 2 * SFT_PAGE,
					MREMAP_MAYMOVE | MREMAP_FIXED,
					page(self, 1)));
	outer_two_are_left(_metadata, self);
	is_not_walked(_metadata, self->fd, page(self, 1));
}

TEST_F(map, mremap_shrinks)
{
	ASSERT_EQ(0, place(self, self->text, PAGES * SFT_PAGE));
	ASSERT_EQ(self->text, mremap(self->text, PAGES * SFT_PAGE, SFT_PAGE, 0));
	EXPECT_EQ(0, sft_total(self->fd, -1));
	is_not_walked(_metadata, self->fd, self->text);
}

/* Moved without being unmapped (MREMAP_DONTUNMAP): text stays, empty. */
TEST_F(map, mremap_dontunmap)
{
	void *to;

	four(_metadata, self);
	to = mremap(page(self, 1), 2 * SFT_PAGE, 2 * SFT_PAGE,
		    MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	ASSERT_NE(MAP_FAILED, to);
	is_not_walked(_metadata, self->fd, to);
	/* Whether listed or not: other code there must not be walked with it. */
	other_code(page(self, 1));
	is_not_walked(_metadata, self->fd, page(self, 1));
	is_walked(_metadata, self->fd, page(self, 0));
}

/*
 * Keeps every processor busy at real-time priority, so that what the module put
 * off until later does not run: the worst case of many_unmapped.
 */
static volatile bool calm;

static void *spin(void *arg)
{
	(void)arg;
	while (!calm)
		;
	return NULL;
}

static void pin(pthread_t thread, int cpu)
{
	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (pthread_setaffinity_np(thread, sizeof(set), &set) ||
	    pthread_setschedparam(thread, SCHED_FIFO, &param))
		abort();
}

static void unmap_every_second(uint8_t *text, int pages)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct sched_param param = { 0 };
	pthread_t thread;

	pin(pthread_self(), 0);
	for (int i = 1; i < cpus; i++) {
		if (pthread_create(&thread, NULL, spin, NULL))
			abort();
		pin(thread, i);
	}
	for (int i = 0; i < pages; i += 2)
		munmap(text + i * SFT_PAGE, SFT_PAGE);
	calm = true;
	pthread_setschedparam(pthread_self(), SCHED_OTHER, &param);
}

TEST_F(map, many_unmapped)
{
	uint8_t *text = sft_map(256 * SFT_PAGE, SFT_RWX);
	struct sfreg_list_entry e[200];
	int left;

	for (int i = 0; i < 256; i++) {
		sft_probe_emit(text + i * SFT_PAGE, FRAME);
		ASSERT_EQ(0, place(self, text + i * SFT_PAGE, SFT_PAGE));
	}
	unmap_every_second(text, 256);
	left = sft_list(self->fd, -1, 0, e, 200, NULL);
	EXPECT_EQ(128, left) {
		TH_LOG("windows whose text was not unmapped are gone");
	}
	for (int i = 0; i < left; i++)
		EXPECT_EQ(1, (e[i].text_start - sft_addr(text)) / SFT_PAGE % 2);
	for (int i = 0; i < 256; i += 2) {
		other_code(text + i * SFT_PAGE);
		is_not_walked(_metadata, self->fd, text + i * SFT_PAGE);
	}
}

TEST_F(map, other_memory_keeps)
{
	void *data = sft_map(SFT_PAGE, SFT_RW);

	four(_metadata, self);
	munmap(data, SFT_PAGE);
	ASSERT_EQ(0, brk((char *)sbrk(0) + 8 * SFT_PAGE));
	ASSERT_EQ(0, brk((char *)sbrk(0) - 8 * SFT_PAGE));
	EXPECT_EQ(PAGES, sft_total(self->fd, -1));
	is_walked(_metadata, self->fd, page(self, 2));
}

SFT_MAIN
