// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* See copy.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../synth/synth.h"
#include "copy.h"

#define PAGE	4096u

struct copy {
	const uint8_t *from;
	uint8_t *bytes;
	size_t len;
};

/*
 * As much as there is, up to @len. Where a policy forbids the call the program is believed, but
 * of no more than the @least that its lengths promise.
 */
static size_t read_own(uint8_t *to, const uint8_t *from, size_t len, size_t least)
{
	const struct iovec local = { to, len };
	const struct iovec remote = { (void *)from, len };
	ssize_t n = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);

	if (n >= 0)
		return n;
	if (errno == EFAULT)
		return 0;
	memcpy(to, from, least);
	return least;
}

/* Makes sure of the first @len bytes; more come along, up to a page's end. */
static int need(struct copy *copy, size_t len)
{
	size_t room = len < 2 * copy->len ? 2 * copy->len : len;
	uint8_t *bytes;

	if (len <= copy->len)
		return 0;
	room += -((uintptr_t)copy->from + room) % PAGE;
	bytes = realloc(copy->bytes, room);
	if (!bytes)
		return -ENOMEM;
	copy->bytes = bytes;
	copy->len += read_own(bytes + copy->len, copy->from + copy->len, room - copy->len,
			      len - copy->len);
	return len <= copy->len ? 0 : -EFAULT;
}

/* The next entry's length, behind which @at is then. */
static int take_length(struct copy *copy, size_t *at, uint64_t *size)
{
	uint32_t word;
	int ret = need(copy, *at + sizeof(word));

	if (ret)
		return ret;
	memcpy(&word, copy->bytes + *at, sizeof(word));
	*at += sizeof(word);
	*size = word;
	if (word != UINT32_MAX)
		return 0;
	ret = need(copy, *at + sizeof(*size));
	if (ret)
		return ret;
	memcpy(size, copy->bytes + *at, sizeof(*size));
	*at += sizeof(*size);
	return 0;
}

static int copy_all(struct copy *copy, size_t *len)
{
	uint64_t size;
	int ret;

	for (*len = 0; *len < SYNTH_MAX_CFI_BYTES; *len += size) {
		ret = take_length(copy, len, &size);
		if (ret || !size)
			return ret;
		if (size > SYNTH_MAX_CFI_BYTES)
			break;
	}
	return -EFBIG;
}

int frames_copy(const void *begin, uint8_t **bytes, size_t *len)
{
	struct copy copy = { .from = begin };
	int ret = copy_all(&copy, len);

	if (ret)
		free(copy.bytes);
	else
		*bytes = copy.bytes;
	return ret;
}
