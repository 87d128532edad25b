// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Names of statuses, for people.
 */
#include <sfr_env.h>
#include "compile.h"
#include "status.h"

static const char *const names[SFR_STATUS_COUNT] = {
	[SFR_OK] = "OK",
	[SFR_ERR_MAGIC] = "MAGIC",
	[SFR_ERR_VERSION] = "VERSION",
	[SFR_ERR_ABI] = "ABI",
	[SFR_ERR_BYTE_ORDER] = "BYTE_ORDER",
	[SFR_ERR_FOREIGN] = "FOREIGN",
	[SFR_ERR_FLAGS] = "FLAGS",
	[SFR_ERR_FDE_TYPE] = "FDE_TYPE",
	[SFR_ERR_TRUNCATED] = "TRUNCATED",
	[SFR_ERR_FIXED_OFFSET] = "FIXED_OFFSET",
	[SFR_ERR_FDE_INFO] = "FDE_INFO",
	[SFR_ERR_FDE_RANGE] = "FDE_RANGE",
	[SFR_ERR_REP_SIZE] = "REP_SIZE",
	[SFR_ERR_OVERLAP] = "OVERLAP",
	[SFR_ERR_FRE_COUNT] = "FRE_COUNT",
	[SFR_ERR_FRE_BOUNDS] = "FRE_BOUNDS",
	[SFR_ERR_FRE_INFO] = "FRE_INFO",
	[SFR_ERR_FRE_ORDER] = "FRE_ORDER",
	[SFR_ERR_FRE_RANGE] = "FRE_RANGE",
	[SFR_ERR_RULE] = "RULE",
	[SFR_ERR_SPAN] = "SPAN",
	[SFR_ERR_ROWS] = "ROWS",
	[SFR_ERR_RULES] = "RULES",
};

const char *sfr_status_name(enum sfr_status status)
{
	return (unsigned int)status < SFR_STATUS_COUNT ? names[status] : "unknown";
}
