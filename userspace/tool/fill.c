// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Makes a file's section, in a sandbox, unless a cache has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../attach/sandbox.h"
#include "fill.h"

/* 1: it is there; 0: not; or -errno of reading the file */
static int is_there(const char *dir, const struct synth_source *source)
{
	struct cache_entry entry;
	int error = cache_find(dir, source, NULL, &entry);

	if (error)
		return error == -ENOENT ? 0 : error;
	close(entry.fd);
	return entry.len ? 1 + FILL_THERE : 1 + FILL_NONE;
}

/* Making takes time: not if it could not be stored. */
static int make(const char *dir, const struct synth_source *source)
{
	struct synth_section section;
	struct cache_trace trace;
	int ret = cache_prepare(dir);

	if (ret)
		return ret;
	cache_trace_init(&trace, source->size);
	ret = sandbox_synth(source, &trace, &section, NULL);
	if (ret)
		return ret;
	ret = cache_store(dir, &trace, &section);
	if (!ret)
		ret = section.len ? FILL_MADE : FILL_NONE;
	synth_free(&section);
	return ret;
}

static int fill(const char *dir, const struct synth_source *source)
{
	int there = is_there(dir, source);

	if (!there && !cache_is_named())
		there = is_there(CACHE_SYSTEM, source);
	return there ? there - (there > 0) : make(dir, source);
}

int fill_file(const char *dir, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct synth_file file;
	int ret;

	if (fd < 0)
		return -errno;
	ret = synth_file_init(&file, fd);
	if (!ret)
		ret = fill(dir, &file.source);
	close(fd);
	return ret;
}
