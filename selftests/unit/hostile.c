// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See hostile.h. */
#include "hostile.h"

static const struct sfe_row two[] = {
	{ .start = 0, .base = SFE_SP, .cfa = 8 },
	{ .start = 4, .base = SFE_SP, .cfa = 16, .fp = -16 },
};

static const struct sfe_row end[] = { { .outermost = true } };

static const struct sfe_func funcs[] = {
	{ .start = 0x1000, .size = 0x20, SFE_ROWS(two) },
	{ .start = 0x1020, .size = 0x40, .pc_type = 1, .rep_size = 16, SFE_ROWS(two) },
	{ .start = 0x1080, .size = 0x20, SFE_ROWS(two) },
	{ .start = 0x10a0, .size = 0x10, SFE_ROWS(end) },
};

const struct sfe_section hostile_base[4] = {
	[1] = { .version = 1, .sorted = true, SFE_FUNC_ARRAY(funcs) },
	[2] = { .version = 2, .sorted = true, SFE_FUNC_ARRAY(funcs) },
	[3] = { .version = 3, .sorted = true, SFE_FUNC_ARRAY(funcs) },
};

bool hostile_seen[SFR_STATUS_COUNT];

void hostile_judge(enum sfr_status got, enum sfr_status want, const char *what)
{
	hostile_seen[got] = true;
	if (!ok(got == want, "%s: %s", what, sfr_status_name(want)))
		printf("# got %s\n", sfr_status_name(got));
}

void hostile_bytes(const void *bytes, size_t len, enum sfr_status want, const char *what)
{
	struct sfr_table *t;

	hostile_judge(build_bytes(bytes, len, &t), want, what);
	free(t);
}

void hostile_put(u8 version, size_t at, unsigned int n, u64 value, enum sfr_status want,
		 const char *what)
{
	const struct sfe_section *s = &hostile_base[version];
	u8 bytes[512];
	size_t len = sfe_emit(s, bytes, sizeof(bytes));
	char name[128];

	sfe_put(s, bytes, at, n, value);
	snprintf(name, sizeof(name), "V%u, %s", version, what);
	hostile_bytes(bytes, len, want, name);
}

struct sfr_table *hostile_build(const struct sfe_section *s, enum sfr_status want,
				const char *what)
{
	struct sfr_table *t;
	char name[128];

	snprintf(name, sizeof(name), "V%u, %s", s->version, what);
	hostile_judge(build(s, &t), want, name);
	return t;
}
