// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a mapping of a file that is bound: exactly which windows, at once, and
 * whether anybody is told.
 */
#include "bound_fixture.h"
#include "sft_child.h"
#include <sys/auxv.h>

TEST_F(bound, at_once)
{
	uint8_t *p = file_map_all(self->b.fd);
	struct sft_probed r = sft_probe_run(p + PROBE_OFFSET, self->b.dev);

	EXPECT_STREQ("", sft_probe_differs(&r, p + PROBE_OFFSET) ?: "");
	EXPECT_WINDOW(&self->b, p, 2, 3);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	ASSERT_EQ(0, munmap(p, FILE_BYTES));
	EXPECT_NO_WINDOW(&self->b);
	EXPECT_BROUGHT(&self->b, 0, 0, 0);
}

TEST_F(bound, maps_part)
{
	static const struct { unsigned int first, pages, window, window_pages; } parts[] = {
		{ 2, 3, 2, 3 }, { 3, 1, 3, 1 }, { 4, 4, 4, 1 }, { 0, 3, 2, 1 }, { 1, 7, 2, 3 },
		{ 0, 2, 0, 0 }, { 5, 3, 0, 0 }, { 0, 0, 0, 0 },
	};

	for (int i = 0; parts[i].pages; i++) {
		uint8_t *p = file_map(self->b.fd, parts[i].first, parts[i].pages, SFT_RX);

		if (parts[i].window_pages)
			EXPECT_WINDOW(&self->b, p - parts[i].first * SFT_PAGE, parts[i].window,
				      parts[i].window_pages);
		else
			EXPECT_NO_WINDOW(&self->b);
		EXPECT_BROUGHT(&self->b, !!parts[i].window_pages, 0, 0);
		munmap(p, parts[i].pages * SFT_PAGE);
	}
}

/* As a dynamic linker does whose program's segments are all in one first mapping. */
TEST_F(bound, maps_data_over_the_end)
{
	uint8_t *p = file_map_all(self->b.fd);

	ASSERT_EQ(p + 5 * SFT_PAGE, mmap(p + 5 * SFT_PAGE, 2 * SFT_PAGE, SFT_RW,
					 MAP_PRIVATE | MAP_FIXED, self->b.fd, 5 * SFT_PAGE));
	ASSERT_EQ(p + 7 * SFT_PAGE, mmap(p + 7 * SFT_PAGE, SFT_PAGE, SFT_RW,
					 MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0));
	EXPECT_WINDOW(&self->b, p, 2, 3);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	ASSERT_EQ(0, sft_in_child(({
		struct sft_probed r = sft_probe_run(p + PROBE_OFFSET, self->b.dev);

		!!sft_probe_differs(&r, p + PROBE_OFFSET);
	})));
}

/* The window goes with the first page of its text; what is left of it gets one anew. */
TEST_F(bound, unmaps_part)
{
	uint8_t *p = file_map_all(self->b.fd);

	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	ASSERT_EQ(0, munmap(p + 4 * SFT_PAGE, SFT_PAGE));
	EXPECT_WINDOW(&self->b, p, 2, 2);
	ASSERT_EQ(0, munmap(p + 2 * SFT_PAGE, 2 * SFT_PAGE));
	EXPECT_NO_WINDOW(&self->b);
}

/* What is told of as a piece of the file's text is, when the window is placed, none any more. */
TEST_F(bound, maps_text_over_part)
{
	int other = file_make("other");
	const struct { int fd; unsigned int first; } over[] = {
		{ -1, 0 },		/* anonymous */
		{ other, 4 },
		{ self->b.fd, 6 },	/* of the file itself, no text of it */
	};

	for (int i = 0; i < 3; i++) {
		uint8_t *p = file_map_all(self->b.fd), *page = p + 4 * SFT_PAGE;
		int flags = MAP_PRIVATE | MAP_FIXED | (over[i].fd < 0 ? MAP_ANONYMOUS : 0);

		ASSERT_EQ(page, mmap(page, SFT_PAGE, SFT_RX, flags, over[i].fd,
				     over[i].first * SFT_PAGE));
		EXPECT_WINDOW(&self->b, p, 2, 2);
		munmap(p, FILE_BYTES);
	}
	close(other);
}

