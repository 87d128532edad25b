// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk with libsframe's lookup. Debian 12's binutils bring the library
 * (libsframe.so.0, of 2.40) but no header, so its public functions are declared
 * here; later ones have other signatures and another soname.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "walkers.h"

/* Larger than the library's, which is opaque to us. */
struct fre {
	uint64_t opaque[16];
};

static void *(*sframe_decode)(const char *bytes, size_t len, int *err);
static int (*sframe_find_fre)(void *decoder, int32_t pc, struct fre *fre);
static unsigned int (*sframe_base)(struct fre *fre, int *err);
static int (*sframe_cfa)(void *decoder, struct fre *fre, int *err);
static int (*sframe_fp)(void *decoder, struct fre *fre, int *err);
static int8_t (*sframe_fixed_ra)(void *decoder);

bool libsframe_load(void)
{
	const struct {
		const char *name;
		void *at;
	} functions[] = {
		{ "sframe_decode", &sframe_decode },
		{ "sframe_find_fre", &sframe_find_fre },
		{ "sframe_fre_get_base_reg_id", &sframe_base },
		{ "sframe_fre_get_cfa_offset", &sframe_cfa },
		{ "sframe_fre_get_fp_offset", &sframe_fp },
		{ "sframe_decoder_get_fixed_ra_offset", &sframe_fixed_ra },
	};
	void *library = dlopen("libsframe.so.0", RTLD_NOW);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		void *at = library ? dlsym(library, functions[i].name) : NULL;

		if (!at)
			return false;
		*(void **)functions[i].at = at;
	}
	return true;
}

void libsframe_object(struct object *object)
{
	int err = 0;

	object->libsframe = sframe_decode(object->bytes, object->len, &err);
	if (!object->libsframe) {
		fprintf(stderr, "bench: libsframe: error %d\n", err);
		exit(1);
	}
}

/* One frame on, of AMD64. The library has no word for "fp is not saved" but an error. */
static bool step(struct env *env, struct sfr_regs *regs, bool after_call)
{
	const struct win *win = root_find(env->root, regs->pc - after_call);
	int err = 0, no_fp = 0, cfa_off, ra_off, fp_off;
	struct fre fre;
	u64 cfa;

	if (!win || sframe_find_fre(win->object->libsframe,
				    regs->pc - after_call - win->window.base, &fre))
		return false;
	cfa_off = sframe_cfa(win->object->libsframe, &fre, &err);
	ra_off = sframe_fixed_ra(win->object->libsframe);
	fp_off = sframe_fp(win->object->libsframe, &fre, &no_fp);
	cfa = (sframe_base(&fre, &err) ? regs->sp : regs->fp) + (s64)cfa_off;
	if (err || cfa <= regs->sp || !sfr_env_read(env, cfa + (s64)ra_off, &regs->pc))
		return false;
	if (!no_fp && fp_off && !sfr_env_read(env, cfa + (s64)fp_off, &regs->fp))
		return false;
	regs->sp = cfa;
	return true;
}

unsigned int walk_libsframe(struct env *env, const struct sfr_regs *from, u64 *pcs,
			    unsigned int max)
{
	struct sfr_regs regs = *from;
	unsigned int n = 0;

	env->plain_reads = false;
	do
		pcs[n++] = regs.pc;
	while (n < max && step(env, &regs, n > 1));
	return n;
}
