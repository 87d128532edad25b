/* SPDX-License-Identifier: GPL-2.0-only */
/* Who binds files: an open descriptor of the device. All of it goes with that. */
#ifndef SFREG_BINDER_H
#define SFREG_BINDER_H

#include "binding.h"
#include "unbound.h"

struct sfreg_binder {
	struct sfreg_bindings bindings;		/* what he has said */
	struct sfreg_unbound_files unbound;	/* what he can ask for */
};

/* Both may sleep. NULL: no memory. */
struct sfreg_binder *sfreg_binder_new(void);
void sfreg_binder_free(struct sfreg_binder *binder);

#endif /* SFREG_BINDER_H */
