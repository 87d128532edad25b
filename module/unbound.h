/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that have been mapped and are not bound, kept until their binder asks for them: a program
 * may be over before he does, and nobody else would know its files.
 */
#ifndef SFREG_UNBOUND_H
#define SFREG_UNBOUND_H

#include <linux/compiler_types.h>
#include <linux/list.h>
#include <linux/path.h>
#include <linux/types.h>

struct file;
struct sfreg_unbound;

/* The libraries of three large programs; and all is 2 KiB. */
#define SFREG_UNBOUND_MAX	128

/* A binder's. */
struct sfreg_unbound_files {
	struct list_head list;		/* of all binders' */
	u32 first, n;
	struct path path[SFREG_UNBOUND_MAX];
};

/* May sleep. Afterwards nothing is kept. */
void sfreg_unbound_begin(struct sfreg_unbound_files *files);
void sfreg_unbound_end(struct sfreg_unbound_files *files);

/* The hooks: atomic, process context. @file is mapped executable; every binder has it kept. */
void sfreg_unbound_note(const struct file *file);

/* SFREG_IOC_UNBOUND, with @to checked first. Process context, no lock held. */
int sfreg_unbound_check(struct sfreg_unbound __user *to);
long sfreg_unbound_hand_out(struct sfreg_unbound_files *files, struct sfreg_unbound __user *to);

#endif /* SFREG_UNBOUND_H */
