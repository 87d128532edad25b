// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the hook's own search on an object that the real loader has mapped, and
 * prints what it found, relative to the object's base, or why nothing. The shell
 * script compares that with readelf(1). Built with ASan and UBSan.
 *
 * Use: object-find [--no-vm | --other] [--path=FILE] FILE, or --program for FILE
 *
 * --no-vm: process_vm_readv(2) fails with EPERM, as it does in many containers.
 * --other: the loader says that the dynamic section is elsewhere, as it would if
 * what lies at the base were another object.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "object.h"

static int report(const struct object_hint *hint)
{
	unsigned long start, len;
	struct object object;
	unsigned int at = 0;
	const char *why;

	memset(&object, 0xa5, sizeof(object));
	why = sfreg_object_find(&object, hint);
	if (why) {
		printf("%s\n", why);
		return 0;
	}
	printf("sframe %#lx+%lu", object.sframe - object.base, object.sframe_len);
	while (sfreg_object_text(&object, &at, &start, &len))
		printf(" text %#lx+%#lx", start - object.base, len);
	putchar('\n');
	return 0;
}

static bool is_other;

static int report_map(void *handle, const char *path, bool is_main)
{
	struct object_hint hint = { .path = path };
	struct link_map *map;

	if (!handle || dlinfo(handle, RTLD_DI_LINKMAP, &map)) {
		fprintf(stderr, "object-find: %s\n", dlerror());
		return 1;
	}
	hint.base = map->l_addr;
	hint.dynamic = (unsigned long)map->l_ld + (is_other ? 0x1000 : 0);
	if (!path)
		hint.path = is_main ? "/proc/self/exe" : map->l_name;
	if (is_main) {
		hint.phdrs = getauxval(AT_PHDR);
		hint.n_phdrs = getauxval(AT_PHNUM);
	}
	return report(&hint);
}

static bool forbid_reading(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	const char *path = NULL;

	if (argc > 2 && !strcmp(argv[1], "--no-vm")) {
		if (!forbid_reading())
			return 1;
		argv++;
		argc--;
	}
	if (argc > 2 && !strcmp(argv[1], "--other")) {
		is_other = true;
		argv++;
		argc--;
	}
	if (argc > 2 && !strncmp(argv[1], "--path=", 7)) {
		path = argv[1] + 7;
		argv++;
		argc--;
	}
	if (argc != 2)
		return 2;
	if (!strcmp(argv[1], "--program"))
		return report_map(dlopen(NULL, RTLD_NOW), path, true);
	return report_map(dlopen(argv[1], RTLD_NOW), path, false);
}
