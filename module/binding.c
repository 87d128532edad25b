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

#define SFREG_BINDING_HASH_BITS	10

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

void sfreg_bindings_begin(struct sfreg_bindings *bindings)
{
	INIT_LIST_HEAD(&bindings->list);
	bindings->n = 0;
}

static void sfreg_bindings_drop(struct sfreg_bindings *bindings, struct sfreg_binding *binding)
{
	hash_del_rcu(&binding->node);
	list_del(&binding->list);
	bindings->n--;
	sfreg_gauge_add(SFREG_STAT_bindings, -1);
	sfreg_binding_put(binding);
}

void sfreg_bindings_end(struct sfreg_bindings *bindings)
{
	struct sfreg_binding *binding, *next;

	mutex_lock(&sfreg_bindings_mutex);
	list_for_each_entry_safe(binding, next, &bindings->list, list)
		sfreg_bindings_drop(bindings, binding);
	mutex_unlock(&sfreg_bindings_mutex);
}

/* This binder's own binding of the file, as it was; others' are found after it, if at all. */
static struct sfreg_binding *sfreg_bindings_earlier(const struct sfreg_bindings *bindings,
						    const struct sfreg_identity *of)
{
	struct sfreg_binding *binding;

	list_for_each_entry(binding, &bindings->list, list)
		if (sfreg_identity_is_same_file(&binding->of, of))
			return binding;
	return NULL;
}

int sfreg_bindings_add(struct sfreg_bindings *bindings, struct sfreg_binding *binding)
{
	struct sfreg_binding *earlier;
	int err = 0;

	mutex_lock(&sfreg_bindings_mutex);
	earlier = sfreg_bindings_earlier(bindings, &binding->of);
	if (!earlier && bindings->n >= READ_ONCE(sfreg_limit_bindings)) {
		err = -ENOSPC;
		goto unlock;
	}
	hash_add_rcu(sfreg_bindings, &binding->node, sfreg_identity_key(&binding->of));
	list_add(&binding->list, &bindings->list);
	bindings->n++;
	sfreg_gauge_add(SFREG_STAT_bindings, 1);
	if (earlier)
		sfreg_bindings_drop(bindings, earlier);
unlock:
	mutex_unlock(&sfreg_bindings_mutex);
	return err;
}
