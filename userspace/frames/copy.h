/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Registered frames, copied: nothing says that their lengths lead to memory that is there, and
 * a program that would go on without us must not die of our looking.
 */
#ifndef SFREG_FRAMES_COPY_H
#define SFREG_FRAMES_COPY_H

#include <stddef.h>
#include <stdint.h>

/*
 * frames_copy() - the call frame information at @begin, up to the word of 0 that ends it
 * @bytes: where to put the copy, which is the caller's to free(3)
 * @len: where to put its length, with that word
 *
 * Return: 0; -EFAULT: it leads to where there is no memory; -EFBIG: it does not end within
 * SYNTH_MAX_CFI_BYTES; -ENOMEM.
 */
int frames_copy(const void *begin, uint8_t **bytes, size_t *len);

#endif /* SFREG_FRAMES_COPY_H */
