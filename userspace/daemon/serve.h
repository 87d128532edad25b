/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * sfregd's life, from its start to SIGTERM.
 */
#ifndef SFREG_SERVE_H
#define SFREG_SERVE_H

#include "follow.h"

/* Return: 0: it was told to end; or why it cannot go on: see serve_why(). */
int serve(const struct follow_options *options);

/* In plain words. */
const char *serve_why(int error);

#endif /* SFREG_SERVE_H */
