// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opens libraries in ways that the hook has to follow, and shows what is
 * registered. The arguments are done in order:
 *
 *	open FILE	dlopen
 *	new FILE	dlmopen into a new namespace
 *	close		dlclose of the last one
 *	list		prints the number of windows
 *	fds		prints the number of open descriptors
 *	sandbox		from now on prctl and process_vm_readv kill the process
 *	device		opens /dev/sfreg, and keeps it
 *	park		registers from a page that never comes
 *	wait		prints "ready", waits for end of file on standard input
 *	exit		exits at once with 0, as the end of the arguments does
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sfreg.h>

static void fail(const char *what)
{
	fprintf(stderr, "opener: %s\n", what);
	exit(1);
}

static void sandbox(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		fail("no seccomp here");
}

/* Reading the page stalls for as long as nobody serves the descriptor. */
static void park(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	struct uffdio_register range = {
		.range = { (uintptr_t)page, 4096 },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &range))
		fail("no userfaultfd here");
	puts("ready");
	sfreg_register((void *)(uintptr_t)park, 16, page, 64);
	fail("the page came");
}

static void list(void)
{
	__u64 total = 0;
	int error = sfreg_list(-1, 0, NULL, 0, &total);

	if (error < 0)
		printf("windows: %s\n", strerror(-error));
	else
		printf("windows: %llu\n", (unsigned long long)total);
}

static void count_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	printf("descriptors: %d\n", n);
}

static void open_device(void)
{
	printf("device: %d\n", open(SFREG_DEVICE, O_RDONLY) >= 0);
}

static void wait_for_end(void)
{
	puts("ready");
	getchar();
}

static void *opened(void *handle)
{
	if (!handle)
		fail(dlerror());
	return handle;
}

int main(int argc, char **argv)
{
	void *last = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "open"))
			last = opened(dlopen(argv[++i], RTLD_NOW));
		else if (!strcmp(argv[i], "new"))
			last = opened(dlmopen(LM_ID_NEWLM, argv[++i], RTLD_NOW));
		else if (!strcmp(argv[i], "close"))
			dlclose(last);
		else if (!strcmp(argv[i], "list"))
			list();
		else if (!strcmp(argv[i], "fds"))
			count_descriptors();
		else if (!strcmp(argv[i], "sandbox"))
			sandbox();
		else if (!strcmp(argv[i], "device"))
			open_device();
		else if (!strcmp(argv[i], "park"))
			park();
		else if (!strcmp(argv[i], "wait"))
			wait_for_end();
		else
			return 0;
	}
	return 0;
}
