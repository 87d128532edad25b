// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which files the broker has the module bind, how often, what it says of them, and what it
 * does when it is refused. What it does with files that it is handed: learn.c.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"
#include "files.h"
#include "known.h"
#include "module.h"
#include "tap.h"

static struct broker *broker;

/* A copy of this program that differs from others', as the broker knows it. */
static struct file make_known(const char *name)
{
	struct file file = file_copy_self(name);

	broker_find(broker, file.fd);
	return file;
}

/* How many calls of the module that makes. */
static unsigned int bind(const struct file *file)
{
	unsigned int before = n_bound;

	last_bind = (struct sfreg_bind) { 0 };
	broker_bind(broker, file->fd, &file->stat);
	return n_bound - before;
}

static void test_said(void)
{
	struct file file = make_known("said"), young;
	const struct broker_object *object = broker_seen(broker, &file.stat);

	tap_equal(bind(&file), 1, "a file that is known is bound");
	tap_ok(last_bind.size == sizeof(last_bind) && !last_bind.flags && !last_bind.pad &&
	       last_bind.file_fd == file.fd, "by its descriptor");
	tap_ok(last_bind.file_size == (uint64_t)file.stat.st_size &&
	       last_bind.mtime_sec == file.stat.st_mtim.tv_sec &&
	       last_bind.mtime_nsec == file.stat.st_mtim.tv_nsec &&
	       last_bind.ctime_sec == file.stat.st_ctim.tv_sec &&
	       last_bind.ctime_nsec == file.stat.st_ctim.tv_nsec, "by its size and times");
	tap_ok(last_bind.section_fd == object->section_fd && last_bind.n_texts == object->n_text &&
	       object->n_text, "to its section");
	tap_ok(last_texts[0].offset == object->text[0].offset &&
	       last_texts[0].len == object->text[0].len &&
	       last_texts[0].base + object->text[0].vaddr == object->base,
	       "with its text, and the base from there");
	tap_equal(bind(&file), 0, "it is bound once");
	young = file_copy_self("young");
	tap_equal(bind(&young), 0, "a file that is not known is not bound");
}

static void test_no_elf(void)
{
	struct file file = file_write("text", "nothing", 7, 0);

	broker_find(broker, file.fd);
	tap_ok(broker_seen(broker, &file.stat), "a file that is no ELF file is known,");
	tap_equal(bind(&file), 1, "and bound,");
	tap_ok(last_bind.section_fd == -1 && !last_bind.n_texts, "to nothing");
}

/* The module may have been too busy, or its settings too low. */
static void test_doubtful(void)
{
	struct file file = file_copy_self("doubtful");
	char path[64];
	int fd;

	/* Other bytes than the others': EI_ABIVERSION is read, and means nothing. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file.fd);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	tap_ok(pwrite(fd, "\1", 1, EI_ABIVERSION) == 1 && !close(fd) && !fstat(file.fd, &file.stat),
	       "a file of other bytes");
	time_passed += WAIT_RACY;
	module_error = -E2BIG;
	broker_find(broker, file.fd);
	module_error = 0;
	tap_ok(broker_seen(broker, &file.stat), "a file whose section was refused is known,");
	tap_equal(bind(&file), 0, "and not bound");
	time_passed += 61;
	tap_ok(!broker_seen(broker, &file.stat), "after a minute it is not known any more,");
	broker_find(broker, file.fd);
	tap_equal(bind(&file), 1, "is found again, and bound,");
	tap_ok(last_bind.section_fd >= 0, "to its section");
}

static void test_vdso(void)
{
	const struct broker_object object = {
		.section_fd = 5, .base = 0x100, .n_text = 1, .text = { { 0, 0, 0x1000 } },
	};
	const struct map map = { .start = 0x7000, .end = 0x9000 };
	unsigned int before = n_bound;

	broker_bind_vdso(broker, &map, &object);
	tap_equal(n_bound - before, 1, "our own vDSO is bound");
	tap_equal(last_texts[0].len, 0x2000, "as a whole");
	tap_ok(last_bind.file_fd == -1 && !last_bind.file_size && !last_bind.mtime_sec &&
	       !last_bind.mtime_nsec && !last_bind.ctime_sec && !last_bind.ctime_nsec,
	       "as no file");
	broker_bind_vdso(broker, &map, &object);
	tap_equal(n_bound - before, 1, "once");
}

static void test_refused(void)
{
	struct file file = make_known("refused"), other = make_known("other");

	bind_error = -ESTALE;
	tap_equal(bind(&file), 0, "the file has changed:");
	bind_error = 0;
	tap_equal(bind(&file), 0, "it is not asked for again");
	tap_equal(bind(&other), 1, "others are");
}

static uint32_t fs_type;

static void test_full(void)
{
	struct file file = make_known("full"), other = make_known("later"), none;
	struct broker_stats stats;

	bind_room = n_bound;
	tap_equal(n_binders, 1, "one descriptor until now");
	broker_bind(broker, file.fd, &file.stat);
	tap_equal(n_binders, 2, "when it is full, another takes its place");
	tap_equal(n_bound, 1, "with this file first");
	tap_equal(bind(&other), 1, "and others");
	broker_stats(broker, &stats);
	tap_equal(stats.bound, 2, "which are counted anew");
	tap_equal(bind(&file), 0, "the first is bound yet");
	bind_room = 0;
	none = make_known("none");
	broker_begin_binding(broker);
	tap_equal(bind(&none), 0, "where there is room for none");
	bind_room = 1000000;
	tap_equal(bind(&other), 0, "nothing is bound any more");
	tap_equal(broker_next_unbound(broker, &fs_type), -ENODATA, "nor is there anything to be");
}

static void test_right(void)
{
	struct file file = make_known("right"), left;
	unsigned int before;

	tap_ok(!broker_begin_binding(broker), "it begins anew");
	bind_error = -EPERM;
	bind(&file);
	bind_error = 0;
	left = make_known("left");
	tap_equal(bind(&left), 0, "without the right to, nothing is tried again");
	module_features = 0;
	before = n_binders;
	tap_equal(broker_begin_binding(broker), -EOPNOTSUPP, "a module that can not");
	tap_ok(!bind(&left) && n_binders == before, "is not asked");
}

int main(void)
{
	if (!files_begin())
		return files_skip();
	broker = broker_new(NULL);
	tap_equal(broker_next_unbound(broker, &fs_type), -ENODATA,
		  "before it begins, it is handed nothing");
	tap_ok(!broker_begin_binding(broker), "a module that can");
	test_said();
	test_no_elf();
	test_doubtful();
	test_vdso();
	test_refused();
	test_full();
	test_right();
	broker_free(broker);
	return tap_end() | files_end();
}
