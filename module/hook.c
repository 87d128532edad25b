// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only file that attaches to the kernel: three ftrace_ops.
 *
 * "Redirect" changes where a call goes: perf_callchain_user() to our walk, and
 * prctl(2) to our door. The callback decides; for everyone else it does nothing
 * and the original runs. "Notify" only listens: fork, exit and unmapped text.
 * "Mapped" listens, too, but only while somebody wants what it hears.
 *
 * No more than these: each costs a tenth of a second to attach and to detach. A
 * callback tells its functions by address.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sfreg.h>

#include "callchain.h"
#include "compat.h"
#include "events.h"
#include "hook.h"
#include "mapping.h"
#include "prctl.h"
#include "space.h"
#include "stats.h"
#include "unmap.h"

struct sfreg_hook {
	const char *name;
	u64 feature;
	unsigned long ip;		/* of the function; 0: not found */
};

/* fentry calls are at the function's first bytes, behind an ENDBR at most. */
#define SFREG_HOOK_REACH	16

enum { SFREG_HOOK_PERF, SFREG_HOOK_PRCTL, SFREG_HOOK_PRCTL_IA32 };
static struct sfreg_hook sfreg_redirects[] = {
	[SFREG_HOOK_PERF]	= { "perf_callchain_user", SFREG_FEAT_PERF },
	[SFREG_HOOK_PRCTL]	= { "__x64_sys_prctl", SFREG_FEAT_PRCTL },
	[SFREG_HOOK_PRCTL_IA32]	= { "__ia32_sys_prctl", SFREG_FEAT_PRCTL },
};

enum { SFREG_HOOK_EXIT, SFREG_HOOK_FORK, SFREG_HOOK_UNMAP };
static struct sfreg_hook sfreg_notifies[] = {
	[SFREG_HOOK_EXIT]	= { "exit_mmap", 0 },
	[SFREG_HOOK_FORK]	= { "uprobe_dup_mmap", SFREG_FEAT_FORK },
	[SFREG_HOOK_UNMAP]	= { "unmap_vmas", SFREG_FEAT_UNMAP },
};

/*
 * By mmap(2), with the mapping in place, and by mprotect(2), before: a function that is called for
 * neither of them else. A kernel without security modules does not have it, but tells of all.
 */
enum { SFREG_HOOK_MMAP, SFREG_HOOK_MPROTECT };
static struct sfreg_hook sfreg_mappeds[] = {
	[SFREG_HOOK_MMAP]	= { "uprobe_mmap", 0 },
	[SFREG_HOOK_MPROTECT]	= { "security_file_mprotect", 0 },
};

static const struct sfreg_hook sfreg_any_mapped = { "vma_set_page_prot", 0 };

static DEFINE_MUTEX(sfreg_hooks_mutex);
static u64 sfreg_hooks_attached;	/* features */
static unsigned int sfreg_mapped_wanted;	/* by so many */

static __always_inline bool sfreg_hook_is(const struct sfreg_hook *hook, unsigned long ip)
{
	return ip - hook->ip < SFREG_HOOK_REACH;
}

/* Any context, NMI included. Everything that is not certainly ours is stock's. */
static __always_inline bool sfreg_take_callchain(const struct pt_regs *regs)
{
	bool ours;

	if (current->flags & (SFREG_PF_WORKER | PF_VCPU) || !current->mm ||
	    !sfreg_callchain_can_walk(regs))
		return false;
	ours = sfreg_space_view(current->mm);
	sfreg_count(ours ? SFREG_STAT_hook_taken : SFREG_STAT_hook_left);
	return ours;
}

/* Init can still fail, and then waits for no reference: nothing before its end. */
static __always_inline bool sfreg_hold_module(void)
{
	return READ_ONCE(THIS_MODULE->state) == MODULE_STATE_LIVE &&
	       try_module_get(THIS_MODULE);
}

