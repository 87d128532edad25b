/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
#ifndef SFREG_AUDIT_WINDOWS_H
#define SFREG_AUDIT_WINDOWS_H

/*
 * The windows that the hook has registered for one object: a list, because an
 * object can have several executable segments. Not locked: the loader calls the
 * hook with its own lock held, or before there is a second thread.
 */
struct window {
	struct window *next;
	unsigned long text;
};

/* NULL: no memory. */
struct window *sfreg_window_new(struct window *next, unsigned long text);
/* Returns the window after it. */
struct window *sfreg_window_free(struct window *window);

#endif /* SFREG_AUDIT_WINDOWS_H */
