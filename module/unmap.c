// SPDX-License-Identifier: GPL-2.0-only
/*
 * unmap_vmas(tlb, …) says exactly which text goes, for munmap, MAP_FIXED, mremap
 * and brk, and is silent for mprotect. Its first argument begins with the mm. The
 * range is in arguments 3 and 4 on some kernels, in a private structure that
 * argument 1 points to on others. It is found by trying, not by version: unmap
 * three known ranges, and look where all three were to be seen. If that is not
 * one place exactly, every unmapping ends all windows of its process: too much,
 * but never too little.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "space.h"
#include "unmap.h"

/* Place 0: arguments 3 and 4. Place i + 1: words i and i + 1 at argument 1. */
#define SFREG_UNMAP_WORDS	9
#define SFREG_UNMAP_PLACES	SFREG_UNMAP_WORDS
#define SFREG_UNMAP_UNKNOWN	(-1)

static int sfreg_unmap_place = SFREG_UNMAP_UNKNOWN;

static struct {
	const struct task_struct *task;	/* that calibrates; NULL: none */
	u64 start, end;
	unsigned int places;		/* bit mask: seen there */
} sfreg_unmap_trial;

static bool sfreg_unmap_range(struct ftrace_regs *fregs, int place, u64 *range)
{
	const u64 *words;

	if (place == 0) {
		range[0] = sfreg_ftrace_arg(fregs, 3);
		range[1] = sfreg_ftrace_arg(fregs, 4);
		return true;
	}
	words = (const u64 *)sfreg_ftrace_arg(fregs, 1);
	return !copy_from_kernel_nofault(range, words + place - 1, 2 * sizeof(*range));
}

static void sfreg_unmap_try(struct ftrace_regs *fregs)
{
	u64 range[2];
	int place;

	for (place = 0; place < SFREG_UNMAP_PLACES; place++)
		if (sfreg_unmap_range(fregs, place, range) &&
		    range[0] == sfreg_unmap_trial.start && range[1] == sfreg_unmap_trial.end)
			sfreg_unmap_trial.places |= BIT(place);
}

void notrace sfreg_unmap_notify(struct ftrace_regs *fregs)
{
	struct mm_struct *const *tlb = (void *)sfreg_ftrace_arg(fregs, 0);
	int place = READ_ONCE(sfreg_unmap_place);
	u64 range[2] = { 0, U64_MAX };

	if (unlikely(READ_ONCE(sfreg_unmap_trial.task) == current)) {
		sfreg_unmap_try(fregs);
		return;
	}
	if (place != SFREG_UNMAP_UNKNOWN && !sfreg_unmap_range(fregs, place, range)) {
		range[0] = 0;
		range[1] = U64_MAX;
	}
	sfreg_space_unmap(*tlb, range[0], range[1]);
}

/* Where the unmapping of one page of ours is to be seen. */
static unsigned int sfreg_unmap_trial_page(unsigned long addr)
{
	sfreg_unmap_trial.start = addr;
	sfreg_unmap_trial.end = addr + PAGE_SIZE;
	sfreg_unmap_trial.places = 0;
	if (vm_munmap(addr, PAGE_SIZE))
		return 0;
	return sfreg_unmap_trial.places;
}

void sfreg_unmap_calibrate(void)
{
	static const int order[] = { 1, 3, 2 };
	unsigned long addr;
	unsigned int places = BIT(SFREG_UNMAP_PLACES) - 1;
	size_t i;

	if (!current->mm)
		return;
	addr = vm_mmap(NULL, 0, 5 * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(addr))
		return;
	WRITE_ONCE(sfreg_unmap_trial.task, current);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		places &= sfreg_unmap_trial_page(addr + order[i] * PAGE_SIZE);
	WRITE_ONCE(sfreg_unmap_trial.task, NULL);
	vm_munmap(addr, 5 * PAGE_SIZE);

	if (hweight32(places) == 1)
		WRITE_ONCE(sfreg_unmap_place, __ffs(places));
	else
		pr_warn("unmap_vmas: range not found (%#x); any munmap ends all windows\n",
			places);
}
