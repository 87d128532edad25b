/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Writes a section's records into memory, one behind the other. Which there are, and that
 * there is room, the caller knows. No libc, and no symbol: for rooms that have neither.
 */
#ifndef SFRAME_WRITE_H
#define SFRAME_WRITE_H

#include <stdbool.h>

#include "sframe.h"

/* The longest row: a start and seven words of 4 bytes, and the info byte. */
#define SFRAME_MAX_ROW		33

/* What is written may reach so many bytes behind the row's end: the next one's place. */
#define SFRAME_ROW_SLACK	3

/* Of a function entry, index and attributes, whatever the version. */
#define SFRAME_MAX_FUNCTION	21

/* --- rows ----------------------------------------------------------------------- */

struct sframe_words {
	int32_t word[7];
	unsigned int n;
};

static inline void sframe_add(struct sframe_words *words, int32_t word)
{
	words->word[words->n++] = word;
}

/* "Flexible FDE Type Interpretation": a control word, and an offset. */
static inline void sframe_add_place(struct sframe_words *words, uint32_t control, int32_t off)
{
	sframe_add(words, control);
	sframe_add(words, off);
}

static inline uint32_t sframe_register(unsigned int number)
{
	return SFRAME_CONTROL_REG | number << SFRAME_CONTROL_SHIFT;
}

/* As info bytes say it: 0, 1, 2: a word of 1, 2, 4 bytes. */
static inline unsigned int sframe_width_of(int32_t value)
{
	return value == (int8_t)value ? 0 : value == (int16_t)value ? 1 : 2;
}

/* The same of a function's row starts; @last: the highest. */
static inline unsigned int sframe_start_width(uint32_t last)
{
	return last <= 0xff ? 0 : last <= 0xffff ? 1 : 2;
}

struct sframe_unaligned {
	uint32_t value;
} __attribute__((__packed__, __may_alias__));

/* All four bytes; those that are too many will be written over. */
static inline uint8_t *sframe_put(uint8_t *to, uint32_t value, unsigned int width)
{
	((struct sframe_unaligned *)to)->value = value;
	return to + (1u << width);
}

/* Returns the row's end. A control word is below 128: it fits whatever offsets need. */
static inline uint8_t *sframe_put_row(uint8_t *to, uint32_t start, unsigned int start_width,
				      uint8_t info, const struct sframe_words *words)
{
	unsigned int i, width = 0;

	for (i = 0; i < words->n; i++)
		if (sframe_width_of(words->word[i]) > width)
			width = sframe_width_of(words->word[i]);
	to = sframe_put(to, start, start_width);
	*to++ = info | words->n << 1 | width << 5;
	for (i = 0; i < words->n; i++)
		to = sframe_put(to, words->word[i], width);
	return to;
}

/* --- functions ------------------------------------------------------------------ */

/* A record wherever it stands. */
#define SFRAME_STORE(to, type, ...) \
	(((struct { type record; } __attribute__((__packed__, __may_alias__)) *)(to))->record = \
		 (type)__VA_ARGS__)

/* Where the next entry and the next rows go. */
struct sframe_places {
	uint8_t *index, *rows;
	const uint8_t *rows_begin;
};

struct sframe_function {
	int64_t start;		/* relative to the section */
	uint32_t size, n_rows;
	uint8_t info, type, rep_size;
};

static inline void sframe_put_function(struct sframe_places *to, unsigned int version,
				       const struct sframe_function *function)
{
	uint32_t fres = to->rows - to->rows_begin;

	if (version == 2) {
		SFRAME_STORE(to->index, struct sframe_fde_v2, {
			.start = function->start, .size = function->size, .fres = fres,
			.n_fres = function->n_rows, .info = function->info,
			.rep_size = function->rep_size,
		});
		to->index += sizeof(struct sframe_fde_v2);
		return;
	}
	SFRAME_STORE(to->index, struct sframe_index_v3, {
		.start = function->start, .size = function->size, .fres = fres,
	});
	to->index += sizeof(struct sframe_index_v3);
	SFRAME_STORE(to->rows, struct sframe_attributes_v3, {
		.n_fres = function->n_rows, .info = function->info, .info2 = function->type,
		.rep_size = function->rep_size,
	});
	to->rows += sizeof(struct sframe_attributes_v3);
}

/* --- the section ---------------------------------------------------------------- */

struct sframe_counts {
	uint32_t n_fdes, n_fres;
};

struct sframe_section {
	unsigned int version;
	struct sframe_counts plain, extended;
	uint64_t rows_len;	/* without version 3's attributes */
};

static inline uint64_t sframe_index_len(const struct sframe_section *section)
{
	return ((uint64_t)section->plain.n_fdes + section->extended.n_fdes) *
	       (section->version == 2 ? sizeof(struct sframe_fde_v2) :
					sizeof(struct sframe_index_v3));
}

static inline uint64_t sframe_attributes_len(const struct sframe_section *section)
{
	return section->version == 2 ? 0 :
	       ((uint64_t)section->plain.n_fdes + section->extended.n_fdes) *
	       sizeof(struct sframe_attributes_v3);
}

static inline uint64_t sframe_headers_len(const struct sframe_section *section)
{
	return sizeof(struct sframe_header) +
	       (section->extended.n_fdes ? sizeof(struct sframe_extension) : 0);
}

/* The whole section's. */
static inline uint64_t sframe_len(const struct sframe_section *section)
{
	return sframe_headers_len(section) + sframe_index_len(section) +
	       sframe_attributes_len(section) + section->rows_len;
}

/* At @at, aligned to 4; the index and the rows follow. */
static inline struct sframe_places sframe_put_headers(uint8_t *at,
						      const struct sframe_section *section)
{
	uint64_t index_len = sframe_index_len(section);
	bool extended = section->extended.n_fdes;

	SFRAME_STORE(at, struct sframe_header, {
		.magic = SFRAME_MAGIC, .version = section->version, .flags = SFRAME_SORTED,
		.abi = SFRAME_AMD64, .fixed_ra = SFRAME_FIXED_RA,
		.aux_len = extended ? sizeof(struct sframe_extension) : 0,
		.n_fdes = section->plain.n_fdes, .n_fres = section->plain.n_fres,
		.fre_len = sframe_attributes_len(section) + section->rows_len,
		.fre_off = index_len,
	});
	at += sizeof(struct sframe_header);
	if (extended) {
		SFRAME_STORE(at, struct sframe_extension, {
			.magic = SFRAME_EXTENSION_MAGIC, .version = SFRAME_EXTENSION_VERSION,
			.n_fdes = section->extended.n_fdes, .n_fres = section->extended.n_fres,
		});
		at += sizeof(struct sframe_extension);
	}
	return (struct sframe_places) { at, at + index_len, at + index_len };
}

#endif /* SFRAME_WRITE_H */
