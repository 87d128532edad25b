// SPDX-License-Identifier: GPL-2.0-only
/*
 * What toolchains are known to leave out or to get wrong, each as narrow as it
 * can be said.
 */
#include "compare.h"

enum absence absence_of(const struct site *site, struct cfi *cfi, u64 said)
{
	(void)site; (void)cfi; (void)said;
	return ABSENT_UNEXPLAINED;
}

const char *absence_name(enum absence a)
{
	static const char *const names[] = { "unexplained", "inexpressible", "foreign" };

	return names[a];
}

int cause_of(const struct site *site)
{
	(void)site;
	return -1;
}

const char *cause_name(int cause)
{
	(void)cause;
	return "";
}
