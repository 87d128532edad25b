// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Reads a file in pieces, each byte at most once: what overlaps a piece that is there
 * already is copied from it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"

/* The piece that holds @at; else NULL, and *@next is where the next piece begins. */
static const struct image_piece *piece_at(const struct image *image, uint64_t at, uint64_t *next)
{
	uint32_t i;

	*next = UINT64_MAX;
	for (i = 0; i < image->n_pieces; i++) {
		const struct image_piece *piece = &image->pieces[i];

		if (piece->at <= at && at - piece->at < piece->len)
			return piece;
		if (piece->at > at && piece->at < *next)
			*next = piece->at;
	}
	return NULL;
}

/* As many of the bytes from @at on as one piece, old or new, has. Return: how many. */
static int64_t fetch_some(struct image *image, uint64_t at, uint64_t len, uint8_t *to)
{
	const struct image_piece *piece;
	uint64_t next;
	int error;

	piece = piece_at(image, at, &next);
	if (piece) {
		uint64_t skip = at - piece->at;

		if (len > piece->len - skip)
			len = piece->len - skip;
		memcpy(to, piece->bytes + skip, len);
		return len;
	}
	if (len > next - at)
		len = next - at;
	if (image->n_pieces == SYNTH_MAX_READS)
		return -EFBIG;
	error = image->source->read(image->source, to, len, at);
	if (error)
		return error;
	image->pieces[image->n_pieces++] = (struct image_piece) { at, len, to };
	return len;
}

int image_fetch(struct image *image, uint64_t at, uint64_t len, const uint8_t **bytes)
{
	uint64_t done = 0;
	uint8_t *to;

	if (at > image->source->size || len > image->source->size - at)
		return -EBADMSG;
	if (len > SYNTH_MAX_CFI_BYTES || image->n_buffers == IMAGE_MAX_FETCHES)
		return -EFBIG;
	to = malloc(len ? len : 1);
	if (!to)
		return -ENOMEM;
	image->buffers[image->n_buffers++] = to;
	while (done < len) {
		int64_t some = fetch_some(image, at + done, len - done, to + done);

		if (some < 0)
			return some;
		done += some;
	}
	*bytes = to;
	return 0;
}

void image_close(struct image *image)
{
	while (image->n_buffers)
		free(image->buffers[--image->n_buffers]);
}

/* --- a source that is an open file ---------------------------------------------- */

static int read_file(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	const struct synth_file *file = (const void *)source;
	ssize_t n;

	while (len) {
		n = pread(file->fd, to, len, at);
		if (n < 0 && errno == EINTR)
			continue;
		/* It has become shorter. */
		if (n <= 0)
			return n ? -errno : -EIO;
		to = (char *)to + n;
		len -= n;
		at += n;
	}
	return 0;
}

int synth_file_init(struct synth_file *file, int fd)
{
	struct statx st;

	/* By what the kernel knows already: nobody who serves a file system is asked. */
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_SIZE, &st))
		return -errno;
	if (!S_ISREG(st.stx_mode))
		return -EINVAL;
	*file = (struct synth_file) { { st.stx_size, read_file }, fd };
	return 0;
}
