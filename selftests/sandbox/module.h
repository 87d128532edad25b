/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module, played: a section is a descriptor of its bytes, and what is bound is kept for the
 * test to look at. And time, which passes when a test says so.
 */
#ifndef SELFTESTS_SANDBOX_MODULE_H
#define SELFTESTS_SANDBOX_MODULE_H

#include <stdint.h>
#include <time.h>

#include <sfreg.h>

/* What making a section, and what binding a file ends with, if not 0. */
extern int module_error, bind_error;
/* What the module hands out: a descriptor, or an error. */
extern int next_unbound;
extern uint32_t next_fs_type;
/* For sections, and for files that are bound on one descriptor. */
extern unsigned int module_room, bind_room;
extern uint64_t module_features;

extern unsigned int n_created, n_bound, n_binders;
/* The last file that was bound, or was to be. */
extern struct sfreg_bind last_bind;
extern struct sfreg_bind_text last_texts[SFREG_BIND_TEXTS];

extern time_t time_passed;

#endif /* SELFTESTS_SANDBOX_MODULE_H */