/* A system call: the reference keeps the module until its handler is done. */
static void notrace sfreg_redirect_prctl(unsigned long ip, struct ftrace_regs *fregs)
{
	const struct pt_regs *regs = (void *)sfreg_ftrace_arg(fregs, 0);

	if (sfreg_hook_is(&sfreg_redirects[SFREG_HOOK_PRCTL], ip)) {
		if (sfreg_prctl_is_ours(regs->di) && sfreg_hold_module())
			sfreg_ftrace_redirect(fregs, sfreg_prctl_x64);
	} else if (sfreg_hook_is(&sfreg_redirects[SFREG_HOOK_PRCTL_IA32], ip)) {
		if (sfreg_prctl_is_ours(regs->bx) && sfreg_hold_module())
			sfreg_ftrace_redirect(fregs, sfreg_prctl_ia32);
	}
}

static void notrace sfreg_redirect(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (!sfreg_hook_is(&sfreg_redirects[SFREG_HOOK_PERF], ip))
		sfreg_redirect_prctl(ip, fregs);
	else if (sfreg_take_callchain((void *)sfreg_ftrace_arg(fregs, 1)))
		sfreg_ftrace_redirect(fregs, sfreg_callchain_user);
}

static void notrace sfreg_notify(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	void *mm = (void *)sfreg_ftrace_arg(fregs, 0);

	if (sfreg_hook_is(&sfreg_notifies[SFREG_HOOK_UNMAP], ip)) {
		sfreg_unmap_notify(fregs);
	} else if (sfreg_hook_is(&sfreg_notifies[SFREG_HOOK_FORK], ip)) {
		sfreg_space_fork(mm, (void *)sfreg_ftrace_arg(fregs, 1));
	} else if (sfreg_hook_is(&sfreg_notifies[SFREG_HOOK_EXIT], ip)) {
		sfreg_space_exit(mm);
		sfreg_mapping_forget(mm);
	}
}

static void notrace sfreg_mapped(unsigned long ip, unsigned long parent_ip,
				 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct vm_area_struct *vma = (void *)sfreg_ftrace_arg(fregs, 0);

	if (!sfreg_hook_is(&sfreg_mappeds[SFREG_HOOK_MPROTECT], ip) ||
	    sfreg_mappeds[SFREG_HOOK_MPROTECT].name == sfreg_any_mapped.name)
		sfreg_mapping_made(vma);
	else
		sfreg_mapping_protected(vma, sfreg_ftrace_arg(fregs, 2));
}

/* PERMANENT: kernel.ftrace_enabled=0 is refused instead of switching us off. */
static struct ftrace_ops sfreg_redirect_ops = {
	.func = sfreg_redirect,
	.flags = FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_IPMODIFY,
};

static struct ftrace_ops sfreg_notify_ops = {
	.func = sfreg_notify,
	.flags = FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_PERMANENT,
};

static struct ftrace_ops sfreg_mapped_ops = {
	.func = sfreg_mapped,
	.flags = FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_PERMANENT,
};

/* A disabled kprobe is never armed, but knows its symbol's address. */
static unsigned long sfreg_symbol(const char *name)
{
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	unsigned long ip;

	if (register_kprobe(&probe))
		return 0;
	ip = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return ip;
}

/* Attach @ops to those of the @n hooks that have a feature in @wanted (or none). */
static int sfreg_ops_attach(struct ftrace_ops *ops, struct sfreg_hook *hooks, size_t n,
			    u64 wanted)
{
	bool first = true;		/* the filter of an earlier try goes */
	u64 features = 0;
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		if (hooks[i].feature && !(hooks[i].feature & wanted))
			continue;
		if (!hooks[i].ip)
			hooks[i].ip = sfreg_symbol(hooks[i].name);
		err = hooks[i].ip ? 0 : -ENOENT;
		err = err ?: ftrace_set_filter(ops, (char *)hooks[i].name,
					       strlen(hooks[i].name), first);
		if (err)
			return err;
		features |= hooks[i].feature;
		first = false;
	}
	err = register_ftrace_function(ops);
	if (!err)
		sfreg_hooks_attached |= features;
	return err;
}

/* What cannot be had (another may own the function) is done without, and told. */
static void sfreg_redirects_attach(void)
{
	static const u64 tries[] = {
		SFREG_FEAT_PERF | SFREG_FEAT_PRCTL, SFREG_FEAT_PERF, SFREG_FEAT_PRCTL,
	};
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		err = sfreg_ops_attach(&sfreg_redirect_ops, sfreg_redirects,
				       ARRAY_SIZE(sfreg_redirects), tries[i]);
		if (!err)
			return;
		pr_warn("%s%s can not be hooked: %d\n",
			tries[i] & SFREG_FEAT_PERF ? "perf_callchain_user " : "",
			tries[i] & SFREG_FEAT_PRCTL ? "prctl" : "", err);
	}
}

