// SPDX-License-Identifier: GPL-2.0-only
#include "way.h"

/*
 * libgcc.1 is not asked: each function that is registered by itself is put at its place in a
 * list, when the first question comes, which takes time in proportion to the square of their
 * number. Of 20,000 it can be seen.
 */
#define FEW	20000

#define EPOCH	.describe = epoch_describe, .tell = epoch_tell, .undo = epoch_undo, \
		.kernel = epoch_kernel
#define LIBGCC	.describe = libgcc_describe, .undo = libgcc_undo
#define GDB	.describe = gdb_describe, .undo = gdb_undo
#define JITDUMP	.describe = jitdump_describe, .undo = jitdump_undo, .disk = jitdump_disk

const struct way ways[] = {
	{ "epoch.1000", 1000, EPOCH },
	{ "epoch.10000", 10000, EPOCH },
	{ "epoch.100000", 100000, EPOCH },
	{ "epoch.10000.named", 10000, .named = true, EPOCH },
	{ "epoch.10000.again", 10000, .again = true, .describe = epoch_describe, .tell = epoch_tell,
	  .undo = epoch_undo },
	{ "live", 1, .describe = live_describe, .undo = live_undo, .kernel = live_kernel },
	{ "libgcc.1", 1, LIBGCC },
	{ "libgcc.1.of_20000", 1, FEW, .ask = libgcc_ask, LIBGCC },
	{ "libgcc.1000", 1000, .tell = libgcc_tell, .ask = libgcc_ask, LIBGCC },
	{ "gdb.1", 1, GDB },
	{ "gdb.1000", 1000, .tell = gdb_tell, GDB },
	{ "jitdump", 1, .with_code = true, JITDUMP },
	{ "jitdump.without_code", 1, JITDUMP },
	{}
};
