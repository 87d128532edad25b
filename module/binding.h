/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bindings: what is known of a file, before anybody maps it. Found by what the file is.
 *
 * Readers hold RCU, and take a reference to what outlives that. A binding that is
 * replaced or dropped is still good for the mapping that it was found for.
 */
#ifndef SFREG_BINDING_H
#define SFREG_BINDING_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sfreg.h>
#include <linux/types.h>

#include "identity.h"

struct sfreg_compiled;
struct vm_area_struct;

struct sfreg_binding {
	struct hlist_node node;
	struct list_head list;		/* of one binder's */
	struct rcu_head rcu;
	refcount_t refs;		/* the table, mappings on their way */
	struct sfreg_identity of;
	const void *vm_ops;		/* of the vDSO's mapping */
	struct sfreg_compiled *section;	/* NULL: there is nothing to place */
	u32 n_texts;
	struct sfreg_bind_text texts[];
};

/* For room of @n texts; the rest is the caller's to fill in, and the reference his. */
struct sfreg_binding *sfreg_binding_alloc(u32 n);
void sfreg_binding_put(struct sfreg_binding *binding);	/* any context but NMI */

/* One binder's. */
struct sfreg_bindings {
	struct list_head list;
	u32 n;
};

/* May sleep. */
void sfreg_bindings_begin(struct sfreg_bindings *bindings);
void sfreg_bindings_end(struct sfreg_bindings *bindings);
/* Takes over the reference, unless it fails: -ENOSPC. */
int sfreg_bindings_add(struct sfreg_bindings *bindings, struct sfreg_binding *binding);

/* Any context but NMI: a reference, or NULL. */
struct sfreg_binding *sfreg_binding_find(const struct sfreg_identity *of);

/*
 * Add what of the texts lies in @vma, a mapping that is being made: atomic context, its mmap_lock
 * held for write. False: not all could be; sfreg_binding_place() may.
 */
bool sfreg_binding_add(const struct sfreg_binding *binding, const struct vm_area_struct *vma);

/*
 * Place what of the texts the mappings in [start, end) show executable by now, and the vDSO, in the
 * current process. Process context, no lock held. Return: 0: every window is there; or why
 * one is not.
 */
int sfreg_binding_place(const struct sfreg_binding *binding, u64 start, u64 end);

#endif /* SFREG_BINDING_H */
