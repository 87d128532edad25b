// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * OpenSSL's assembly, as in Debian 12. Each entry has been compared with the instructions,
 * one by one.
 */
#include <errno.h>

#include "errata.h"

struct erratum {
	const char *name;	/* for people */
	uint32_t size;
	uint64_t hash;		/* of its text, without: */
	uint16_t fields[5];	/* 4 bytes each, to a 0: how far other objects' functions are */
	/* Bytes of the function, and the CFA there: as said, and as it is. */
	uint32_t from, to;
	struct place wrong, right;
};

static const struct erratum known[] = {
	/*
	 * lea (%rsp),%r10; sub $0x108,%rsp; and $-16,%rsp; ... lea (%r10),%rsp; repz ret. Of
	 * all this nothing is said; r10 is not touched between.
	 */
	{
		.name = "bn_gather5", .size = 0x280, .hash = 0xa8316654e0843cfe,
		.from = 0x4, .to = 0x280,
		.wrong = { .base = REG_SP, .off = 8 }, .right = { .base = 10, .off = 8 },
	},
	/* lea 0x58(%rsp),%rsp; repz ret: as if that had taken more of the stack. */
	{
		.name = "x25519_fe51_sqr", .size = 0x1d4, .hash = 0x99b9ce733b56fd1a,
		.from = 0x1d2, .to = 0x1d4,
		.wrong = { .base = REG_SP, .off = 184 }, .right = { .base = REG_SP, .off = 8 },
	},
	/* The same, with 0x48. */
	{
		.name = "x25519_fe64_sqr", .size = 0x1a0, .hash = 0xcc85dcdb467d7279,
		.from = 0x19e, .to = 0x1a0,
		.wrong = { .base = REG_SP, .off = 168 }, .right = { .base = REG_SP, .off = 8 },
	},
	/*
	 * mov %rsp,%rbp; ... sub %rax,%rsp: of the latter nothing is said; rbp stays. It calls
	 * AES_encrypt and AES_decrypt.
	 */
	{
		.name = "bsaes_xts_decrypt", .size = 0x84b, .hash = 0xb856684d4caae72d,
		.fields = { 0x2c, 0x74b, 0x7b6, 0x801 },
		.from = 0x47, .to = 0x82e,
		.wrong = { .base = REG_SP, .off = 128 },
		.right = { .base = REG_FP, .off = 128 },
	},
};

#define N_KNOWN		(sizeof(known) / sizeof(*known))

/* Other files have functions that look like one until their text is read: not more than these. */
#define MAX_READS	SYNTH_MAX_CORRECTED

const char *synth_erratum_name(uint32_t erratum)
{
	return erratum < N_KNOWN ? known[erratum].name : "unknown";
}

/* FNV-1a. Who makes a file that collides with another could have written its rules at once. */
static uint64_t hash_of(const struct erratum *e, const uint8_t *bytes)
{
	uint64_t hash = 0xcbf29ce484222325;
	const uint16_t *field = e->fields;
	uint32_t i;

	for (i = 0; i < e->size; i++) {
		if (i && i == *field) {
			i += 3;
			field++;
			continue;
		}
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	}
	return hash;
}

/* Is that the CFA in all of [@at, @end), and the rule one that rows can say? */
static bool says(struct frames *frames, uint64_t at, uint64_t end, const struct place *cfa)
{
	struct description d;
	struct rule rule;
	bool pc_matters;
	uint64_t next;

	for (; at < end; at = next) {
		next = frames_row(frames, at, &d);
		if (!next)
			return false;
		rule = rule_at(&d, at, &pc_matters);
		if (pc_matters || rule.gap != SYNTH_GAP_COUNT ||
		    (rule.kind != SYNTH_KIND_PLAIN && rule.kind != SYNTH_KIND_FLEXIBLE) ||
		    !place_equal(&rule.cfa, cfa))
			return false;
	}
	return true;
}

/* Of text that is in one segment. Not: -ENOENT. */
static int read_text(struct errata *errata, struct image *image,
		     const struct synth_entry *entry, const uint8_t **bytes)
{
	uint32_t i;
	int error;

	for (i = 0; i < image->n_text; i++) {
		const struct synth_segment *text = &image->text[i];

		if (entry->start < text->vaddr || entry->end > text->vaddr + text->len)
			continue;
		errata->n_reads++;
		error = image_fetch(image, text->offset + (entry->start - text->vaddr),
				    entry->end - entry->start, bytes);
		/* The file has been read in too many pieces already. */
		return error == -EFBIG ? -ENOENT : error;
	}
	return -ENOENT;
}

int errata_find(struct errata *errata, struct image *image, struct frames *frames,
		const struct synth_entry *entry, struct correction *correction)
{
	const struct erratum *e;
	const uint8_t *text;
	int error;

	*correction = (struct correction) { 0 };
	if (!entry->good || errata->n_reads == MAX_READS || image->in_memory)
		return 0;
	for (e = known; e < known + N_KNOWN; e++)
		if (entry->end - entry->start == e->size &&
		    says(frames, entry->start + e->from, entry->start + e->to, &e->wrong))
			break;
	if (e == known + N_KNOWN)
		return 0;
	error = read_text(errata, image, entry, &text);
	if (error)
		return error == -ENOENT ? 0 : error;
	if (hash_of(e, text) == e->hash)
		*correction = (struct correction) {
			entry->start + e->from, entry->start + e->to, e->right, e - known,
		};
	return 0;
}
