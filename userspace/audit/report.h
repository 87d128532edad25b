/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
#ifndef SFREG_AUDIT_REPORT_H
#define SFREG_AUDIT_REPORT_H

/*
 * One line each on standard error, if SFREG_DEBUG is set; else nothing.
 */

/* Something about an object: "sfreg: OBJECT: WHAT". */
void sfreg_report(const char *object, const char *what);

/*
 * What came of a window: "sfreg: OBJECT: text START+LEN, .sframe START+LEN: OUTCOME".
 * @error: 0 or -errno
 */
struct window_report {
	const char *object;
	unsigned long text, text_len;
	unsigned long sframe, sframe_len;
	int error;
};

void sfreg_report_window(const struct window_report *report);

/* -errno in plain words. */
const char *sfreg_reason(int error);

#endif /* SFREG_AUDIT_REPORT_H */
