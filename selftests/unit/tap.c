// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See tap.h: one count for all files of a program. */
#include "tap.h"

int tap_count, tap_failures;
