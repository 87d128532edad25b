/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions that user space asks: info, list, backtrace. Process context. */
#ifndef SFREG_QUERY_H
#define SFREG_QUERY_H

#include <linux/types.h>

long sfreg_query_info(void __user *arg, u64 features);
long sfreg_query_list(void __user *arg);
long sfreg_query_backtrace(void __user *arg);

#endif /* SFREG_QUERY_H */
