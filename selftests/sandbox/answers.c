// SPDX-License-Identifier: GPL-2.0-only
/*
 * A child that says the truth, and children that say the same with one lie in it.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "works.h"

int honest_work(const struct synth_source *source, struct synth_section *section,
		struct synth_report *report)
{
	uint8_t *bytes = malloc(100000);
	struct synth_hole *holes = calloc(2, sizeof(*holes));

	if (!bytes || !holes)
		return -ENOMEM;
	source->read(source, bytes, SYNTH_FIRST_READ, 0);
	source->read(source, bytes, 100000, 5000);
	*section = (struct synth_section){
		.base = 0x1000,
		.n_text = 2,
		.version = 3,
		.text = { { 0x1000, 0x1000, 0x500 }, { 0x3000, 0x2000, FILE_SIZE - 0x2000 } },
		.len = 100000,
		.bytes = bytes,
	};
	if (!report)
		return 0;
	holes[0] = (struct synth_hole){ 0x1010, 4, SYNTH_GAP_CFA };
	holes[1] = (struct synth_hole){ 0x1014, 1, SYNTH_GAP_OVERLAP };
	*report = (struct synth_report){
		.text = 0x500, .described = 0x400, .covered = { 1, 2, 3, 4, 5, 6 },
		.n_functions = 7, .n_rows = 8, .n_holes = 2, .holes = holes,
	};
	return 0;
}

static void lie(void *object)
{
	unsigned long at = deed_now->args[1], size = deed_now->args[2];

	memcpy((char *)object + at, &deed_now->args[3], size);
}

static int lies_of_section(const struct synth_source *source, struct synth_section *section,
			   struct synth_report *report)
{
	int status = honest_work(source, section, report);

	lie(section);
	return status;
}

static int lies_of_report(const struct synth_source *source, struct synth_section *section,
			  struct synth_report *report)
{
	int status = honest_work(source, section, report);

	lie(report);
	return status;
}

static int lies_of_hole(const struct synth_source *source, struct synth_section *section,
			struct synth_report *report)
{
	int status = honest_work(source, section, report);

	lie(&report->holes[deed_now->args[0]]);
	return status;
}

static int fails(const struct synth_source *source, struct synth_section *section,
		 struct synth_report *report)
{
	honest_work(source, section, report);
	return (int)deed_now->args[0];
}

/* Where in an object, how many bytes, what is put there. */
#define SECTION(member, size, value) { 0, offsetof(struct synth_section, member), size, value }
#define REPORT(member, size, value) { 0, offsetof(struct synth_report, member), size, value }
#define HOLE(n, member, size, value) { n, offsetof(struct synth_hole, member), size, value }

const struct misdeed answers[] = {
	{ "a section of one byte too many", lies_of_section, -EPROTO,
	  .args = SECTION(len, 8, SANDBOX_MAX_SECTION + 1) },
	{ "a section of 2^64 - 1 bytes", lies_of_section, -EPROTO,
	  .args = SECTION(len, 8, SIZE_MAX) },
	{ "a section relative to nothing", lies_of_section, -EPROTO,
	  .args = SECTION(base, 8, 0) },
	{ "a section of version 1", lies_of_section, -EPROTO,
	  .args = SECTION(version, 4, 1) },
	{ "a section of version 4", lies_of_section, -EPROTO,
	  .args = SECTION(version, 4, 4) },
	{ "no section, but its version", lies_of_section, -EPROTO,
	  .args = SECTION(len, 8, 0) },
	{ "a text too many", lies_of_section, -EPROTO,
	  .args = SECTION(n_text, 4, SYNTH_MAX_SEGMENTS + 1) },
	{ "a text of no bytes", lies_of_section, -EPROTO,
	  .args = SECTION(text[0].len, 8, 0) },
	{ "a text that ends a byte behind the file", lies_of_section, -EPROTO,
	  .args = SECTION(text[1].len, 8, FILE_SIZE - 0x1fff) },
	{ "a text that begins far behind the file", lies_of_section, -EPROTO,
	  .args = SECTION(text[1].offset, 8, UINT64_MAX - 1) },
	{ "a text that wraps around", lies_of_section, -EPROTO,
	  .args = SECTION(text[1].vaddr, 8, UINT64_MAX - 1) },
	{ "texts that overlap", lies_of_section, -EPROTO,
	  .args = SECTION(text[0].vaddr, 8, 0x3000) },
	{ "a hole too many", lies_of_report, -EPROTO,
	  .args = REPORT(n_holes, 4, SANDBOX_MAX_HOLES + 1) },
	{ "holes that overlap", lies_of_hole, -EPROTO,
	  .args = HOLE(1, start, 8, 0x1013) },
	{ "a hole of no bytes", lies_of_hole, -EPROTO,
	  .args = HOLE(0, len, 8, 0) },
	{ "a hole that wraps around", lies_of_hole, -EPROTO,
	  .args = HOLE(1, len, 8, UINT64_MAX) },
	{ "a hole for no known reason", lies_of_hole, -EPROTO,
	  .args = HOLE(0, why, 4, SYNTH_GAP_COUNT) },
	{ "a hole for a reason below all", lies_of_hole, -EPROTO,
	  .args = HOLE(0, why, 4, -1) },
	{ "a correction too many", lies_of_report, -EPROTO,
	  .args = REPORT(n_corrected, 4, SYNTH_MAX_CORRECTED + 1) },
	{ "a correction of no bytes", lies_of_report, -EPROTO, .args = REPORT(n_corrected, 4, 1) },
	{ "a start file's function too many", lies_of_report, -EPROTO,
	  .args = REPORT(n_startup, 4, SYNTH_MAX_STARTUP + 1) },
	{ "a start file's function of no bytes", lies_of_report, -EPROTO,
	  .args = REPORT(n_startup, 4, 1) },
	{ "status 1", fails, -EPROTO, .args = { 1 } },
	{ "an error that is not synth_make()'s", fails, -EPROTO, .args = { -EPERM } },
	{ "that it is no ELF file", fails, -ENOEXEC, .args = { -ENOEXEC } },
	{ "that the ELF file is broken", fails, -EBADMSG, .args = { -EBADMSG } },
	{ "that it is too big", fails, -EFBIG, .args = { -EFBIG } },
	{ "that memory ran out", fails, -ENOMEM, .args = { -ENOMEM } },
	{}
};
