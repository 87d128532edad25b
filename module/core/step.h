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
 * @walk: on success it stands on the caller
 * @rule: the rule that holds where the walk stands
 *
 * Any context, NMI included.
 */
enum sfr_stop sfr_step(struct sfr_walk *walk, const struct sfr_rule *rule);

#endif /* SFR_STEP_H */
