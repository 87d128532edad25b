// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * seeds DIRECTORY - writes good sections of every version and ABI, version 3's
 * with flexible functions too, for the fuzzer to start from, each behind the byte
 * that chooses the row limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "random_section.h"

#define SEEDS	24

static bool write_seed(const char *dir, int version, int abi, int n)
{
	static struct random_section r;
	static uint8_t bytes[1 << 16];
	char path[4096];
	size_t len;
	FILE *f;

	random_section_of(&r, version, abi, n);
	if (r.section.n_funcs > 8)
		r.section.n_funcs = 1 + n % 8;
	if (n % 4)
		r.section.aux_len = 0;
	len = sfe_emit(&r.section, bytes + 1, sizeof(bytes) - 1);
	snprintf(path, sizeof(path), "%s/v%d-abi%d-%d", dir, version, abi, n);
	f = fopen(path, "wb");
	if (!f || !len)
		return false;
	fwrite(bytes, 1, len + 1, f);
	return !fclose(f);
}

int main(int argc, char **argv)
{
	int version, abi, n;

	if (argc != 2)
		return 1;
	for (version = 1; version <= 3; version++)
		for (abi = SFE_AARCH64_BE; abi <= SFE_S390X; abi++)
			for (n = 0; n < SEEDS && random_knows(version, abi); n++)
				if (!write_seed(argv[1], version, abi, n))
					return 1;
	return 0;
}
