// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "binder.h"

struct sfreg_binder *sfreg_binder_new(void)
{
	struct sfreg_binder *binder = kzalloc(sizeof(*binder), GFP_KERNEL_ACCOUNT);

	if (!binder)
		return NULL;
	sfreg_bindings_begin(&binder->bindings);
	sfreg_unbound_begin(&binder->unbound);
	return binder;
}

void sfreg_binder_free(struct sfreg_binder *binder)
{
	sfreg_unbound_end(&binder->unbound);
	sfreg_bindings_end(&binder->bindings);
	kfree(binder);
}
