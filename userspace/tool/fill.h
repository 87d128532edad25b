/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Filling the cache, for sfreg cache and sfreg run.
 */
#ifndef SFREG_TOOL_FILL_H
#define SFREG_TOOL_FILL_H

enum fill {
	FILL_THERE,		/* it was there before, perhaps in CACHE_SYSTEM */
	FILL_MADE,
	FILL_NONE		/* the file has no call frame information; this is stored, too */
};

/**
 * fill_file() - see to it that the cache has a file's section
 * @dir: the cache's directory
 * @path: the file
 *
 * Return: enum fill, or -errno as open(2), sandbox_synth() and cache_store(); -EINVAL:
 * not a regular file.
 */
int fill_file(const char *dir, const char *path);

#endif /* SFREG_TOOL_FILL_H */
