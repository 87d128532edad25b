// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The module places all or nothing and names the window that it refuses: that one is
 * left out, and the rest tried again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"

int batch_add(struct batch *batch, int section_fd, const struct map *map, uint64_t start,
	      uint64_t len, uint64_t base)
{
	int fd = fcntl(section_fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	batch->maps[batch->n] = *map;
	batch->entries[batch->n++] = (struct sfreg_place_entry) {
		.section_fd = fd,
		.text_start = start,
		.text_len = len,
		.sframe_base = base,
	};
	return 0;
}

static void drop(struct batch *batch, uint32_t i)
{
	close(batch->entries[i].section_fd);
	batch->n--;
	memmove(&batch->entries[i], &batch->entries[i + 1],
		(batch->n - i) * sizeof(*batch->entries));
	memmove(&batch->maps[i], &batch->maps[i + 1], (batch->n - i) * sizeof(*batch->maps));
}

/*
 * EEXIST, EPERM: there is a window, of the process itself or of another outsider, since we
 * looked. EFAULT: the text has been unmapped.
 */
static bool is_harmless(int error)
{
	return error == -EEXIST || error == -EPERM || error == -EFAULT;
}

int batch_place(struct batch *batch, int mem_fd)
{
	uint32_t failed;
	int error;

	while (batch->n) {
		error = sfreg_place(mem_fd, batch->entries, batch->n, &failed);
		if (!error)
			return 0;
		if (failed >= batch->n)
			return error;
		if (!is_harmless(error) && !batch->error)
			batch->error = error;
		drop(batch, failed);
	}
	return 0;
}

/* Gaps have no window any more; what is there must be of the file, at its place. */
static bool is_as_it_was(const struct map *was, const struct sfreg_place_entry *entry,
			 const struct maps *all)
{
	uint64_t end = entry->text_start + entry->text_len;

	for (size_t i = maps_from(all, entry->text_start); i < all->n; i++) {
		const struct map *is = &all->map[i];

		if (is->start >= end)
			break;
		if (!map_same_file(is, was) || is->start - is->offset != was->start - was->offset)
			return false;
	}
	return true;
}

uint32_t batch_verify(struct batch *batch, int mem_fd, const struct maps *all)
{
	for (uint32_t i = 0; i < batch->n;) {
		__u64 key = batch->entries[i].text_start;

		if (is_as_it_was(&batch->maps[i], &batch->entries[i], all)) {
			i++;
			continue;
		}
		/* Gone already, perhaps; or another outsider has been here: he will be again. */
		sfreg_remove(mem_fd, &key, 1, NULL);
		drop(batch, i);
	}
	return batch->n;
}

void batch_clear(struct batch *batch)
{
	while (batch->n)
		drop(batch, batch->n - 1);
	batch->error = 0;
}
