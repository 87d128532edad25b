/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes large SFrame sections, record by record: functions and rows that are
 * accepted, and as tiresome as their maker wants.
 */
#ifndef SECTION_MAKER_H
#define SECTION_MAKER_H

#include <stdlib.h>
#include <string.h>

#include <sfr_env.h>

struct section_maker {
	u8 version;		/* 2, or 3 */
	bool sorted;		/* what the header says */
	u8 *index, *fres;
	size_t index_len, fre_len, room;
	u32 n_fdes, n_fres;
};

static inline void maker_init(struct section_maker *m, u8 version, size_t size)
{
	*m = (struct section_maker){ .version = version, .sorted = true };
	m->room = size + 4096;
	m->index = malloc(m->room);
	m->fres = malloc(m->room);
}

static inline size_t maker_len(const struct section_maker *m)
{
	return 28 + m->index_len + m->fre_len;
}

static inline void maker_put(u8 *at, size_t *len, u64 value, unsigned int bytes)
{
	memcpy(at + *len, &value, bytes);
	*len += bytes;
}

/* A function of which @n_fres rows follow; @info and @info2 as on disk. */
static inline void maker_func(struct section_maker *m, s64 start, u32 size, u32 n_fres,
			      u8 info, u8 info2, u8 rep_size)
{
	maker_put(m->index, &m->index_len, start, m->version == 3 ? 8 : 4);
	maker_put(m->index, &m->index_len, size, 4);
	maker_put(m->index, &m->index_len, m->fre_len, 4);
	if (m->version == 3) {
		maker_put(m->fres, &m->fre_len, n_fres, 2);
		maker_put(m->fres, &m->fre_len, info | info2 << 8 | rep_size << 16, 3);
	} else {
		maker_put(m->index, &m->index_len, n_fres, 4);
		maker_put(m->index, &m->index_len, info | rep_size << 8, 4);
	}
	m->n_fdes++;
	m->n_fres += n_fres;
}

/* A row of @n words of @width bytes each. */
static inline void maker_row(struct section_maker *m, u32 start, unsigned int start_width,
			     bool by_sp, const s32 *words, unsigned int n, unsigned int width)
{
	unsigned int i;

	maker_put(m->fres, &m->fre_len, start, start_width);
	maker_put(m->fres, &m->fre_len, by_sp | n << 1 | width / 2 << 5, 1);
	for (i = 0; i < n; i++)
		maker_put(m->fres, &m->fre_len, words[i], width);
}

/* The section, which the caller frees; the maker is of no use any more. */
static inline u8 *maker_finish(struct section_maker *m)
{
	const u8 head[8] = { 0xe2, 0xde, m->version, m->sorted, 3, 0, (u8)-8 };
	const u32 words[5] = { m->n_fdes, m->n_fres, m->fre_len, 0, m->index_len };
	u8 *bytes = malloc(maker_len(m));

	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + 8, words, sizeof(words));
	memcpy(bytes + 28, m->index, m->index_len);
	memcpy(bytes + 28 + m->index_len, m->fres, m->fre_len);
	free(m->index);
	free(m->fres);
	return bytes;
}

#endif /* SECTION_MAKER_H */
