// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Registration of the caller's own text: prctl(2) first, which needs neither a
 * descriptor nor a device node, then the device.
 *
 * The difficulty is what prctl's EINVAL means: the module's word on the
 * arguments, or a kernel that does not know the option because there is no
 * module, it is switched off, or only its prctl door is closed. The device gives
 * the authoritative answer to the very same question. Where it cannot be opened
 * (a container without the node, say), a second prctl tells who answers.
 */
#include <stdint.h>

#include "door.h"

/* No text starts here, so nobody can have registered it. */
#define NO_TEXT		(~0UL)

/*
 * The module's answer to an impossible key is ENOENT, and never EINVAL, which is
 * a kernel's that does not know the option.
 */
static int prctl_probe(void)
{
	int ret = sys_prctl(PR_SFREG_UNREGISTER, NO_TEXT, 0, 0, 0);

	return ret == -ENOENT ? 0 : ret;
}

/* Answers that may come from somebody else than the module: kernel or seccomp. */
static bool is_doubtful(int ret)
{
	return ret == -EINVAL || ret == -ENOSYS || ret == -EPERM || ret == -EACCES;
}

/*
 * @ret: prctl's doubtful answer
 * @request, @arg: the same question to the device
 */
static int ask_device(int ret, unsigned long request, const void *arg)
{
	int fd = door_open();

	if (fd >= 0) {
		ret = door_ioctl(fd, request, arg);
		sys_close(fd);
		return ret;
	}
	if (ret == -EINVAL)
		return is_doubtful(prctl_probe()) ? fd : -EINVAL;
	/* A policy that forbids is a better reason than a node that is missing. */
	return fd == -ENOSYS ? ret : fd;
}

static int register_own(int option, unsigned int flags, const void *text,
			size_t text_len, const void *sframe, size_t sframe_len)
{
	struct sfreg_window window = {
		.size = sizeof(window),
		.flags = flags,
		.text_start = (uintptr_t)text,
		.text_len = text_len,
		.sframe_addr = (uintptr_t)sframe,
		.sframe_len = sframe_len,
		.mem_fd = -1,
	};
	int ret = sys_prctl(option, (uintptr_t)text, text_len, (uintptr_t)sframe,
			    sframe_len);

	if (!is_doubtful(ret))
		return ret;
	return ask_device(ret, SFREG_IOC_REGISTER, &window);
}

int sfreg_register(const void *text, size_t text_len, const void *sframe,
		   size_t sframe_len)
{
	return register_own(PR_SFREG_REGISTER, 0, text, text_len, sframe, sframe_len);
}

int sfreg_replace(const void *text, size_t text_len, const void *sframe,
		  size_t sframe_len)
{
	return register_own(PR_SFREG_REPLACE, SFREG_F_REPLACE, text, text_len, sframe,
			    sframe_len);
}

int sfreg_unregister(const void *text)
{
	__u64 key = (uintptr_t)text;
	struct sfreg_remove remove = {
		.size = sizeof(remove),
		.keys = (uintptr_t)&key,
		.count = 1,
		.mem_fd = -1,
	};
	int ret = sys_prctl(PR_SFREG_UNREGISTER, (uintptr_t)text, 0, 0, 0);

	if (!is_doubtful(ret))
		return ret;
	return ask_device(ret, SFREG_IOC_REMOVE, &remove);
}

int sfreg_register_window(const struct sfreg_window *window)
{
	return door_call(SFREG_IOC_REGISTER, window);
}

int sfreg_probe(void)
{
	__u64 key = NO_TEXT;
	struct sfreg_remove remove = {
		.size = sizeof(remove),
		.keys = (uintptr_t)&key,
		.count = 1,
		.mem_fd = -1,
	};
	int ret = prctl_probe();

	if (!is_doubtful(ret))
		return ret;
	ret = ask_device(ret, SFREG_IOC_REMOVE, &remove);
	return ret == -ENOENT ? 0 : ret;
}
