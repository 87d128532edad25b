// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <sys/sysmacros.h>
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

static int call(const struct binder *binder, int mem, const struct map *map,
		const struct stat *file, const struct broker_object *object)
{
	struct sfreg_bind_text texts[SYNTH_MAX_SEGMENTS];
	struct sfreg_bind bind = {
		.size = sizeof(bind),
		.address = map->start,
		.mem_fd = file ? mem : -1,
		.section_fd = object->section_fd,
		.texts = (uintptr_t)texts,
		.n_texts = object->section_fd < 0 ? 0 : object->n_text,
	};

	for (uint32_t i = 0; i < bind.n_texts; i++) {
		const struct synth_segment *text = &object->text[i];

		texts[i] = (struct sfreg_bind_text) {
			.offset = text->offset,
			/* The vDSO is mapped as a whole. */
			.len = file ? text->len : map->end - map->start - text->offset,
			.base = object->base - text->vaddr,
		};
	}
	if (file) {
		bind.dev_major = major(map->dev);
		bind.dev_minor = minor(map->dev);
		bind.inode = map->inode;
		bind.file_size = file->st_size;
		bind.mtime_sec = file->st_mtim.tv_sec;
		bind.mtime_nsec = file->st_mtim.tv_nsec;
		bind.ctime_sec = file->st_ctim.tv_sec;
		bind.ctime_nsec = file->st_ctim.tv_nsec;
	}
	return sfreg_bind(binder->fd, &bind);
}

void binder_bind(struct binder *binder, int mem, const struct map *map, const struct stat *file,
		 const struct broker_object *object)
{
	int error = call(binder, mem, map, file, object);

	if (error == -ENOSPC && binder->bound && !binder_begin(binder))
		error = call(binder, mem, map, file, object);
	if (!error)
		binder->bound++;
	else if (error == -EPERM || error == -ENOSPC)
		binder_end(binder);
}
