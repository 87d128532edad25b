/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Stands in for the ABI header inside the source tree. Installed, the real one
 * lies here: not in linux/, which belongs to the distribution's kernel headers.
 */
#include "../../../uapi/linux/sfreg.h"
