/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What is not for users to call, since who maps the memory has to know its form.
 */
#ifndef SFREG_LIB_LIVE_H
#define SFREG_LIB_LIVE_H

#include <stdint.h>

/*
 * A section with room for @n_rows live rows, to be mapped and placed (struct sfreg_live).
 * Return: a descriptor; -ENOSYS: no module; -EOPNOTSUPP: it has no such sections; or an
 * error of struct sfreg_live.
 */
int sfreg_live_create(uint32_t n_rows);

#endif /* SFREG_LIB_LIVE_H */
