/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Files that were mapped, as the module hands them out, become known and are bound: whether or not
 * a process that maps them is there yet.
 */
#ifndef SFREG_FILES_H
#define SFREG_FILES_H

#include <stdint.h>

struct broker;
struct makers;

/*
 * @makers: NULL: what is in no cache is made at once. Return: when to call it again, event or
 * not; 0: with the next event or tick.
 */
uint64_t files_learn(struct broker *broker, struct makers *makers);

#endif /* SFREG_FILES_H */
