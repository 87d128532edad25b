// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The length of an SFrame section from its header: a segment is often longer than
 * the section in it. And whether its linker has made something of it.
 */
#include <stdint.h>

#include "sframe_len.h"

/* Offsets in the header, the same in versions 1 to 3. */
#define AT_VERSION	2
#define AT_FLAGS	3
#define AT_AUX_LEN	7
#define AT_N_FDES	8
#define AT_FRE_LEN	16
#define AT_FDE_OFF	20
#define AT_FRE_OFF	24

#define MAGIC		0xdee2

#define FLAG_SORTED	0x1
#define FLAG_PCREL	0x4

/* Bytes of one function entry in the index. */
static const unsigned char fde_len[] = { [1] = 17, [2] = 20, [3] = 16 };

static uint64_t get_u32(const unsigned char *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

/* All terms are below 2^37: nothing wraps. */
const char *sfreg_sframe_len(const unsigned char *header, unsigned long room,
			     unsigned long *len)
{
	unsigned int version = header[AT_VERSION];
	uint64_t fde_end, fre_end, end;
	uint16_t magic;

	__builtin_memcpy(&magic, header, sizeof(magic));
	if (magic == __builtin_bswap16(MAGIC))
		return "its .sframe is of the other byte order";
	if (magic != MAGIC)
		return "its .sframe does not begin with the magic number";
	if (version == 0 || version >= sizeof(fde_len)) {
		*len = room;
		return NULL;
	}
	/*
	 * The assembler leaves function starts relative to their own fields; a
	 * linker that knows SFrame makes them relative to the section, sorts them,
	 * and says so. Other linkers (gold and lld, as of today) just join the
	 * sections, and the starts are off, unless the PCREL flag allows for it.
	 */
	if (!(header[AT_FLAGS] & (FLAG_SORTED | FLAG_PCREL)))
		return "its linker did not know .sframe";
	if (!get_u32(header + AT_N_FDES))
		return "its .sframe describes no function";

	fde_end = get_u32(header + AT_FDE_OFF) +
		  get_u32(header + AT_N_FDES) * fde_len[version];
	fre_end = get_u32(header + AT_FRE_OFF) + get_u32(header + AT_FRE_LEN);
	end = fde_end > fre_end ? fde_end : fre_end;
	end += SFRAME_HEADER_LEN + header[AT_AUX_LEN];
	if (end > room)
		return "its .sframe is cut short";
	*len = end;
	return NULL;
}
