/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctl that binds files to sections: process context, no lock held. */
#ifndef SFREG_BIND_H
#define SFREG_BIND_H

#include <linux/compiler_types.h>

struct sfreg_bindings;

/* @arg: a struct sfreg_bind in user space. The caller has the right. */
long sfreg_bind(void __user *arg, struct sfreg_bindings *bindings);

#endif /* SFREG_BIND_H */
