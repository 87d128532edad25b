/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * SFrame on disk: constants and sizes, as the specification names its parts
 * (sframe-spec: "SFrame Section", versions 1 to 3). Fields are read one by one
 * with cursor.h, never through a structure: version 1's function entries and
 * every row are unaligned, and the byte order may be the other one.
 */
#ifndef SFR_FORMAT_H
#define SFR_FORMAT_H

/* "SFrame Preamble" and "SFrame Header"; an auxiliary header may follow. */
#define SFR_MAGIC		0xdee2
#define SFR_MAGIC_SWAPPED	0xe2de	/* of the other byte order */
#define SFR_HEADER_SIZE		28

/* "SFrame Flags". */
#define SFR_F_SORTED		0x01	/* a claim, never trusted */
#define SFR_F_FRAME_POINTER	0x02	/* V1, V2 */
#define SFR_F_START_PCREL	0x04	/* V2, V3: starts relative to their field */

/*
 * "SFrame FDE". V1 and V2: s32 start, u32 size, u32 offset of the first FRE,
 * u32 number of FREs, u8 info; V2 adds u8 repeat size and u16 padding. V3: an
 * index entry of s64 start, u32 size, u32 offset; at that offset in the FRE
 * sub-section u16 number of FREs, u8 info, u8 info2, u8 repeat size, and then
 * the FREs.
 */
#define SFR_V1_FDE_SIZE		17
#define SFR_V2_FDE_SIZE		20
#define SFR_V3_INDEX_SIZE	16

/* "The SFrame FDE Info Word". */
#define SFR_FDE_WIDTH_MASK	0x0f	/* of row starts: 0, 1, 2: 1, 2, 4 bytes */
#define SFR_FDE_WIDTH_MAX	2
#define SFR_FDE_PC_TYPE		0x10	/* set: pc mod repeat size >= row start */
#define SFR_FDE_PAUTH_KEY	0x20	/* AArch64 only */
#define SFR_FDE_SIGNAL		0x80	/* V3 */

/* V3's second info byte. */
#define SFR_FDE_TYPE_MASK	0x1f
#define SFR_FDE_TYPE_DEFAULT	0
#define SFR_FDE_TYPE_FLEXIBLE	1
#define SFR_FDE_TYPE_ADDEND	2	/* sfreg's extension only */
#define SFR_FDE_TYPE_INDEXED	3	/* the same */
#define SFR_FDE_TYPE_EXACT	4	/* the same */

/*
 * sfreg's extension of version 3, an auxiliary header of this magic, version and size
 * (Documentation/format.md): u8[4] magic, u8 version, u8[3] zero, u32 number of FDEs, u32
 * number of FREs. So many more index entries, of the types above, follow the ordinary
 * ones. Whoever does not know it reads the section without them.
 */
#define SFR_EXT_MAGIC		0x58524653	/* "SFRX" in little endian */
#define SFR_EXT_VERSION		1
#define SFR_EXT_SIZE		16

/*
 * Version 1 has no repeat size. The one producer of such entries, ld, describes
 * AMD64's procedure linkage table with them, whose entries are 16 bytes.
 */
#define SFR_V1_REP_SIZE		16

/* "The SFrame FRE Info Word". */
#define SFR_FRE_BASE_SP		0x01	/* else FP */
#define SFR_FRE_COUNT(info)	(((info) >> 1) & 0x0f)
#define SFR_FRE_WIDTH(info)	(((info) >> 5) & 0x03)
#define SFR_FRE_WIDTH_MAX	2
#define SFR_FRE_MANGLED_RA	0x80	/* AArch64 only */

/* A flexible FDE's control words; the DWARF register's number is above these. */
#define SFR_CONTROL_REG		0x01	/* the base is a register, else the CFA */
#define SFR_CONTROL_DEREF	0x02
#define SFR_CONTROL_RESERVED	0x04
#define SFR_CONTROL_REG_SHIFT	3

/* The smallest row: a start of one byte and the info byte. */
#define SFR_FRE_MIN_SIZE	2

#endif /* SFR_FORMAT_H */
