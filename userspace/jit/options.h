/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What windows of both kinds ask of their options.
 */
#ifndef SFREG_JIT_OPTIONS_H
#define SFREG_JIT_OPTIONS_H

#include <stdbool.h>

#include <sfreg/jit.h>

static inline bool options_valid(const struct sfreg_jit_options *options)
{
	uintptr_t end;

	return options->size == sizeof(*options) && !(options->flags & ~SFREG_JIT_PERF_MAP) &&
	       options->text_len && options->text_len <= UINT32_MAX &&
	       !__builtin_add_overflow((uintptr_t)options->text, options->text_len, &end) &&
	       options->max_rows && options->max_rows <= SFREG_JIT_MAX_ROWS;
}

#endif /* SFREG_JIT_OPTIONS_H */
