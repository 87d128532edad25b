/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One step of a walk: from a frame's registers to its caller's, by a rule.
 */
#ifndef SFR_STEP_H
#define SFR_STEP_H

#include <sfr_env.h>
#include "rows.h"
#include "walk.h"

/*
 * sfr_step() - apply @rule, which is neither outermost nor a signal frame's
 * @rule: the rule that holds for @regs->pc
 * @addr_max: first address that is not user space
 * @env: for sfr_env_read()
 * @regs: in: the frame's registers; out, on success only: its caller's. The
 *	caller's sp is the frame's CFA
 *
 * Any context, NMI included.
 */
enum sfr_stop sfr_step(const struct sfr_rule *rule, u64 addr_max, void *env,
		       struct sfr_regs *regs);

#endif /* SFR_STEP_H */
