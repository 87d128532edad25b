// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What has become of each byte of the text.
 */
#include <errno.h>
#include <stdlib.h>

#include "ledger.h"

void ledger_covered(struct ledger *ledger, enum synth_kind kind, uint64_t len)
{
	ledger->report.covered[kind] += len;
	ledger->report.described += len;
}

void ledger_corrected(struct ledger *ledger, uint64_t start, uint64_t len, uint32_t erratum)
{
	struct synth_report *report = &ledger->report;
	struct synth_correction *last = report->n_corrected ?
		&report->corrected[report->n_corrected - 1] : NULL;

	ledger_covered(ledger, SYNTH_KIND_CORRECTED, len);
	if (last && last->start + last->len == start && last->erratum == erratum)
		last->len += len;
	else if (report->n_corrected < SYNTH_MAX_CORRECTED)
		report->corrected[report->n_corrected++] =
			(struct synth_correction) { start, len, erratum };
}

void ledger_startup(struct ledger *ledger, uint64_t start, uint64_t len)
{
	struct synth_report *report = &ledger->report;
	struct synth_range *last = report->n_startup ?
		&report->startup[report->n_startup - 1] : NULL;

	report->covered[SYNTH_KIND_STARTUP] += len;
	if (last && last->start + last->len == start)
		last->len += len;
	else if (report->n_startup < SYNTH_MAX_STARTUP)
		report->startup[report->n_startup++] = (struct synth_range) { start, len };
}

void ledger_hole(struct ledger *ledger, uint64_t start, uint64_t end, enum synth_gap why)
{
	struct synth_report *report = &ledger->report;
	struct synth_hole *last = report->n_holes ? &report->holes[report->n_holes - 1] : NULL;

	ledger->report.described += end - start;
	if (!ledger->wanted || start == end || ledger->error)
		return;
	if (last && last->why == why && last->start + last->len == start) {
		last->len = end - last->start;
		return;
	}
	if (report->n_holes == ledger->room) {
		void *more = realloc(report->holes, (2 * (size_t)ledger->room + 64) *
						    sizeof(*report->holes));

		if (!more) {
			ledger->error = -ENOMEM;
			return;
		}
		report->holes = more;
		ledger->room = 2 * ledger->room + 64;
	}
	report->holes[report->n_holes++] = (struct synth_hole) { start, end - start, why };
}

void synth_report_free(struct synth_report *report)
{
	free(report->holes);
	*report = (struct synth_report) { 0 };
}

const char *synth_gap_name(enum synth_gap gap)
{
	static const char *const names[SYNTH_GAP_COUNT] = {
		[SYNTH_GAP_CFA] = "frame address",
		[SYNTH_GAP_RA] = "return address",
		[SYNTH_GAP_FP] = "frame pointer",
		[SYNTH_GAP_SP] = "stack pointer",
		[SYNTH_GAP_CFI] = "unreadable instructions",
		[SYNTH_GAP_OVERLAP] = "described twice",
	};

	return (unsigned int)gap < SYNTH_GAP_COUNT ? names[gap] : "unknown";
}

const char *synth_kind_name(enum synth_kind kind)
{
	static const char *const names[SYNTH_KIND_COUNT] = {
		[SYNTH_KIND_PLAIN] = "plain",
		[SYNTH_KIND_BLOCK] = "repeating block",
		[SYNTH_KIND_FLEXIBLE] = "flexible",
		[SYNTH_KIND_EXTENDED] = "extended",
		[SYNTH_KIND_OUTERMOST] = "outermost",
		[SYNTH_KIND_SIGNAL] = "signal frame",
		[SYNTH_KIND_CORRECTED] = "corrected",
		[SYNTH_KIND_STARTUP] = "start files' functions",
	};

	return (unsigned int)kind < SYNTH_KIND_COUNT ? names[kind] : "unknown";
}
