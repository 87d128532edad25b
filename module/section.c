// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections, from bytes to a row table that is shared by content.
 *
 * What makes two sections equal is SHA-256 over their bytes and over what the
 * compilation depends on. Sharing stays within a user (and what root made), so
 * that how long a registration takes tells nobody what others run.
 *
 * Lifetime: a leaf of a snapshot, a section descriptor and a call in progress
 * hold references. The last put frees at once: whoever let readers see a section
 * through RCU puts its reference only after a grace period.
 */
#include <crypto/sha2.h>
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "limits.h"
#include "section.h"
#include "stats.h"

#define SFREG_SECTION_HASH_BITS	10
#define SFREG_USER_HASH_BITS	6

struct sfreg_user {			/* whose tables occupy memory */
	struct hlist_node node;
	kuid_t uid;
	unsigned long sections;		/* that name this user */
	unsigned long bytes;
};

struct sfreg_shared_section {
	struct sfreg_compiled section;
	struct hlist_node node;
	struct sfreg_user *user;
	u8 digest[SHA256_DIGEST_SIZE];
};

/* Protects both tables and the users' sums; taken in softirq by RCU callbacks. */
static DEFINE_SPINLOCK(sfreg_section_lock);
static DEFINE_HASHTABLE(sfreg_sections, SFREG_SECTION_HASH_BITS);
static DEFINE_HASHTABLE(sfreg_users, SFREG_USER_HASH_BITS);

/* The one place where a status of the core becomes an errno. */
static int sfreg_status_errno(enum sfr_status status)
{
	switch (status) {
	case SFR_OK:
		return 0;
	case SFR_ERR_BYTE_ORDER:
	case SFR_ERR_FOREIGN:
		return -ENOEXEC;
	case SFR_ERR_VERSION:
	case SFR_ERR_FLAGS:
	case SFR_ERR_FDE_TYPE:
		return -EPROTONOSUPPORT;
	case SFR_ERR_SPAN:
	case SFR_ERR_ROWS:
	case SFR_ERR_RULES:
		return -EOVERFLOW;
	default:
		return -EBADMSG;
	}
}

int sfreg_section_plan(const void *bytes, size_t len, struct sfr_compile_plan *plan)
{
	const struct sfr_compile_options opt = {
		.abi = SFR_ABI_AMD64_LE,
		.max_rows = READ_ONCE(sfreg_limit_section_rows),
	};

	return sfreg_status_errno(sfr_compile_plan(bytes, len, &opt, plan));
}

/*
 * A chain of digests over pieces, so that others may run between: each link is
 * over the one before, the length and the ABI, and the next piece's digest. It
 * begins with a secret, so that nobody can fill one bucket of the table.
 */
static void sfreg_section_digest(const u8 *bytes, const struct sfr_compile_plan *plan,
				 u8 digest[SHA256_DIGEST_SIZE])
{
	static u8 secret[SHA256_DIGEST_SIZE] __read_mostly;
	struct {
		u8 before[SHA256_DIGEST_SIZE], piece[SHA256_DIGEST_SIZE];
		u64 len, abi;
	} link = { .len = plan->len, .abi = plan->abi };
	size_t at, n;

	get_random_once(secret, sizeof(secret));
	memcpy(link.before, secret, sizeof(secret));
	for (at = 0; at < plan->len; at += n) {
		n = min_t(size_t, plan->len - at, SFREG_COPY_CHUNK);
		sha256(bytes + at, n, link.piece);
		sha256((const u8 *)&link, sizeof(link), link.before);
		cond_resched();
	}
	memcpy(digest, link.before, SHA256_DIGEST_SIZE);
}

static u32 sfreg_digest_key(const u8 *digest)
{
	u32 key;

	memcpy(&key, digest, sizeof(key));
	return key;
}

/* Under the lock. A section whose last reference is just going is not found. */
static struct sfreg_compiled *sfreg_section_find(const u8 *digest, kuid_t uid)
{
	struct sfreg_shared_section *shared;

	hash_for_each_possible(sfreg_sections, shared, node, sfreg_digest_key(digest)) {
		if (memcmp(shared->digest, digest, SHA256_DIGEST_SIZE))
			continue;
		if (!uid_eq(shared->user->uid, uid) &&
		    !uid_eq(shared->user->uid, GLOBAL_ROOT_UID))
			continue;
		if (refcount_inc_not_zero(&shared->section.refs))
			return &shared->section;
	}
	return NULL;
}

/* Under the lock. */
static struct sfreg_user *sfreg_user_find(kuid_t uid)
{
	struct sfreg_user *user;

	hash_for_each_possible(sfreg_users, user, node, __kuid_val(uid))
		if (uid_eq(user->uid, uid))
			return user;
	return NULL;
}

/* Under the lock; @spare is used up if this is the user's first section. */
static struct sfreg_user *sfreg_user_charge(kuid_t uid, size_t bytes,
					    struct sfreg_user **spare)
{
	struct sfreg_user *user = sfreg_user_find(uid);
	size_t limit = READ_ONCE(sfreg_limit_user_bytes);

	if (bytes > limit || (user && user->bytes > limit - bytes))
		return NULL;
	if (!user) {
		user = *spare;
		*spare = NULL;
		user->uid = uid;
		hash_add(sfreg_users, &user->node, __kuid_val(uid));
	}
	user->sections++;
	user->bytes += bytes;
	return user;
}

