/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Users, and what memory they have us hold: tables that are in use, and the
 * working memory of calls under way (a call may stall while its bytes are read).
 */
#ifndef SFREG_USER_H
#define SFREG_USER_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct sfreg_user {
	struct hlist_node node;
	kuid_t uid;
	unsigned long refs;		/* sections and calls; under the table's lock */
	atomic_long_t table_bytes;
	atomic_long_t work_bytes;
};

/* The caller's (its effective uid). May sleep. NULL: no memory. */
struct sfreg_user *sfreg_user_get(void);
struct sfreg_user *sfreg_user_ref(struct sfreg_user *user);
/* Not in NMI, else in any context. */
void sfreg_user_put(struct sfreg_user *user);

/* Within limit_user_bytes, or refused. */
bool sfreg_user_charge_table(struct sfreg_user *user, size_t bytes);
void sfreg_user_uncharge_table(struct sfreg_user *user, size_t bytes);

/* Within limit_user_work_bytes, or the user's only call; or refused. */
bool sfreg_user_charge_work(struct sfreg_user *user, size_t bytes);
void sfreg_user_uncharge_work(struct sfreg_user *user, size_t bytes);

#endif /* SFREG_USER_H */
