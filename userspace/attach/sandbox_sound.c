// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What a child says of a section and its report, before anybody relies on it: counts within
 * their arrays, ranges within the file and in order. Whether it is true, nobody can tell.
 */
#include "sandbox_inside.h"

static bool text_is_sound(const struct synth_section *section, uint64_t size)
{
	uint64_t end = 0;

	if (section->n_text > SYNTH_MAX_SEGMENTS)
		return false;
	for (uint32_t i = 0; i < section->n_text; i++) {
		const struct synth_segment *text = &section->text[i];

		if (!text->len || text->len > size || text->offset > size - text->len ||
		    text->vaddr < end || text->vaddr > UINT64_MAX - text->len)
			return false;
		end = text->vaddr + text->len;
	}
	return true;
}

bool sandbox_section_is_sound(const struct synth_section *section, uint64_t size)
{
	if (section->len > SANDBOX_MAX_SECTION || !text_is_sound(section, size))
		return false;
	if (!section->len)
		return !section->version;
	return section->base && (section->version == 2 || section->version == 3);
}

static bool corrections_are_sound(const struct synth_report *report)
{
	uint64_t end = 0;

	if (report->n_corrected > SYNTH_MAX_CORRECTED)
		return false;
	for (uint32_t i = 0; i < report->n_corrected; i++) {
		const struct synth_correction *correction = &report->corrected[i];

		if (!correction->len || correction->start < end ||
		    correction->start > UINT64_MAX - correction->len)
			return false;
		end = correction->start + correction->len;
	}
	return true;
}

static bool startup_is_sound(const struct synth_report *report)
{
	uint64_t end = 0;

	if (report->n_startup > SYNTH_MAX_STARTUP)
		return false;
	for (uint32_t i = 0; i < report->n_startup; i++) {
		const struct synth_range *range = &report->startup[i];

		if (!range->len || range->start < end || range->start > UINT64_MAX - range->len)
			return false;
		end = range->start + range->len;
	}
	return true;
}

bool sandbox_report_is_sound(const struct synth_report *report)
{
	return report->n_holes <= SANDBOX_MAX_HOLES && corrections_are_sound(report) &&
	       startup_is_sound(report);
}

bool sandbox_holes_are_sound(const struct synth_report *report)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < report->n_holes; i++) {
		const struct synth_hole *hole = &report->holes[i];

		if (!hole->len || hole->start < end || hole->start > UINT64_MAX - hole->len ||
		    hole->why < 0 || hole->why >= SYNTH_GAP_COUNT)
			return false;
		end = hole->start + hole->len;
	}
	return true;
}
