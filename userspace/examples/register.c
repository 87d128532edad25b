// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A program that registers its own text, as a loader would, and prints the stack
 * that the kernel then sees. Built without frame pointers, with -Wa,--gsframe.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include <sfreg.h>

#ifndef PT_GNU_SFRAME
#define PT_GNU_SFRAME 0x6474e554
#endif

static const Elf64_Phdr *find(const struct dl_phdr_info *info, Elf64_Word type,
			      Elf64_Word flags)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *phdr = &info->dlpi_phdr[i];

		if (phdr->p_type == type && (phdr->p_flags & flags) == flags)
			return phdr;
	}
	return NULL;
}

/* The first object is the program itself. */
static int register_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	const Elf64_Phdr *text = find(info, PT_LOAD, PF_X);
	const Elf64_Phdr *sframe = find(info, PT_GNU_SFRAME, 0);
	int *error = arg;

	(void)size;

	if (text && sframe)
		*error = sfreg_register((void *)(info->dlpi_addr + text->p_vaddr),
					text->p_memsz,
					(void *)(info->dlpi_addr + sframe->p_vaddr),
					sframe->p_memsz);
	return 1;
}

static __attribute__((__noinline__)) int print_stack(void)
{
	struct sfreg_frame frames[32];
	unsigned int stop;
	int n = sfreg_backtrace(frames, 32, &stop);

	if (n < 0) {
		fprintf(stderr, "backtrace: %s\n", strerror(-n));
		return 1;
	}
	for (int i = 0; i < n; i++)
		printf("%2d  pc 0x%llx\n", i, (unsigned long long)frames[i].pc);
	printf("stopped: %s\n", sfreg_stop_name(stop));
	return 0;
}

/* The barrier keeps this a call, which leaves a frame, and not a jump. */
static __attribute__((__noinline__)) int outer(int depth)
{
	int ret = depth ? outer(depth - 1) : print_stack();

	__asm__ volatile("" : "+r"(ret));
	return ret;
}

int main(void)
{
	int error = -ENOEXEC;

	dl_iterate_phdr(register_program, &error);
	if (error) {
		fprintf(stderr, "register: %s\n", strerror(-error));
		return 1;
	}
	return outer(4);
}