TEST_F(bound, two_texts)
{
	const struct sfreg_bind_text texts[] = {
		{ .offset = SFT_PAGE, .len = 1, .base = 0x123 },
		{ .offset = 5 * SFT_PAGE + 1, .len = SFT_PAGE, .base = -1ULL },
	};
	struct sfreg_list_entry e[4];
	uint8_t *p;

	ASSERT_EQ(0, bind_texts(self->b.binder, self->b.fd, self->b.section, texts, 2));
	bound_forget(&self->b);
	p = file_map_all(self->b.fd);
	ASSERT_EQ(2, sft_list(self->b.dev, -1, 0, e, 4, NULL));
	EXPECT_EQ(sft_addr(p) + SFT_PAGE, e[0].text_start);
	EXPECT_EQ(SFT_PAGE, e[0].text_len);
	EXPECT_EQ(sft_addr(p) + SFT_PAGE + 0x123, e[0].sframe_base);
	EXPECT_EQ(sft_addr(p) + 5 * SFT_PAGE, e[1].text_start);
	EXPECT_EQ(2 * SFT_PAGE, e[1].text_len);
	EXPECT_EQ(sft_addr(p) + 5 * SFT_PAGE, e[1].sframe_base);
	EXPECT_BROUGHT(&self->b, 2, 0, 0);
	munmap(p, FILE_BYTES);
	p = file_map(self->b.fd, 6, 2, SFT_RX);
	ASSERT_EQ(1, sft_list(self->b.dev, -1, 0, e, 4, NULL));
	EXPECT_EQ(sft_addr(p), e[0].text_start);
	EXPECT_EQ(SFT_PAGE, e[0].text_len);
	EXPECT_EQ(sft_addr(p) - SFT_PAGE, e[0].sframe_base);
}

/* As two segments that lie on one page of the file, each mapped with its whole pages. */
TEST_F(bound, two_texts_on_a_page)
{
	const struct sfreg_bind_text texts[] = {
		{ .offset = SFT_PAGE, .len = SFT_PAGE + 100, .base = 0x1000 },
		{ .offset = 2 * SFT_PAGE + 100, .len = 2 * SFT_PAGE - 100, .base = 0x2000 },
	};
	struct sfreg_list_entry e[4];
	uint8_t *p;

	ASSERT_EQ(0, bind_texts(self->b.binder, self->b.fd, self->b.section, texts, 2));
	bound_forget(&self->b);
	p = file_map(self->b.fd, 1, 2, SFT_RX);
	ASSERT_EQ(1, sft_list(self->b.dev, -1, 0, e, 4, NULL));
	EXPECT_EQ(sft_addr(p), e[0].text_start);
	EXPECT_EQ(2 * SFT_PAGE, e[0].text_len);
	EXPECT_EQ(sft_addr(p) + 0x1000, e[0].sframe_base);
	munmap(p, 2 * SFT_PAGE);
	p = file_map(self->b.fd, 2, 2, SFT_RX);
	ASSERT_EQ(1, sft_list(self->b.dev, -1, 0, e, 4, NULL));
	EXPECT_EQ(sft_addr(p), e[0].text_start);
	EXPECT_EQ(2 * SFT_PAGE, e[0].text_len);
	EXPECT_EQ(sft_addr(p) + 100 + 0x2000, e[0].sframe_base);
	munmap(p, 2 * SFT_PAGE);
	EXPECT_BROUGHT(&self->b, 2, 0, 0);
	/* Both in one mapping: the page they share is the first one's. */
	p = file_map(self->b.fd, 1, 3, SFT_RX);
	ASSERT_EQ(2, sft_list(self->b.dev, -1, 0, e, 4, NULL));
	EXPECT_EQ(2 * SFT_PAGE, e[0].text_len);
	EXPECT_EQ(sft_addr(p) + 2 * SFT_PAGE, e[1].text_start);
	EXPECT_EQ(SFT_PAGE, e[1].text_len);
	EXPECT_EQ(sft_addr(p) + SFT_PAGE + 100 + 0x2000, e[1].sframe_base);
	EXPECT_BROUGHT(&self->b, 2, 0, 0);
}

TEST_F(bound, not_executable)
{
	static const int prots[] = { PROT_NONE, PROT_READ, SFT_RW };

	for (int i = 0; i < 3; i++) {
		file_map(self->b.fd, 0, FILE_PAGES, prots[i]);
		EXPECT_NO_WINDOW(&self->b);
	}
	EXPECT_BROUGHT(&self->b, 0, 0, 0);
}

TEST_F(bound, made_executable)
{
	uint8_t *p = file_map(self->b.fd, 0, FILE_PAGES, SFT_RW);

	ASSERT_EQ(0, mprotect(p, FILE_BYTES, SFT_RX));
	EXPECT_WINDOW(&self->b, p, 2, 3);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	munmap(p, FILE_BYTES);
	p = file_map(self->b.fd, 0, FILE_PAGES, PROT_READ);
	ASSERT_EQ(0, mprotect(p + 3 * SFT_PAGE, SFT_PAGE, SFT_RX));
	EXPECT_WINDOW(&self->b, p, 3, 1);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	/* One more page: where there is a window, it stays, and somebody is to know. */
	ASSERT_EQ(0, mprotect(p + 4 * SFT_PAGE, SFT_PAGE, SFT_RX));
	EXPECT_WINDOW(&self->b, p, 3, 1);
	EXPECT_BROUGHT(&self->b, 0, 1, 1);
}

/* A window survives that; the kernel tells of each piece as if it were new. */
TEST_F(bound, split_and_joined)
{
	uint8_t *p = file_map_all(self->b.fd);

	for (int i = 0; i < 3; i++) {
		uint8_t *page = p + (2 + i) * SFT_PAGE;

		ASSERT_EQ(0, mprotect(page, SFT_PAGE, SFT_RWX));
		ASSERT_EQ(0, mprotect(page, SFT_PAGE, PROT_NONE));
		ASSERT_EQ(0, mprotect(page, SFT_PAGE, SFT_RX));
		ASSERT_EQ(0, madvise(page, SFT_PAGE, MADV_DONTFORK));
		ASSERT_EQ(0, madvise(page, SFT_PAGE, MADV_DOFORK));
	}
	EXPECT_WINDOW(&self->b, p, 2, 3);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
}

