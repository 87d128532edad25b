// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copy in, check the arguments, build the section, change the registry.
 *
 * Copying from user space may fault, and a fault may stall for as long as the
 * caller likes (userfaultfd): no lock is held, and a fatal signal ends it.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "core/format.h"
#include "ingest.h"
#include "limits.h"
#include "live.h"
#include "registry.h"
#include "section_fd.h"
#include "space.h"
#include "target.h"
#include "user.h"

int sfreg_copy_struct(void *dst, size_t known, const void __user *arg)
{
	u32 size;

	if (get_user(size, (const u32 __user *)arg))
		return -EFAULT;
	/* The first published layouts are today's. */
	if (size < known)
		return -EINVAL;
	if (size > SFREG_STRUCT_MAX)
		return -E2BIG;
	return copy_struct_from_user(dst, known, arg, size);
}

static int sfreg_copy_bytes(void *dst, u64 addr, size_t len)
{
	size_t at, n;

	for (at = 0; at < len; at += n) {
		n = min_t(size_t, len - at, SFREG_COPY_CHUNK);
		if (copy_from_user(dst + at, u64_to_user_ptr(addr + at), n))
			return fatal_signal_pending(current) ? -EINTR : -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static struct sfreg_compiled *sfreg_ingest_copy(u64 addr,
						const struct sfr_compile_plan *plan)
{
	size_t work = plan->len + plan->scratch_bytes;
	struct sfreg_compiled *section;
	struct sfreg_user *user;
	void *bytes;
	int err;

	user = sfreg_user_get();
	if (!user)
		return ERR_PTR(-ENOMEM);
	section = ERR_PTR(-EDQUOT);
	if (!sfreg_user_charge_work(user, work))
		goto put_user;
	section = ERR_PTR(-ENOMEM);
	bytes = kvmalloc(plan->len, GFP_KERNEL_ACCOUNT);
	if (!bytes)
		goto uncharge;
	err = sfreg_copy_bytes(bytes, addr, plan->len);
	section = err ? ERR_PTR(err) : sfreg_section_get(bytes, plan->len, user);
	kvfree(bytes);
uncharge:
	sfreg_user_uncharge_work(user, work);
put_user:
	sfreg_user_put(user);
	return section;
}

/*
 * The section at @addr. Its header says how much of @len it needs; what is then
 * copied may differ from the header read first, so the copy is checked anew.
 */
static struct sfreg_compiled *sfreg_ingest_bytes(u64 addr, u64 len)
{
	u8 header[SFR_HEADER_SIZE];
	struct sfr_compile_plan plan;
	u64 end;
	int err;

	if (!len || check_add_overflow(addr, len, &end))
		return ERR_PTR(-EINVAL);
	if (len > READ_ONCE(sfreg_limit_section_bytes))
		return ERR_PTR(-E2BIG);
	err = sfreg_copy_bytes(header, addr, min_t(u64, len, sizeof(header)));
	if (!err)
		err = sfreg_section_plan(header, len, &plan);
	if (err)
		return ERR_PTR(err);

	return sfreg_ingest_copy(addr, &plan);
}

static int sfreg_check_range(u64 start, u64 len)
{
	u64 end;

	return !len || check_add_overflow(start, len, &end) ? -EINVAL : 0;
}

static int sfreg_placement_of(struct sfreg_placement *place, u64 start, u64 len, u64 base,
			      u32 flags)
{
	if (flags & ~SFREG_F_ALL)
		return -EINVAL;
	*place = (struct sfreg_placement) {
		.start = start,
		.len = len,
		.base = base,
		.replace = flags & SFREG_F_REPLACE,
	};
	return sfreg_check_range(start, len);
}

static int sfreg_ingest_place_in(int mem_fd, const struct sfreg_placement *place, u32 n,
				 u32 *failed)
{
	struct mm_struct *mm = sfreg_target_get(mem_fd);
	int err;

	*failed = n;
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	err = sfreg_registry_place(mm, place, n, failed);
	mmput(mm);
	return err;
}

static int sfreg_ingest_remove_in(int mem_fd, const u64 *keys, u32 n, u32 *failed)
{
	struct mm_struct *mm = sfreg_target_get(mem_fd);
	int err;

	*failed = n;
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	err = sfreg_registry_remove(mm, keys, n, failed);
	mmput(mm);
	return err;
}

long sfreg_ingest_window(const struct sfreg_window *window)
{
	struct sfreg_placement place;
	u32 failed;
	int err;

	if (window->pad)
		return -EINVAL;
	err = sfreg_placement_of(&place, window->text_start, window->text_len,
				 window->sframe_base ?: window->sframe_addr, window->flags);
	if (err)
		return err;
	place.section = sfreg_ingest_bytes(window->sframe_addr, window->sframe_len);
	if (IS_ERR(place.section))
		return PTR_ERR(place.section);
	/* Only now: while bytes are awaited, another's memory must not be pinned. */
	err = sfreg_ingest_place_in(window->mem_fd, &place, 1, &failed);
	sfreg_section_put(place.section);
	return err;
}

long sfreg_ingest_section(void __user *arg)
{
	struct sfreg_compiled *section;
	struct sfreg_section what;
	int err;

	err = sfreg_copy_struct(&what, sizeof(what), arg);
	if (err)
		return err;
	if (what.flags)
		return -EINVAL;
	section = sfreg_ingest_bytes(what.sframe_addr, what.sframe_len);
	if (IS_ERR(section))
		return PTR_ERR(section);
	/* The bytes may have been long in coming. */
	if (!sfreg_spaces_is_open()) {
		sfreg_section_put(section);
		return -ESHUTDOWN;
	}
	return sfreg_section_fd_make(section);
}

/* Fill @place from the caller's entries; on failure @failed is the offender. */
static int sfreg_ingest_entries(const struct sfreg_place_entry *entry,
				struct sfreg_placement *place, u32 n, u32 *failed)
{
	struct sfreg_compiled *section;
	int err;

	for (*failed = 0; *failed < n; (*failed)++, entry++, place++) {
		err = entry->sframe_base ? 0 : -EINVAL;
		err = err ?: sfreg_placement_of(place, entry->text_start, entry->text_len,
						entry->sframe_base, entry->flags);
		if (err)
			return err;
		section = sfreg_section_fd_get(entry->section_fd);
		if (IS_ERR(section))
			return PTR_ERR(section);
		place->section = section;
		/* Offsets are of 32 bits, from the window's start. */
		if (section->live && (place->len > 1ULL << 32 || place->base != place->start))
			return -EINVAL;
	}
	return 0;
}

static int sfreg_ingest_place_entries(struct sfreg_place *what)
{
	struct sfreg_place_entry *entries;
	struct sfreg_placement *places;
	u32 i;
	int err;

	entries = memdup_user(u64_to_user_ptr(what->entries),
			      array_size(what->count, sizeof(*entries)));
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	err = -ENOMEM;
	places = kcalloc(what->count, sizeof(*places), GFP_KERNEL_ACCOUNT);
	if (!places)
		goto free_entries;
	err = sfreg_ingest_entries(entries, places, what->count, &what->failed);
	if (!err)
		err = sfreg_ingest_place_in(what->mem_fd, places, what->count, &what->failed);
	for (i = 0; i < what->count; i++)
		if (places[i].section)
			sfreg_section_put(places[i].section);
	kfree(places);
free_entries:
	kfree(entries);
	return err;
}

long sfreg_ingest_place(void __user *arg)
{
	struct sfreg_place what;
	u32 __user *failed;
	int err;

	err = sfreg_copy_struct(&what, sizeof(what), arg);
	if (err)
		return err;
	if (what.flags || what.pad || !what.count || what.count > SFREG_PLACE_MAX)
		return -EINVAL;
	/* Written before anything changes: it must not fail afterwards. */
	what.failed = what.count;
	failed = &((struct sfreg_place __user *)arg)->failed;
	if (put_user(what.failed, failed))
		return -EFAULT;
	err = sfreg_ingest_place_entries(&what);
	return err && put_user(what.failed, failed) ? -EFAULT : err;
}

long sfreg_ingest_remove(void __user *arg)
{
	struct sfreg_remove what;
	u32 __user *failed;
	u64 *keys;
	int err;

	err = sfreg_copy_struct(&what, sizeof(what), arg);
	if (err)
		return err;
	if (what.flags || what.pad || !what.count || what.count > SFREG_PLACE_MAX)
		return -EINVAL;
	failed = &((struct sfreg_remove __user *)arg)->failed;
	if (put_user(what.count, failed))
		return -EFAULT;
	keys = memdup_user(u64_to_user_ptr(what.keys), array_size(what.count, sizeof(*keys)));
	if (IS_ERR(keys))
		return PTR_ERR(keys);
	err = sfreg_ingest_remove_in(what.mem_fd, keys, what.count, &what.failed);
	kfree(keys);
	return err && put_user(what.failed, failed) ? -EFAULT : err;
}

long sfreg_ingest_remove_key(u64 key)
{
	u32 failed;

	return sfreg_ingest_remove_in(-1, &key, 1, &failed);
}

long sfreg_ingest_live(void __user *arg)
{
	struct sfreg_compiled *section;
	struct sfreg_live what;
	int err;

	err = sfreg_copy_struct(&what, sizeof(what), arg);
	if (err)
		return err;
	if (what.flags || what.pad || !what.n_rows)
		return -EINVAL;
	if (what.n_rows > READ_ONCE(sfreg_limit_section_rows))
		return -EOVERFLOW;
	section = sfreg_live_new(what.n_rows);
	return IS_ERR(section) ? PTR_ERR(section) : sfreg_live_fd_make(section);
}
