// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Hostile headers: what is not for us, what is unknown, and sums and products
 * that wrap around in 32 bits.
 */
#include "hostile.h"

static void identity(u8 v)
{
	int i;

	hostile_put(v, SFE_H_MAGIC, 2, 0xdee3, SFR_ERR_MAGIC, "another magic number");
	hostile_put(v, SFE_H_MAGIC, 2, 0, SFR_ERR_MAGIC, "no magic number");
	hostile_put(v, SFE_H_MAGIC, 2, 0xe2de, SFR_ERR_BYTE_ORDER, "the magic's bytes swapped");
	hostile_put(v, SFE_H_VERSION, 1, 0, SFR_ERR_VERSION, "version 0");
	hostile_put(v, SFE_H_VERSION, 1, 4, SFR_ERR_VERSION, "version 4");
	hostile_put(v, SFE_H_VERSION, 1, 255, SFR_ERR_VERSION, "version 255");
	hostile_put(v, SFE_H_ABI, 1, 0, SFR_ERR_ABI, "ABI 0");
	hostile_put(v, SFE_H_ABI, 1, 5, SFR_ERR_ABI, "ABI 5");
	hostile_put(v, SFE_H_ABI, 1, 255, SFR_ERR_ABI, "ABI 255");
	hostile_put(v, SFE_H_ABI, 1, SFR_ABI_AARCH64_LE, SFR_ERR_FOREIGN, "AArch64");
	hostile_put(v, SFE_H_ABI, 1, SFR_ABI_AARCH64_BE, SFR_ERR_BYTE_ORDER,
		    "big-endian AArch64 in little endian");
	hostile_put(v, SFE_H_ABI, 1, SFR_ABI_S390X_BE,
		    v == 1 ? SFR_ERR_ABI : SFR_ERR_BYTE_ORDER, "s390x in little endian");
	for (i = 3; i < 8; i++)
		hostile_put(v, SFE_H_FLAGS, 1, 1 << i, SFR_ERR_FLAGS, "a reserved flag");
	hostile_put(v, SFE_H_FIXED_RA, 1, 0, SFR_ERR_FIXED_OFFSET, "no fixed return address");
	hostile_put(v, SFE_H_FIXED_RA, 1, 8, SFR_ERR_FIXED_OFFSET, "return address at CFA + 8");
	hostile_put(v, SFE_H_FIXED_FP, 1, -16, SFR_ERR_FIXED_OFFSET, "a fixed frame pointer");
}

/* Sections of other machines, complete, in their own byte order. */
static void foreign(u8 v)
{
	struct sfe_section s = hostile_base[v];

	s.abi = SFR_ABI_AARCH64_BE;
	s.big_endian = true;
	free(hostile_build(&s, SFR_ERR_FOREIGN, "a big-endian AArch64 section"));
	s.abi = SFR_ABI_S390X_BE;
	free(hostile_build(&s, v == 1 ? SFR_ERR_ABI : SFR_ERR_FOREIGN, "an s390x section"));
	s.abi = SFR_ABI_AMD64_LE;
	free(hostile_build(&s, SFR_ERR_BYTE_ORDER, "a big-endian AMD64 section"));
	s.abi = SFR_ABI_AARCH64_LE;
	free(hostile_build(&s, SFR_ERR_BYTE_ORDER, "AArch64 in the wrong byte order"));
}

/* Numbers whose product with an entry's size is small, in 32 bits. */
static void wrapping(u8 v)
{
	static const u32 times[] = { 0, 0x0f0f0f10, 0x0ccccccd, 0x10000000 };

	hostile_put(v, SFE_H_N_FDES, 4, times[v], SFR_ERR_TRUNCATED,
		    "functions times size wraps");
	hostile_put(v, SFE_H_N_FDES, 4, 0xffffffff, SFR_ERR_TRUNCATED, "2^32 - 1 functions");
	hostile_put(v, SFE_H_N_FDES, 4, 16, SFR_ERR_TRUNCATED,
		    "more functions than bytes");
	hostile_put(v, SFE_H_N_FRES, 4, 0x80000001, SFR_ERR_FRE_BOUNDS, "rows times 2 wraps");
	hostile_put(v, SFE_H_N_FRES, 4, 0xffffffff, SFR_ERR_FRE_BOUNDS, "2^32 - 1 rows");
	hostile_put(v, SFE_H_FDE_OFF, 4, 0xfffffff0, SFR_ERR_TRUNCATED,
		    "index offset + length wraps");
	hostile_put(v, SFE_H_FDE_OFF, 4, 0xffffffe4, SFR_ERR_TRUNCATED,
		    "header + index offset wraps");
	hostile_put(v, SFE_H_FRE_OFF, 4, 0xfffffff0, SFR_ERR_TRUNCATED,
		    "row offset + length wraps");
	hostile_put(v, SFE_H_FRE_LEN, 4, 0xfffffff0, SFR_ERR_TRUNCATED,
		    "length of the rows wraps");
	hostile_put(v, SFE_H_AUX_LEN, 1, 255, SFR_ERR_TRUNCATED,
		    "an auxiliary header that swallows the section");
}

/* Each prefix lies in memory that ends where it ends. */
static void prefixes(u8 v)
{
	u8 bytes[512];
	size_t len = sfe_emit(&hostile_base[v], bytes, sizeof(bytes)), n;
	struct sfr_table *t;
	int others = 0;

	for (n = 0; n < len; n++)
		others += build_bytes(bytes, n, &t) != SFR_ERR_TRUNCATED;
	hostile_seen[SFR_ERR_TRUNCATED] = true;
	is(others, 0, "V%u, every shorter length: TRUNCATED", v);
	hostile_bytes(bytes, len, SFR_OK, "the whole length");
}

static void no_functions(u8 v)
{
	struct sfe_section s = { .version = v };
	struct sfr_table *t = hostile_build(&s, SFR_OK, "a header without functions");

	is(t ? sfr_table_rows(t) : 0, 1, "V%u, is an empty table", v);
	free(t);
	s.aux_len = 255;
	free(hostile_build(&s, SFR_OK, "an auxiliary header and nothing else"));
}

void hostile_header(void)
{
	u8 v;

	for (v = 1; v <= 3; v++) {
		identity(v);
		foreign(v);
		wrapping(v);
		prefixes(v);
		no_functions(v);
	}
	hostile_put(1, SFE_H_FLAGS, 1, 0x04, SFR_ERR_FLAGS, "starts from their field");
	hostile_put(3, SFE_H_FLAGS, 1, 0x02, SFR_ERR_FLAGS, "frame pointer kept");
}
