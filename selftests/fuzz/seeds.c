// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * seeds DIRECTORY - writes good sections of every version for the fuzzer to
 * start from, each behind the byte that chooses the row limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "random_section.h"

static int write_seed(const char *dir, int version, int n)
{
	static struct random_section r;
	static uint8_t bytes[1 << 16];
	char path[4096];
	size_t len;
	FILE *f;

	random_section(&r, version, n);
	if (r.section.n_funcs > 8)
		r.section.n_funcs = 1 + n % 8;
	if (n % 4)
		r.section.aux_len = 0;
	len = sfe_emit(&r.section, bytes + 1, sizeof(bytes) - 1);
	snprintf(path, sizeof(path), "%s/v%d-%d", dir, version, n);
	f = fopen(path, "wb");
	if (!f || !len)
		return 1;
	fwrite(bytes, 1, len + 1, f);
	return fclose(f) != 0;
}

int main(int argc, char **argv)
{
	int version, n, failed = argc != 2;

	for (version = 1; version <= 3; version++)
		for (n = 0; n < 40 && !failed; n++)
			failed = write_seed(argv[1], version, n);
	return failed;
}
