// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compiles sections, and arranges windows in a root and its leaves.
 */
#include <stdlib.h>

#include "bench.h"
#include "windows.h"

void object_init(struct object *object, const void *bytes, size_t len)
{
	const struct sfr_compile_options options = {
		.abi = SFR_ABI_AMD64_LE,
		.max_rows = 0xffffffff,
	};
	enum sfr_status status;
	size_t table_bytes;
	void *scratch;

	object->bytes = bytes;
	object->len = len;
	status = sfr_compile_plan(bytes, len, &options, &object->plan);
	if (status)
		bench_fail("a section's header: %s", sfr_status_name(status));
	scratch = malloc(object->plan.scratch_bytes);
	status = sfr_compile(bytes, &object->plan, scratch, &table_bytes);
	if (status)
		bench_fail("a section: %s", sfr_status_name(status));
	object->table = sfr_table_store(scratch, aligned_alloc(64, (table_bytes + 63) & ~63ul));
	free(scratch);
}

struct root *root_of(const struct win *wins, u32 n)
{
	u32 i, slots = (n + LEAF_MAX - 1) / LEAF_MAX;
	struct root *root = calloc(1, sizeof(*root) + slots * sizeof(root->slot[0]));

	for (i = 0; i < n; i++) {
		struct slot *slot = &root->slot[i / LEAF_MAX];

		if (i % LEAF_MAX == 0) {
			slot->first = wins[i].window.start;
			slot->leaf = calloc(1, sizeof(*slot->leaf));
		}
		slot->leaf->win[slot->leaf->n++] = wins[i];
	}
	root->n = slots;
	return root;
}
