// SPDX-License-Identifier: GPL-2.0-only
/* See kernel.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <sfreg.h>

#include "kernel.h"

#define MAX_WINDOWS	4096

struct window {
	uintptr_t text, text_len, base;
	struct sfr_table *table;
};

struct kernel kernel;

static struct window windows[MAX_WINDOWS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void forget(int i)
{
	free(windows[i].table);
	windows[i] = windows[--kernel.n_windows];
}

void kernel_reset(void)
{
	while (kernel.n_windows)
		forget(0);
	memset(&kernel, 0, sizeof(kernel));
}

const struct sfr_rule *kernel_rule(const void *pc)
{
	int i;

	for (i = 0; i < kernel.n_windows; i++)
		if ((uintptr_t)pc - windows[i].text < windows[i].text_len)
			return sfr_table_rule(windows[i].table, (uintptr_t)pc - windows[i].base,
					      false);
	return NULL;
}

ssize_t process_vm_readv(pid_t pid, const struct iovec *local, unsigned long n_local,
			 const struct iovec *remote, unsigned long n_remote, unsigned long flags)
{
	if (!kernel.forbids)
		return syscall(SYS_process_vm_readv, pid, local, n_local, remote, n_remote, flags);
	errno = EPERM;
	return -1;
}

int sfreg_probe(void)
{
	return kernel.absent ? -ENOSYS : 0;
}

static int add(const struct sfreg_window *wanted)
{
	struct window window = {
		wanted->text_start, wanted->text_len, wanted->sframe_base, NULL
	};
	int i;

	if (kernel.refuse)
		return kernel.refuse;
	for (i = 0; i < kernel.n_windows; i++)
		if (windows[i].text < window.text + window.text_len &&
		    window.text < windows[i].text + windows[i].text_len)
			return -EEXIST;
	if (build_bytes((const void *)(uintptr_t)wanted->sframe_addr, wanted->sframe_len,
			&window.table))
		return -EBADMSG;
	windows[kernel.n_windows++] = window;
	return 0;
}

int sfreg_register_window(const struct sfreg_window *wanted)
{
	int ret;

	pthread_mutex_lock(&lock);
	kernel.n_asked++;
	ret = add(wanted);
	pthread_mutex_unlock(&lock);
	return ret;
}

int sfreg_unregister(const void *text)
{
	int i, ret = -ENOENT;

	pthread_mutex_lock(&lock);
	kernel.n_asked++;
	for (i = 0; i < kernel.n_windows && ret; i++) {
		if (windows[i].text == (uintptr_t)text) {
			forget(i);
			ret = 0;
		}
	}
	pthread_mutex_unlock(&lock);
	return ret;
}
