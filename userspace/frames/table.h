/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The windows that came of registered frames, by the address that was registered.
 */
#ifndef SFREG_FRAMES_TABLE_H
#define SFREG_FRAMES_TABLE_H

#include <stdint.h>

/*
 * frames_add() - windows for the call frame information at @begin
 *
 * It ends with a word of 0, as for __register_frame(). Where one of ours lies already, it
 * speaks of code that is gone, and goes. All errors leave the text without a window.
 */
void frames_add(const void *begin);

/* Removes what frames_add() of the same address placed. */
void frames_remove(const void *begin);

#endif /* SFREG_FRAMES_TABLE_H */
