/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Numbers as .eh_frame has them; nothing is read outside of [0, len). */
#ifndef SYNTH_ENCODED_H
#define SYNTH_ENCODED_H

#include <dwarf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline bool encoded_uleb(const uint8_t *bytes, uint64_t len, uint64_t *at, uint64_t *value)
{
	unsigned int shift = 0;

	for (*value = 0; *at < len; shift += 7) {
		uint8_t byte = bytes[(*at)++];

		if (shift < 64)
			*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

/* The size of a pointer of format @encoding; 0: none that linkers write. */
static inline unsigned int encoded_size(uint8_t encoding)
{
	switch (encoding & 0x0f) {
	case DW_EH_PE_udata2:
	case DW_EH_PE_sdata2:
		return 2;
	case DW_EH_PE_udata4:
	case DW_EH_PE_sdata4:
		return 4;
	case DW_EH_PE_absptr:
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8:
		return 8;
	default:
		return 0;
	}
}

/*
 * A pointer at *@at, which moves on; @addr is where @bytes lie in memory. Absolute,
 * relative to its own place, or an offset from @addr (DW_EH_PE_datarel).
 */
static inline bool encoded_get(const uint8_t *bytes, uint64_t len, uint64_t *at, uint8_t encoding,
			       uint64_t addr, uint64_t *value)
{
	unsigned int size = encoded_size(encoding);

	if (!size || *at > len || len - *at < size)
		return false;
	*value = 0;
	memcpy(value, bytes + *at, size);
	if (encoding & DW_EH_PE_signed && size < 8)
		*value = (uint64_t)((int64_t)(*value << (64 - 8 * size)) >> (64 - 8 * size));
	switch (encoding & 0xf0) {
	case DW_EH_PE_absptr:
		break;
	case DW_EH_PE_pcrel:
		*value += addr + *at;
		break;
	case DW_EH_PE_datarel:
		*value += addr;
		break;
	default:
		return false;
	}
	*at += size;
	return true;
}

#endif /* SYNTH_ENCODED_H */
