/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SFREG_SIGNAL_INFO_H
#define SFREG_SIGNAL_INFO_H

struct sfreg_frame;
struct sfreg_unwind;

/*
 * Says in @frame, a discontinuity that the walk stands on, what its signal frame
 * says besides the registers. Between the walk's start and its end.
 */
void sfreg_signal_info(struct sfreg_unwind *unwind, struct sfreg_frame *frame);

#endif /* SFREG_SIGNAL_INFO_H */
