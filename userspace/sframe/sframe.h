/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * SFrame on disk, versions 2 and 3, as far as it is written here (sframe-spec). All in the
 * machine's own byte order.
 */
#ifndef SFRAME_SFRAME_H
#define SFRAME_SFRAME_H

#include <stdint.h>

#define SFRAME_MAGIC		0xdee2
#define SFRAME_SORTED		0x01
#define SFRAME_AMD64		3
#define SFRAME_FIXED_RA		(-8)

/* Version 3 counts a function's rows in 16 bits. */
#define SFRAME_MAX_ROWS		0xffff

struct sframe_header {
	uint16_t magic;
	uint8_t version, flags, abi;
	int8_t fixed_fp, fixed_ra;
	uint8_t aux_len;
	uint32_t n_fdes, n_fres, fre_len, fde_off, fre_off;
};

/* sfreg's auxiliary header: so many functions and rows more, of its types. */
struct sframe_extension {
	uint8_t magic[4];
	uint8_t version, pad[3];
	uint32_t n_fdes, n_fres;
};

#define SFRAME_EXTENSION_MAGIC		{ 'S', 'F', 'R', 'X' }
#define SFRAME_EXTENSION_VERSION	1

struct sframe_fde_v2 {
	int32_t start;
	uint32_t size, fres, n_fres;
	uint8_t info, rep_size;
	uint16_t pad;
};

struct sframe_index_v3 {
	int64_t start;
	uint32_t size, fres;
};

struct sframe_attributes_v3 {
	uint16_t n_fres;
	uint8_t info, info2, rep_size;
} __attribute__((__packed__));

_Static_assert(sizeof(struct sframe_header) == 28, "sframe_header");
_Static_assert(sizeof(struct sframe_extension) == 16, "sframe_extension");
_Static_assert(sizeof(struct sframe_fde_v2) == 20, "sframe_fde_v2");
_Static_assert(sizeof(struct sframe_index_v3) == 16, "sframe_index_v3");
_Static_assert(sizeof(struct sframe_attributes_v3) == 5, "sframe_attributes_v3");

/* info; below: the width of rows' starts, 0, 1, 2: 1, 2, 4 bytes */
#define SFRAME_PC_TYPE		0x10
#define SFRAME_SIGNAL		0x80	/* version 3 */

/* info2 */
#define SFRAME_TYPE_DEFAULT	0
#define SFRAME_TYPE_FLEXIBLE	1
#define SFRAME_TYPE_ADDEND	2	/* the extension's */
#define SFRAME_TYPE_INDEXED	3	/* the same */
#define SFRAME_TYPE_EXACT	4	/* the same */

/* A row's info; number of words << 1, their width << 5. */
#define SFRAME_BASE_SP		0x01

#define SFRAME_CONTROL_REG	0x01
#define SFRAME_CONTROL_DEREF	0x02
#define SFRAME_CONTROL_SHIFT	3

#endif /* SFRAME_SFRAME_H */
