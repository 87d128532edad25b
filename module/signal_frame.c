// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86-64's signal frame: how to know its trampoline, and what it holds; and all
 * registers, where they are known. May run in NMI.
 *
 * When a handler returns, the stack pointer is just above the frame's first word
 * (the trampoline's address), at its struct ucontext.
 */
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/stddef.h>
#include <linux/uaccess.h>

#include <asm/sigframe.h>
#include <asm/trapnr.h>

#include "core/walk.h"
#include "unwind.h"

/* Offsets from the ucontext. */
#define SFREG_MCONTEXT(field) \
	(offsetof(struct ucontext, uc_mcontext) + offsetof(struct sigcontext_64, field))

/* mov $__NR_rt_sigreturn, %rax (or %eax); syscall: as every libc has it. */
static const u8 mov_rax[] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };
static const u8 mov_eax[] = { 0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05 };

static bool sfreg_is_sigreturn_code(void *env, u64 pc)
{
	u64 code[2];

	/* Words, for that is what can be read; a last byte beyond them: its own. */
	if (!sfr_env_read(env, pc, &code[0]))
		return false;
	if (!memcmp(code, mov_eax, sizeof(mov_eax)))
		return true;
	if (memcmp(code, mov_rax, sizeof(code[0])))
		return false;
	return sfr_env_read(env, pc + 1, &code[1]) &&
	       ((const u8 *)&code[1])[7] == mov_rax[8];
}

/*
 * Handlers are shared by threads and changed under a lock that we can not take:
 * each word is read once, and is only compared. ->sighand is NULL late in exit;
 * RCU keeps what it pointed to. While the kernel is at the restorer's one system call, the
 * pc is behind that instruction, which with every libc is the restorer's last.
 */
static bool sfreg_is_installed_restorer(u64 pc)
{
	struct sighand_struct *sighand = rcu_dereference(current->sighand);
	u64 restorer;
	int i;

	for (i = 0; pc && sighand && i < _NSIG; i++) {
		restorer = (unsigned long)READ_ONCE(sighand->action[i].sa.sa_restorer);
		if (restorer && (restorer == pc || restorer + sizeof(mov_rax) == pc))
			return true;
	}
	return false;
}

bool sfr_env_is_restorer(void *env, u64 pc)
{
	return sfreg_is_installed_restorer(pc) || sfreg_is_sigreturn_code(env, pc);
}

/*
 * Was it a page fault on fetching the instruction at pc: a jump into nowhere? If a
 * call led there, and not a jump, the word at sp is a return address. As a word
 * that only looks like one would send the walk astray, it must be of a window.
 */
static bool sfreg_called_nowhere(void *env, u64 sp, const struct sfr_regs *regs)
{
	u64 trapno, cr2, ra;

	return sfr_env_read(env, sp + SFREG_MCONTEXT(trapno), &trapno) &&
	       trapno == X86_TRAP_PF &&
	       sfr_env_read(env, sp + SFREG_MCONTEXT(cr2), &cr2) && cr2 == regs->pc &&
	       sfr_env_read(env, regs->sp, &ra) && sfr_env_window(env, ra - 1);
}

bool sfr_env_signal_frame(void *env, u64 sp, struct sfr_regs *regs, bool *at_entry)
{
	struct sfreg_unwind *unwind = env;

	if (!sfr_env_read(env, sp + SFREG_MCONTEXT(ip), &regs->pc) ||
	    !sfr_env_read(env, sp + SFREG_MCONTEXT(sp), &regs->sp) ||
	    !sfr_env_read(env, sp + SFREG_MCONTEXT(bp), &regs->fp))
		return false;
	*at_entry = sfreg_called_nowhere(env, sp, regs);
	unwind->signal_sp = sp;
	return true;
}

/* By DWARF number, as the psABI has them: where pt_regs and signal frames keep it. */
static const struct {
	u16 pt_regs, frame;
} sfreg_registers[] = {
	{ offsetof(struct pt_regs, ax), SFREG_MCONTEXT(ax) },
	{ offsetof(struct pt_regs, dx), SFREG_MCONTEXT(dx) },
	{ offsetof(struct pt_regs, cx), SFREG_MCONTEXT(cx) },
	{ offsetof(struct pt_regs, bx), SFREG_MCONTEXT(bx) },
	{ offsetof(struct pt_regs, si), SFREG_MCONTEXT(si) },
	{ offsetof(struct pt_regs, di), SFREG_MCONTEXT(di) },
	{ offsetof(struct pt_regs, bp), SFREG_MCONTEXT(bp) },
	{ offsetof(struct pt_regs, sp), SFREG_MCONTEXT(sp) },
	{ offsetof(struct pt_regs, r8), SFREG_MCONTEXT(r8) },
	{ offsetof(struct pt_regs, r9), SFREG_MCONTEXT(r9) },
	{ offsetof(struct pt_regs, r10), SFREG_MCONTEXT(r10) },
	{ offsetof(struct pt_regs, r11), SFREG_MCONTEXT(r11) },
	{ offsetof(struct pt_regs, r12), SFREG_MCONTEXT(r12) },
	{ offsetof(struct pt_regs, r13), SFREG_MCONTEXT(r13) },
	{ offsetof(struct pt_regs, r14), SFREG_MCONTEXT(r14) },
	{ offsetof(struct pt_regs, r15), SFREG_MCONTEXT(r15) },
};

/* Those that the psABI lets a callee change: rax, rdx, rcx, rsi, rdi, r8 to r11. */
#define SFREG_SCRATCH	0x0f37

bool sfr_env_register(void *env, u8 reg, bool called, u64 *value)
{
	struct sfreg_unwind *unwind = env;

	if (reg >= ARRAY_SIZE(sfreg_registers) || (called && !(SFREG_SCRATCH >> reg & 1)))
		return false;
	reg = array_index_nospec(reg, ARRAY_SIZE(sfreg_registers));
	if (unwind->signal_sp)
		return sfr_env_read(env, unwind->signal_sp + sfreg_registers[reg].frame, value);
	*value = *(const u64 *)((const char *)unwind->regs + sfreg_registers[reg].pt_regs);
	return true;
}