/* If this fails, ftrace is broken, and text it may still call must stay. */
static int sfreg_ops_detach(struct ftrace_ops *ops)
{
	int err;

	if (!(ops->flags & FTRACE_OPS_FL_ENABLED))
		return 0;
	err = unregister_ftrace_function(ops);
	if (err)
		pr_crit("ftrace does not let go: %d\n", err);
	return err;
}

static int sfreg_mapped_attach(void)
{
	if (!sfreg_mapped_wanted || sfreg_mapped_ops.flags & FTRACE_OPS_FL_ENABLED)
		return 0;
	if (!sfreg_symbol(sfreg_mappeds[SFREG_HOOK_MPROTECT].name))
		sfreg_mappeds[SFREG_HOOK_MPROTECT] = sfreg_any_mapped;
	return sfreg_ops_attach(&sfreg_mapped_ops, sfreg_mappeds, ARRAY_SIZE(sfreg_mappeds), 0);
}

int sfreg_hooks_attach(void)
{
	int err;

	mutex_lock(&sfreg_hooks_mutex);
	err = sfreg_hooks_attached ? 0 :
	      sfreg_ops_attach(&sfreg_notify_ops, sfreg_notifies,
			       ARRAY_SIZE(sfreg_notifies), ~0ULL);
	if (!err && !(sfreg_hooks_attached & (SFREG_FEAT_PERF | SFREG_FEAT_PRCTL))) {
		sfreg_unmap_calibrate();
		sfreg_redirects_attach();
	}
	if (!err && sfreg_mapped_attach())
		pr_warn("uprobe_mmap can not be hooked: mapped text is not noted\n");
	mutex_unlock(&sfreg_hooks_mutex);
	return err;
}

int sfreg_hooks_detach(void)
{
	int err;

	mutex_lock(&sfreg_hooks_mutex);
	err = sfreg_ops_detach(&sfreg_redirect_ops);
	err = err ?: sfreg_ops_detach(&sfreg_mapped_ops);
	err = err ?: sfreg_ops_detach(&sfreg_notify_ops);
	if (!err)
		sfreg_hooks_attached = 0;
	mutex_unlock(&sfreg_hooks_mutex);
	return err;
}

/* While sfreg is off, it is only remembered. */
int sfreg_hooks_want_mapped(void)
{
	int err;

	mutex_lock(&sfreg_hooks_mutex);
	sfreg_mapped_wanted++;
	err = sfreg_hooks_attached ? sfreg_mapped_attach() : 0;
	if (err)
		sfreg_mapped_wanted--;
	mutex_unlock(&sfreg_hooks_mutex);
	return err;
}

void sfreg_hooks_leave_mapped(void)
{
	mutex_lock(&sfreg_hooks_mutex);
	if (!--sfreg_mapped_wanted)
		sfreg_ops_detach(&sfreg_mapped_ops);
	mutex_unlock(&sfreg_hooks_mutex);
}

void sfreg_hooks_init(void)
{
	sfreg_events_on_map(sfreg_hooks_want_mapped, sfreg_hooks_leave_mapped);
}

void sfreg_hooks_exit(void)
{
	/* Who listens by tracefs, and not by perf, does not keep the module. */
	sfreg_events_on_map(NULL, NULL);
	/*
	 * A prctl handler that outlived an earlier detach (off, while it was parked), or a
	 * thread that placed what it had mapped, may have put its reference and still
	 * stand in our text.
	 */
	synchronize_rcu_tasks();
	/* Not before: this leaves ops that can not be used again. */
	ftrace_free_filter(&sfreg_redirect_ops);
	ftrace_free_filter(&sfreg_notify_ops);
	ftrace_free_filter(&sfreg_mapped_ops);
}

u64 sfreg_hooks_features(void)
{
	return READ_ONCE(sfreg_hooks_attached);
}
