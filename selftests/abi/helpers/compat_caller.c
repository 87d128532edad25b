// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 32-bit program without any libc: gcc -m32 -nostdlib -static. Makes every
 * call of the ABI and exits with 0 if each gets EOPNOTSUPP; else with the number
 * of the first that does not.
 */
#include <linux/sfreg.h>

#define NR_EXIT		1
#define NR_OPEN		5
#define NR_IOCTL	54
#define NR_PRCTL	172
#define OPNOTSUPP	(-95)

static int call(int nr, int a, int b, int c, int d, int e)
{
	int ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (nr), "b" (a), "c" (b), "d" (c), "S" (d), "D" (e)
		     : "memory");
	return ret;
}

static int first_wrong(void)
{
	static struct sfreg_info info = { .size = sizeof(info) };
	int fd = call(NR_OPEN, (int)SFREG_DEVICE, 2, 0, 0, 0);
	int nr;

	if (fd < 0)
		return 98;
	for (nr = 0; nr <= 8; nr++)
		if (call(NR_IOCTL, fd, _IO(SFREG_IOC_MAGIC, nr), (int)&info, 0, 0) !=
		    OPNOTSUPP)
			return 1 + nr;
	for (nr = PR_SFREG_REGISTER; nr <= PR_SFREG_UNREGISTER; nr++)
		if (call(NR_PRCTL, nr, (int)first_wrong & ~4095, 4096, (int)&info,
			 28) != OPNOTSUPP)
			return 10 + nr - PR_SFREG_REGISTER;
	/* The kernel's own options are as ever. */
	return call(NR_PRCTL, 3, 0, 0, 0, 0) == 1 ? 0 : 20;
}

void _start(void)
{
	call(NR_EXIT, first_wrong(), 0, 0, 0, 0);
	__builtin_unreachable();
}
