// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of bindings.
 */
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "binding.h"
#include "identity.h"
#include "limits.h"
#include "section.h"
#include "stats.h"
#include "unbound.h"

#define SFREG_BINDING_HASH_BITS	10

struct sfreg_binder {
	struct list_head bindings;
	u32 n;
	struct sfreg_unbound_files unbound;
};

/* Writers; readers go by RCU. */
static DEFINE_MUTEX(sfreg_bindings_mutex);
static DEFINE_HASHTABLE(sfreg_bindings, SFREG_BINDING_HASH_BITS);

struct sfreg_binding *sfreg_binding_alloc(u32 n)
{
	struct sfreg_binding *binding;

	binding = kzalloc(struct_size(binding, texts, n), GFP_KERNEL_ACCOUNT);
	if (!binding)
		return NULL;
	refcount_set(&binding->refs, 1);
	binding->n_texts = n;
	return binding;
}

static void sfreg_binding_free_rcu(struct rcu_head *rcu)
{
	struct sfreg_binding *binding = container_of(rcu, struct sfreg_binding, rcu);

	if (binding->section)
		sfreg_section_put(binding->section);
	kfree(binding);
}

/* The hooks put, too, where a section's memory must not be freed. */
void sfreg_binding_put(struct sfreg_binding *binding)
{
	if (refcount_dec_and_test(&binding->refs))
		call_rcu(&binding->rcu, sfreg_binding_free_rcu);
}

struct sfreg_binding *sfreg_binding_find(const struct sfreg_identity *of)
{
	struct sfreg_binding *binding;

	rcu_read_lock();
	hash_for_each_possible_rcu_notrace(sfreg_bindings, binding, node, sfreg_identity_key(of))
		if (!memcmp(&binding->of, of, sizeof(*of)) && refcount_inc_not_zero(&binding->refs))
			goto unlock;
	binding = NULL;
unlock:
	rcu_read_unlock();
	return binding;
}

struct sfreg_binder *sfreg_binder_new(void)
{
	struct sfreg_binder *binder = kzalloc(sizeof(*binder), GFP_KERNEL_ACCOUNT);

	if (!binder)
		return NULL;
	INIT_LIST_HEAD(&binder->bindings);
	sfreg_unbound_begin(&binder->unbound);
	return binder;
}

struct sfreg_unbound_files *sfreg_binder_unbound(struct sfreg_binder *binder)
{
	return &binder->unbound;
}

static void sfreg_binder_drop(struct sfreg_binder *binder, struct sfreg_binding *binding)
{
	hash_del_rcu(&binding->node);
	list_del(&binding->list);
	binder->n--;
	sfreg_gauge_add(SFREG_STAT_bindings, -1);
	sfreg_binding_put(binding);
}

void sfreg_binder_free(struct sfreg_binder *binder)
{
	struct sfreg_binding *binding, *next;

	sfreg_unbound_end(&binder->unbound);
	mutex_lock(&sfreg_bindings_mutex);
	list_for_each_entry_safe(binding, next, &binder->bindings, list)
		sfreg_binder_drop(binder, binding);
	mutex_unlock(&sfreg_bindings_mutex);
	kfree(binder);
}

/* The binder's own binding of this file, as it was; others' are found after it, if at all. */
static struct sfreg_binding *sfreg_binder_earlier(struct sfreg_binder *binder,
						  const struct sfreg_identity *of)
{
	struct sfreg_binding *binding;

	list_for_each_entry(binding, &binder->bindings, list)
		if (sfreg_identity_is_same_file(&binding->of, of))
			return binding;
	return NULL;
}

int sfreg_binder_add(struct sfreg_binder *binder, struct sfreg_binding *binding)
{
	struct sfreg_binding *earlier;
	int err = 0;

	mutex_lock(&sfreg_bindings_mutex);
	earlier = sfreg_binder_earlier(binder, &binding->of);
	if (!earlier && binder->n >= READ_ONCE(sfreg_limit_bindings)) {
		err = -ENOSPC;
		goto unlock;
	}
	hash_add_rcu(sfreg_bindings, &binding->node, sfreg_identity_key(&binding->of));
	list_add(&binding->list, &binder->bindings);
	binder->n++;
	sfreg_gauge_add(SFREG_STAT_bindings, 1);
	if (earlier)
		sfreg_binder_drop(binder, earlier);
unlock:
	mutex_unlock(&sfreg_bindings_mutex);
	return err;
}
