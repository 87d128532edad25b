/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests that want no more than a bound file.
 */
#ifndef BOUND_FIXTURE_H
#define BOUND_FIXTURE_H

#include "bound.h"

FIXTURE(bound) {
	struct bound b;
};

FIXTURE_SETUP(bound)
{
	ASSERT_TRUE(bound_open(&self->b));
	/* What was mapped before has got none. */
	EXPECT_NO_WINDOW(&self->b);
}

FIXTURE_TEARDOWN(bound)
{
	bound_close(&self->b);
}

#endif /* BOUND_FIXTURE_H */
