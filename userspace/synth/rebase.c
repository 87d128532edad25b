// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The starts of functions count from the section or, with a flag, from their own place in
 * it: either way they all change by what the section moves by.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "rebase.h"
#include "../sframe/sframe.h"

/* How many there are more than the header says. */
static uint64_t n_more(const struct sframe_header *header, const uint8_t *aux)
{
	static const struct sframe_extension ours = {
		.magic = SFRAME_EXTENSION_MAGIC, .version = SFRAME_EXTENSION_VERSION,
	};
	struct sframe_extension extension;

	if (header->version != 3 || header->aux_len != sizeof(extension))
		return 0;
	memcpy(&extension, aux, sizeof(extension));
	if (memcmp(&extension, &ours, offsetof(struct sframe_extension, n_fdes)))
		return 0;
	return extension.n_fdes;
}

static bool add_v2(uint8_t *at, int64_t delta)
{
	struct sframe_fde_v2 fde;

	memcpy(&fde, at, sizeof(fde));
	if (__builtin_add_overflow(fde.start, delta, &fde.start))
		return false;
	memcpy(at, &fde, sizeof(fde));
	return true;
}

static bool add_v3(uint8_t *at, int64_t delta)
{
	struct sframe_index_v3 index;

	memcpy(&index, at, sizeof(index));
	if (__builtin_add_overflow(index.start, delta, &index.start))
		return false;
	memcpy(at, &index, sizeof(index));
	return true;
}

int rebase(uint8_t *bytes, size_t len, int64_t delta)
{
	struct sframe_header header;
	uint64_t at, n, size;

	if (len < sizeof(header))
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	if ((header.version != 2 && header.version != 3) ||
	    len - sizeof(header) < header.aux_len)
		return -EBADMSG;
	n = header.n_fdes + n_more(&header, bytes + sizeof(header));
	at = sizeof(header) + header.aux_len + header.fde_off;
	size = header.version == 3 ? sizeof(struct sframe_index_v3) :
				     sizeof(struct sframe_fde_v2);
	if (at + n * size > len)
		return -EBADMSG;
	for (; n; n--, at += size)
		if (!(header.version == 3 ? add_v3 : add_v2)(bytes + at, delta))
			return -ERANGE;
	return 0;
}
