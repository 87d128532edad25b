/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Keeps struct synth_report; nobody wants one: costs nothing. */
#ifndef SYNTH_LEDGER_H
#define SYNTH_LEDGER_H

#include "synth.h"

struct ledger {
	struct synth_report report;
	bool wanted;
	uint32_t room;
	int error;		/* -ENOMEM */
};

void ledger_covered(struct ledger *ledger, enum synth_kind kind, uint64_t len);
/* Counted in no other kind. */
void ledger_corrected(struct ledger *ledger, uint64_t start, uint64_t len, uint32_t erratum);
/* What no function entry describes. */
void ledger_startup(struct ledger *ledger, uint64_t start, uint64_t len);
void ledger_hole(struct ledger *ledger, uint64_t start, uint64_t end, enum synth_gap why);

#endif /* SYNTH_LEDGER_H */
