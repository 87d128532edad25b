/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files to be bound. Each has eight pages; its text begins and ends within a page:
 *
 *	page	0	1	2	3	4	5	6	7
 *	text			[-------probe-------]
 *
 * The section's offsets are relative to the file's first byte.
 */
#ifndef BIND_H
#define BIND_H

#include "sft_probe.h"
#include <sys/stat.h>

#define FILE_PAGES	8
#define FILE_BYTES	(FILE_PAGES * SFT_PAGE)
#define TEXT_OFFSET	(2 * SFT_PAGE + 16)
#define TEXT_BYTES	(3 * SFT_PAGE - 32)
#define PROBE_OFFSET	(3 * SFT_PAGE)
#define PROBE_FRAME	0x48

/* What is between two changes of a file that its times tell apart. */
static inline void file_wait(void)
{
	sft_sleep_ms(50);
}

/* In the working directory. A descriptor for reading, or -errno. */
static inline int file_make(const char *name)
{
	uint8_t bytes[FILE_BYTES] = { 0 };
	int fd;

	sft_probe_emit(bytes + PROBE_OFFSET, PROBE_FRAME);
	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, bytes, sizeof(bytes)) != sizeof(bytes) || close(fd))
		return -errno;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* @pages from page @first on; never fails quietly. */
static inline uint8_t *file_map(int fd, unsigned int first, unsigned int pages, int prot)
{
	void *p = mmap(NULL, pages * SFT_PAGE, prot, MAP_PRIVATE, fd, first * SFT_PAGE);

	if (p == MAP_FAILED) {
		perror("mmap");
		abort();
	}
	return p;
}

static inline uint8_t *file_map_all(int fd)
{
	return file_map(fd, 0, FILE_PAGES, SFT_RX);
}

/* Of the probe, with another frame than it has if @wrong. */
static inline int file_section(int dev, bool wrong)
{
	uint8_t bytes[SFT_SECTION_MAX];
	size_t len = sft_probe_section(2, PROBE_OFFSET, PROBE_FRAME + 8 * wrong, bytes);

	return sft_section(dev, bytes, len);
}

static const struct sfreg_bind_text file_text = {
	.offset = TEXT_OFFSET, .len = TEXT_BYTES, .base = -TEXT_OFFSET,
};

/* As fstat(2) has it. The rest is for the caller to fill in. */
static inline struct sfreg_bind bind_describe(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		abort();
	return (struct sfreg_bind) {
		.size = sizeof(struct sfreg_bind), .file_fd = fd, .section_fd = -1,
		.file_size = st.st_size,
		.mtime_sec = st.st_mtim.tv_sec, .mtime_nsec = st.st_mtim.tv_nsec,
		.ctime_sec = st.st_ctim.tv_sec, .ctime_nsec = st.st_ctim.tv_nsec,
	};
}

/* @section -1: there is nothing to place. */
static inline int bind_texts(int binder, int fd, int section,
			     const struct sfreg_bind_text *texts, unsigned int n)
{
	struct sfreg_bind b = bind_describe(fd);

	b.section_fd = section;
	b.texts = sft_addr(texts);
	b.n_texts = n;
	return sft_ioctl(binder, SFREG_IOC_BIND, &b);
}

static inline int bind_file(int binder, int fd, int section)
{
	return bind_texts(binder, fd, section, &file_text, section != -1);
}

/* What a window of a file that is mapped so that its first byte is, or would be, at @base is. */
static inline bool window_is(const struct sfreg_list_entry *e, const uint8_t *base,
			     unsigned int first, unsigned int pages)
{
	return e->text_start == sft_addr(base) + first * SFT_PAGE &&
	       e->text_len == pages * SFT_PAGE && e->sframe_base == sft_addr(base) &&
	       e->flags == SFREG_LIST_OUTSIDER;
}

#endif /* BIND_H */