/* Under the lock. Return: @user, to be freed, if this was the last section. */
static struct sfreg_user *sfreg_user_uncharge(struct sfreg_user *user, size_t bytes)
{
	user->bytes -= bytes;
	if (--user->sections)
		return NULL;
	hash_del(&user->node);
	return user;
}

/*
 * Make @fresh known, charged to @uid; unless an equal section came first, which
 * is returned then. The caller frees what is not used.
 */
static struct sfreg_compiled *
sfreg_section_publish(struct sfreg_shared_section *fresh, kuid_t uid,
		      struct sfreg_user **spare)
{
	struct sfreg_compiled *section;
	struct sfreg_user *user;
	unsigned long flags;

	spin_lock_irqsave(&sfreg_section_lock, flags);
	section = sfreg_section_find(fresh->digest, uid);
	if (section)
		goto unlock;
	user = sfreg_user_charge(uid, fresh->section.bytes, spare);
	if (!user) {
		section = ERR_PTR(-EDQUOT);
		goto unlock;
	}
	fresh->user = user;
	hash_add(sfreg_sections, &fresh->node, sfreg_digest_key(fresh->digest));
	section = &fresh->section;
unlock:
	spin_unlock_irqrestore(&sfreg_section_lock, flags);
	return section;
}

static struct sfreg_shared_section *sfreg_section_compile(const void *bytes,
							  const struct sfr_compile_plan *plan)
{
	struct sfreg_shared_section *fresh;
	size_t table_bytes;
	void *scratch, *table;
	int err = -ENOMEM;

	scratch = kvmalloc(plan->scratch_bytes, GFP_KERNEL_ACCOUNT);
	if (!scratch)
		return ERR_PTR(-ENOMEM);
	err = sfreg_status_errno(sfr_compile(bytes, plan, scratch, &table_bytes));
	if (err)
		goto free_scratch;

	err = -ENOMEM;
	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		goto free_scratch;
	table = kvmalloc(table_bytes, GFP_KERNEL_ACCOUNT);
	if (!table)
		goto free_fresh;
	refcount_set(&fresh->section.refs, 1);
	fresh->section.table = sfr_table_store(scratch, table);
	fresh->section.bytes = table_bytes;
	kvfree(scratch);
	return fresh;

free_fresh:
	kfree(fresh);
free_scratch:
	kvfree(scratch);
	return ERR_PTR(err);
}

static void sfreg_section_free(struct sfreg_shared_section *shared)
{
	kvfree(shared->section.table);
	kfree(shared);
}

struct sfreg_compiled *sfreg_section_get(const void *bytes, size_t len)
{
	kuid_t uid = current_euid();
	struct sfreg_shared_section *fresh;
	struct sfr_compile_plan plan;
	struct sfreg_compiled *section;
	u8 digest[SHA256_DIGEST_SIZE];
	struct sfreg_user *spare;
	int err;

	err = sfreg_section_plan(bytes, len, &plan);
	if (err)
		return ERR_PTR(err);
	sfreg_section_digest(bytes, &plan, digest);
	spin_lock_irq(&sfreg_section_lock);
	section = sfreg_section_find(digest, uid);
	spin_unlock_irq(&sfreg_section_lock);
	if (section) {
		sfreg_count(SFREG_STAT_section_shared);
		return section;
	}

	fresh = sfreg_section_compile(bytes, &plan);
	if (IS_ERR(fresh))
		return ERR_CAST(fresh);
	memcpy(fresh->digest, digest, sizeof(digest));
	spare = kzalloc(sizeof(*spare), GFP_KERNEL_ACCOUNT);
	if (!spare) {
		sfreg_section_free(fresh);
		return ERR_PTR(-ENOMEM);
	}
	section = sfreg_section_publish(fresh, uid, &spare);
	kfree(spare);
	if (section != &fresh->section) {
		sfreg_section_free(fresh);
		if (!IS_ERR(section))
			sfreg_count(SFREG_STAT_section_shared);
		return section;
	}
	sfreg_gauge_add(SFREG_STAT_sections, 1);
	sfreg_gauge_add(SFREG_STAT_section_bytes, section->bytes);
	return section;
}

static struct sfreg_shared_section *sfreg_section_shared(struct sfreg_compiled *section)
{
	return container_of(section, struct sfreg_shared_section, section);
}

bool sfreg_section_equal(struct sfreg_compiled *a, struct sfreg_compiled *b)
{
	return a == b || !memcmp(sfreg_section_shared(a)->digest,
				 sfreg_section_shared(b)->digest, SHA256_DIGEST_SIZE);
}

void sfreg_section_put(struct sfreg_compiled *section)
{
	struct sfreg_shared_section *shared;
	struct sfreg_user *user;
	unsigned long flags;

	if (!refcount_dec_and_test(&section->refs))
		return;
	shared = sfreg_section_shared(section);
	spin_lock_irqsave(&sfreg_section_lock, flags);
	hash_del(&shared->node);
	user = sfreg_user_uncharge(shared->user, section->bytes);
	spin_unlock_irqrestore(&sfreg_section_lock, flags);
	kfree(user);
	sfreg_gauge_add(SFREG_STAT_sections, -1);
	sfreg_gauge_add(SFREG_STAT_section_bytes, -(long)section->bytes);
	sfreg_section_free(shared);
}
