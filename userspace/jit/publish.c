// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What the kernel is told. It may have dropped the window meanwhile (its text was unmapped,
 * sfreg was switched off): that shows when it is to be replaced or removed.
 */
#include <errno.h>

#include <sfreg.h>

#include "window.h"

static int publish(struct sfreg_jit *jit)
{
	size_t len = sfreg_jit_section_write(jit->section, jit->text, &jit->table, &jit->rows,
					     &jit->tally);
	const void *text = (const void *)jit->text;
	int ret = -ENOENT;

	if (jit->published)
		ret = sfreg_replace(text, jit->text_len, jit->section, len);
	if (ret == -ENOENT) {
		jit->published = false;
		ret = sfreg_register(text, jit->text_len, jit->section, len);
	}
	if (!ret) {
		jit->published = true;
		jit->changed = false;
	}
	return ret;
}

int sfreg_jit_publish(struct sfreg_jit *jit)
{
	int ret;

	if (!window_enter(jit))
		return -EBUSY;
	ret = publish(jit);
	window_leave(jit);
	return ret;
}

/* 0 also if there is none (any more), or nobody who could have one. */
static int unpublish(struct sfreg_jit *jit)
{
	int ret = 0;

	if (jit->published)
		ret = sfreg_unregister((const void *)jit->text);
	return ret == -ENOENT || ret == -ENOSYS || ret == -ESHUTDOWN ? 0 : ret;
}

static int retire(struct sfreg_jit *jit)
{
	int ret = unpublish(jit);

	if (ret)
		return ret;
	jit->published = false;
	jit->changed = false;
	sfreg_jit_table_clear(&jit->table);
	sfreg_jit_rows_clear(&jit->rows);
	jit->tally = (struct jit_tally) { .n_v3 = 0 };
	return 0;
}

int sfreg_jit_retire(struct sfreg_jit *jit)
{
	int ret;

	if (!window_enter(jit))
		return -EBUSY;
	ret = retire(jit);
	window_leave(jit);
	return ret;
}