/* Each a change of another kind. The size goes back and forth: its mtime tells. */
static int change(int how)
{
	int fd = open("file", O_RDWR | O_CLOEXEC), ret = -1;
	struct stat st;

	switch (how) {
	case 0:
		ret = pwrite(fd, "x", 1, 0) != 1;
		break;
	case 1:
		ret = ftruncate(fd, FILE_BYTES - 1);
		break;
	case 2:
		ret = ftruncate(fd, FILE_BYTES + SFT_PAGE);
		break;
	case 3:
		ret = futimens(fd, NULL);
		break;
	case 4:				/* ctime only */
		ret = fchmod(fd, 0700);
		break;
	case 5:				/* with the old mtime: ctime only as well */
		ret = fstat(fd, &st) || pwrite(fd, "x", 1, 0) != 1 ||
		      futimens(fd, (struct timespec[]) { st.st_atim, st.st_mtim });
		break;
	}
	close(fd);
	return ret;
}

TEST_F(bound, changed)
{
	for (int how = 0; how < 6; how++) {
		uint8_t *p = file_map_all(self->b.fd);

		EXPECT_WINDOW(&self->b, p, 2, 3);
		munmap(p, FILE_BYTES);
		file_wait();
		ASSERT_EQ(0, change(how));
		bound_forget(&self->b);
		p = file_map_all(self->b.fd);
		EXPECT_NO_WINDOW(&self->b) {
			TH_LOG("change %d", how);
		}
		EXPECT_BROUGHT(&self->b, 0, 0, 1);
		munmap(p, FILE_BYTES);
		/* Said anew: it takes the place of what was said before. */
		ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, self->b.section));
		EXPECT_EQ(1, sft_stat("bindings"));
		bound_forget(&self->b);
	}
}

TEST_F(bound, replaced)
{
	struct stat before, after;
	int fd = file_make("other");
	uint8_t *p;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(self->b.fd, &before));
	/* As like it as can be. */
	ASSERT_EQ(0, futimens(fd, (struct timespec[]) { before.st_atim, before.st_mtim }));
	ASSERT_EQ(0, rename("other", "file"));
	close(fd);
	fd = open("file", O_RDONLY | O_CLOEXEC);
	ASSERT_EQ(0, fstat(fd, &after));
	ASSERT_NE(before.st_ino, after.st_ino);
	p = file_map_all(fd);
	EXPECT_NO_WINDOW(&self->b);
	EXPECT_BROUGHT(&self->b, 0, 0, 1);
	munmap(p, FILE_BYTES);
	close(fd);
}

TEST_F(bound, nothing_to_place)
{
	ASSERT_EQ(0, bind_file(self->b.binder, self->b.fd, -1));
	EXPECT_EQ(1, sft_stat("bindings"));
	bound_forget(&self->b);
	file_map_all(self->b.fd);
	EXPECT_NO_WINDOW(&self->b);
	EXPECT_BROUGHT(&self->b, 0, 0, 0);
}

TEST_F(bound, others_are_told_of)
{
	int fd = file_make("other");

	file_map_all(self->b.fd);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	file_map_all(fd);
	EXPECT_BROUGHT(&self->b, 0, 0, 1);
	file_map_all(self->b.fd);
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
	EXPECT_EQ(2, sft_total(self->b.dev, -1));
	close(fd);
}

/* With the first text that a program maps; the length is the mapping's at most. */
TEST_F(bound, vdso)
{
	struct sfreg_bind_text text = { .offset = 0, .len = SFT_PAGE, .base = 0 };
	uint64_t start = getauxval(AT_SYSINFO_EHDR);
	struct sfreg_bind vdso = {
		.size = sizeof(vdso), .file_fd = -1,
		.section_fd = self->b.section, .texts = sft_addr(&text), .n_texts = 1,
	};
	struct sfreg_list_entry e[4];

	ASSERT_EQ(0, sft_ioctl(self->b.binder, SFREG_IOC_BIND, &vdso));
	EXPECT_NO_WINDOW(&self->b);
	file_map_all(self->b.fd);
	ASSERT_EQ(2, sft_list(self->b.dev, -1, 0, e, 4, NULL));
	EXPECT_EQ(start, e[1].text_start);
	EXPECT_EQ(SFT_PAGE, e[1].text_len);
	EXPECT_EQ(start, e[1].sframe_base);
	EXPECT_EQ(SFREG_LIST_OUTSIDER, e[1].flags);
	EXPECT_BROUGHT(&self->b, 2, 0, 0);
	file_map_all(self->b.fd);
	EXPECT_EQ(3, sft_total(self->b.dev, -1));
	EXPECT_BROUGHT(&self->b, 1, 0, 0);
}

SFT_MAIN
