// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <unistd.h>

#include <sfreg.h>

#include "binder.h"
#include "broker.h"

_Static_assert(SYNTH_MAX_SEGMENTS <= SFREG_BIND_TEXTS, "an object's texts fit");

int binder_begin(struct binder *binder)
{
	struct sfreg_info info = { .size = sizeof(info) };
	int error;

	binder_end(binder);
	binder->turn++;
	error = sfreg_info(&info);
	if (error)
		return error;
	if (!(info.features & SFREG_FEAT_BIND))
		return -EOPNOTSUPP;
	binder->fd = sfreg_binder_open();
	return binder->fd < 0 ? binder->fd : 0;
}

void binder_end(struct binder *binder)
{
	if (binder->fd >= 0)
		close(binder->fd);
	binder->fd = -1;
	binder->bound = 0;
}

static int call(const struct binder *binder, struct sfreg_bind bind,
		const struct broker_object *object, uint64_t vdso_len)
{
	struct sfreg_bind_text texts[SYNTH_MAX_SEGMENTS];

	bind.size = sizeof(bind);
	bind.section_fd = object->section_fd;
	bind.texts = (uintptr_t)texts;
	bind.n_texts = object->section_fd < 0 ? 0 : object->n_text;
	for (uint32_t i = 0; i < bind.n_texts; i++) {
		const struct synth_segment *text = &object->text[i];

		texts[i] = (struct sfreg_bind_text) {
			.offset = text->offset,
			.len = vdso_len ? vdso_len - text->offset : text->len,
			.base = object->base - text->vaddr,
		};
	}
	return sfreg_bind(binder->fd, &bind);
}

static void bind_or_end(struct binder *binder, const struct sfreg_bind *bind,
			const struct broker_object *object, uint64_t vdso_len)
{
	int error = call(binder, *bind, object, vdso_len);

	if (error == -ENOSPC && binder->bound && !binder_begin(binder))
		error = call(binder, *bind, object, vdso_len);
	if (!error)
		binder->bound++;
	else if (error == -EPERM || error == -ENOSPC)
		binder_end(binder);
}

void binder_bind(struct binder *binder, int fd, const struct stat *file,
		 const struct broker_object *object)
{
	const struct sfreg_bind bind = {
		.file_fd = fd,
		.file_size = file->st_size,
		.mtime_sec = file->st_mtim.tv_sec,
		.mtime_nsec = file->st_mtim.tv_nsec,
		.ctime_sec = file->st_ctim.tv_sec,
		.ctime_nsec = file->st_ctim.tv_nsec,
	};

	bind_or_end(binder, &bind, object, 0);
}

/* It is mapped as a whole. */
void binder_bind_vdso(struct binder *binder, const struct map *map,
		      const struct broker_object *object)
{
	const struct sfreg_bind bind = { .file_fd = -1 };

	bind_or_end(binder, &bind, object, map->end - map->start);
}

int binder_next(const struct binder *binder, uint32_t *fs_type)
{
	return binder->fd < 0 ? -ENODATA : sfreg_next_unbound(binder->fd, fs_type);
}
