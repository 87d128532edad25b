// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libsfreg-frames.so: preloaded, it stands before libgcc's __register_frame() and
 * __deregister_frame(), with which code generators tell C++ exceptions of their code, and
 * passes every call on.
 *
 * A preloaded library and no part of the loader's hook: the hook lives in a name space of its
 * own, without libc, where neither a call can be caught without slowing down all others nor
 * libdw be had.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#include <sfreg.h>

#include "table.h"

typedef void frame_function(void *begin);

__attribute__((__visibility__("default"))) void __register_frame(void *begin);
__attribute__((__visibility__("default"))) void __deregister_frame(void *begin);

/* libgcc_s may be loaded late. Without it nobody else would be told of the frames, either. */
static void pass_on(const char *name, void *begin)
{
	frame_function *real = (frame_function *)dlsym(RTLD_NEXT, name);
	void *libgcc;

	if (!real) {
		libgcc = dlopen("libgcc_s.so.1", RTLD_LAZY);
		if (libgcc)
			real = (frame_function *)dlsym(libgcc, name);
	}
	if (real)
		real(begin);
}

static int has_module(void)
{
	static int known;	/* 1: there is one, -1: there was none at first */

	if (!known)
		known = sfreg_probe() ? -1 : 1;
	return known > 0;
}

/* Neither function has a say about errno; what is done here besides has none either. */
void __register_frame(void *begin)
{
	int saved = errno;

	pass_on("__register_frame", begin);
	if (begin && has_module())
		frames_add(begin);
	errno = saved;
}

void __deregister_frame(void *begin)
{
	int saved = errno;

	if (begin && has_module())
		frames_remove(begin);
	pass_on("__deregister_frame", begin);
	errno = saved;
}
