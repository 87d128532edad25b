// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * .debug_frame as if it were .eh_frame: only the words differ that tell a CIE from a
 * function entry, and where its CIE is. So what reads the one reads the other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

/* The entry at @at: its end, and where that word is, and how long. False: it is none. */
static bool entry_at(const uint8_t *bytes, size_t len, size_t at, size_t *end, size_t *word,
		     size_t *size)
{
	uint64_t length = 0;

	if (len - at < 4)
		return false;
	memcpy(&length, bytes + at, 4);
	*size = length == UINT32_MAX ? 8 : 4;
	*word = at + (*size == 8 ? 12 : 4);
	if (*word > len)
		return false;
	if (*size == 8)
		memcpy(&length, bytes + at + 4, 8);
	if (length < *size || length > len - *word)
		return false;
	*end = *word + length;
	return true;
}

/*
 * A CIE is marked by all ones, which become 0; else it is the CIE's offset, which becomes the
 * distance back to it. An entry whose CIE does not stand before it gets itself, which is none.
 */
static void rewrite(uint8_t *bytes, size_t len)
{
	size_t at, end, word, size;

	for (at = 0; entry_at(bytes, len, at, &end, &word, &size); at = end) {
		uint64_t ones = size == 8 ? UINT64_MAX : UINT32_MAX, id = 0;

		memcpy(&id, bytes + word, size);
		id = id == ones ? 0 : word - (id < at ? id : at);
		memcpy(bytes + word, &id, size);
	}
	/* Nothing follows that has not been rewritten. */
	memset(bytes + at, 0, len - at);
}

int image_debug_frame(struct image *image, struct image_section *section)
{
	uint8_t *copy;
	int error;

	error = image_section(image, ".debug_frame", section);
	if (error || !section->bytes)
		return error;
	if (image->n_buffers == IMAGE_MAX_FETCHES)
		return -EFBIG;
	copy = malloc(section->len);
	if (!copy)
		return -ENOMEM;
	image->buffers[image->n_buffers++] = copy;
	memcpy(copy, section->bytes, section->len);
	rewrite(copy, section->len);
	section->bytes = copy;
	return 0;
}
