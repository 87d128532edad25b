/* SPDX-License-Identifier: GPL-2.0-only */
/* On and off. */
#ifndef SFREG_CONTROL_H
#define SFREG_CONTROL_H

/* As the parameter "enabled" says at load. */
int sfreg_control_init(void);
/* Off for good: a later write to the parameter changes nothing. */
void sfreg_control_exit(void);

#endif /* SFREG_CONTROL_H */
