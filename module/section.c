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
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "limits.h"
#include "section.h"
#include "stats.h"
#include "user.h"

#define SFREG_SECTION_HASH_BITS	10

struct sfreg_shared_section {
	struct sfreg_compiled section;
	struct hlist_node node;
	struct sfreg_user *user;
	u8 digest[SHA256_DIGEST_SIZE];
};

/* Protects the table; taken in softirq by RCU callbacks. */
static DEFINE_SPINLOCK(sfreg_section_lock);
static DEFINE_HASHTABLE(sfreg_sections, SFREG_SECTION_HASH_BITS);

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

/*
 * Make @fresh known, charged to @user, unless an equal
 * section came first, which is returned then. The caller frees what is not used.
 */
static struct sfreg_compiled *sfreg_section_publish(struct sfreg_shared_section *fresh,
						    struct sfreg_user *user)
{
	struct sfreg_compiled *section;
	unsigned long flags;

	spin_lock_irqsave(&sfreg_section_lock, flags);
	section = sfreg_section_find(fresh->digest, user->uid);
	if (!section && sfreg_user_charge_table(user, fresh->section.bytes)) {
		fresh->user = sfreg_user_ref(user);
		hash_add(sfreg_sections, &fresh->node, sfreg_digest_key(fresh->digest));
		section = &fresh->section;
	}
	spin_unlock_irqrestore(&sfreg_section_lock, flags);
	return section ?: ERR_PTR(-EDQUOT);
}

static struct sfreg_shared_section *sfreg_section_shared(struct sfreg_compiled *section)
{
	return container_of(section, struct sfreg_shared_section, section);
}

static void sfreg_section_free(struct sfreg_shared_section *shared)
{
	kvfree(shared->section.table);
	kfree(shared);
}

static void sfreg_section_release(struct sfreg_compiled *section)
{
	struct sfreg_shared_section *shared = sfreg_section_shared(section);
	unsigned long flags;

	spin_lock_irqsave(&sfreg_section_lock, flags);
	hash_del(&shared->node);
	spin_unlock_irqrestore(&sfreg_section_lock, flags);
	sfreg_user_uncharge_table(shared->user, section->bytes);
	sfreg_user_put(shared->user);
	sfreg_gauge_add(SFREG_STAT_sections, -1);
	sfreg_gauge_add(SFREG_STAT_section_bytes, -(long)section->bytes);
	sfreg_section_free(shared);
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
	fresh->section.release = sfreg_section_release;
	kvfree(scratch);
	return fresh;

free_fresh:
	kfree(fresh);
free_scratch:
	kvfree(scratch);
	return ERR_PTR(err);
}

struct sfreg_compiled *sfreg_section_get(const void *bytes, size_t len,
					 struct sfreg_user *user)
{
	struct sfreg_shared_section *fresh;
	struct sfr_compile_plan plan;
	struct sfreg_compiled *section;
	u8 digest[SHA256_DIGEST_SIZE];
	int err;

	err = sfreg_section_plan(bytes, len, &plan);
	if (err)
		return ERR_PTR(err);
	sfreg_section_digest(bytes, &plan, digest);
	spin_lock_irq(&sfreg_section_lock);
	section = sfreg_section_find(digest, user->uid);
	spin_unlock_irq(&sfreg_section_lock);
	if (section) {
		sfreg_count(SFREG_STAT_section_shared);
		return section;
	}

	fresh = sfreg_section_compile(bytes, &plan);
	if (IS_ERR(fresh))
		return ERR_CAST(fresh);
	memcpy(fresh->digest, digest, sizeof(digest));
	section = sfreg_section_publish(fresh, user);
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

bool sfreg_section_equal(struct sfreg_compiled *a, struct sfreg_compiled *b)
{
	if (a == b || a->live || b->live)
		return a == b;
	return !memcmp(sfreg_section_shared(a)->digest, sfreg_section_shared(b)->digest,
		       SHA256_DIGEST_SIZE);
}

void sfreg_section_put(struct sfreg_compiled *section)
{
	if (refcount_dec_and_test(&section->refs))
		section->release(section);
}
