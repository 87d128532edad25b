// SPDX-License-Identifier: GPL-2.0-only
/*
 * Users and their sums. A user is there while a section or a call names it.
 */
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "limits.h"
#include "user.h"

#define SFREG_USER_HASH_BITS	6

/* The table and ->refs; innermost, taken in softirq by RCU callbacks. */
static DEFINE_SPINLOCK(sfreg_users_lock);
static DEFINE_HASHTABLE(sfreg_users, SFREG_USER_HASH_BITS);

/* Under the lock; @fresh, if there is one, becomes the user that was not there. */
static struct sfreg_user *sfreg_user_find(kuid_t uid, struct sfreg_user *fresh)
{
	struct sfreg_user *user;

	hash_for_each_possible(sfreg_users, user, node, __kuid_val(uid))
		if (uid_eq(user->uid, uid))
			goto found;
	if (!fresh)
		return NULL;
	user = fresh;
	user->uid = uid;
	hash_add(sfreg_users, &user->node, __kuid_val(uid));
found:
	user->refs++;
	return user;
}

static struct sfreg_user *sfreg_user_lookup(kuid_t uid, struct sfreg_user *fresh)
{
	struct sfreg_user *user;
	unsigned long flags;

	spin_lock_irqsave(&sfreg_users_lock, flags);
	user = sfreg_user_find(uid, fresh);
	spin_unlock_irqrestore(&sfreg_users_lock, flags);
	return user;
}

struct sfreg_user *sfreg_user_get(void)
{
	struct sfreg_user *user, *fresh;
	kuid_t uid = current_euid();

	user = sfreg_user_lookup(uid, NULL);
	if (user)
		return user;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return NULL;
	user = sfreg_user_lookup(uid, fresh);
	if (user != fresh)
		kfree(fresh);
	return user;
}

struct sfreg_user *sfreg_user_ref(struct sfreg_user *user)
{
	unsigned long flags;

	spin_lock_irqsave(&sfreg_users_lock, flags);
	user->refs++;
	spin_unlock_irqrestore(&sfreg_users_lock, flags);
	return user;
}

void sfreg_user_put(struct sfreg_user *user)
{
	unsigned long flags;
	bool last;

	spin_lock_irqsave(&sfreg_users_lock, flags);
	last = !--user->refs;
	if (last)
		hash_del(&user->node);
	spin_unlock_irqrestore(&sfreg_users_lock, flags);
	if (last)
		kfree(user);
}

bool sfreg_user_charge_table(struct sfreg_user *user, size_t bytes)
{
	unsigned long limit = READ_ONCE(sfreg_limit_user_bytes);

	if ((unsigned long)atomic_long_add_return(bytes, &user->table_bytes) <= limit)
		return true;
	sfreg_user_uncharge_table(user, bytes);
	return false;
}

void sfreg_user_uncharge_table(struct sfreg_user *user, size_t bytes)
{
	atomic_long_sub(bytes, &user->table_bytes);
}

bool sfreg_user_charge_work(struct sfreg_user *user, size_t bytes)
{
	unsigned long limit = READ_ONCE(sfreg_limit_user_work_bytes);
	unsigned long others = atomic_long_fetch_add(bytes, &user->work_bytes);

	if (!others || others + bytes <= limit)
		return true;
	sfreg_user_uncharge_work(user, bytes);
	return false;
}

void sfreg_user_uncharge_work(struct sfreg_user *user, size_t bytes)
{
	atomic_long_sub(bytes, &user->work_bytes);
}
