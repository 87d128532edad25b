// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program without libgcc_s calls the preloaded functions: they load it, and it knows what
 * it was told.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

typedef void frame_function(const void *begin);

static const unsigned int nothing[2];

int main(void)
{
	frame_function *add = (frame_function *)dlsym(RTLD_DEFAULT, "__register_frame");
	frame_function *drop = (frame_function *)dlsym(RTLD_DEFAULT, "__deregister_frame");

	if (dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_NOLOAD))
		return puts("libgcc_s is here from the start"), 1;
	if (!add || !drop)
		return puts("nothing is preloaded"), 1;
	errno = 42;
	add(nothing);
	drop(nothing);
	if (errno != 42)
		return puts("errno is another"), 1;
	if (!dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_NOLOAD))
		return puts("libgcc_s was not loaded"), 1;
	puts("loaded");
	return 0;
}
