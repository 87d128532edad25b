// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Where the file says that it is to be entered: DT_INIT and DT_FINI are _init() and _fini();
 * among the addresses in the arrays of constructors and destructors are frame_dummy() and
 * __do_global_dtors_aux(), which lead to the rest. Only what no function entry describes is looked
 * at, and a file that has something else there has no rows there, or others that are right.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "startup.h"

/* Libraries come first in a dynamic section: so many. */
#define MAX_DYNAMIC	(256 * sizeof(Elf64_Dyn))
/* Constructors that have a priority come first. */
#define MAX_WORDS	64
/* On either side of an address: gcc's four functions are 0xe0 bytes together. */
#define AROUND		(FLOW_MAX_TEXT / 2)

enum { INIT, FINI, INIT_ARRAY, FINI_ARRAY, N_ENTRANCES };

struct entrance {
	uint64_t addr, len;
};

struct search {
	struct startup *startup;
	struct image *image;
	const struct synth_entries *entries;
	struct entrance entrance[N_ENTRANCES];
};

/* --- what the headers say ---------------------------------------------------------- */

/* *@bytes is NULL: the file has been read in too many pieces already. */
static int fetch(struct image *image, uint64_t at, uint64_t len, const uint8_t **bytes)
{
	int error;

	*bytes = NULL;
	error = image_fetch(image, at, len, bytes);
	return error == -EFBIG ? 0 : error;
}

/* What is loaded at @addr: at most @limit bytes; *@len: how many there are. */
static int fetch_loaded(struct image *image, uint64_t addr, uint64_t limit,
			const uint8_t **bytes, uint64_t *len)
{
	uint64_t at, loaded;
	int error;

	*bytes = NULL;
	*len = 0;
	if (image_loaded_from(image, addr, &at, &loaded))
		return 0;
	if (loaded > limit)
		loaded = limit;
	error = fetch(image, at, loaded, bytes);
	if (!error && *bytes)
		*len = loaded;
	return error;
}

static void note_dynamic(struct search *search, const Elf64_Dyn *dyn)
{
	struct entrance *entrance = search->entrance;

	switch (dyn->d_tag) {
	case DT_INIT:
		entrance[INIT].addr = dyn->d_un.d_ptr;
		break;
	case DT_FINI:
		entrance[FINI].addr = dyn->d_un.d_ptr;
		break;
	case DT_INIT_ARRAY:
		entrance[INIT_ARRAY].addr = dyn->d_un.d_ptr;
		break;
	case DT_INIT_ARRAYSZ:
		entrance[INIT_ARRAY].len = dyn->d_un.d_val;
		break;
	case DT_FINI_ARRAY:
		entrance[FINI_ARRAY].addr = dyn->d_un.d_ptr;
		break;
	case DT_FINI_ARRAYSZ:
		entrance[FINI_ARRAY].len = dyn->d_un.d_val;
		break;
	}
}

/* By its address, as the dynamic linker finds it. */
static int read_dynamic(struct search *search, const Elf64_Phdr *phdr)
{
	const uint8_t *bytes;
	const Elf64_Dyn *dyn;
	uint64_t len;
	int error;

	error = fetch_loaded(search->image, phdr->p_vaddr,
			     phdr->p_filesz < MAX_DYNAMIC ? phdr->p_filesz : MAX_DYNAMIC,
			     &bytes, &len);
	if (error)
		return error;
	dyn = (const void *)bytes;
	for (len /= sizeof(*dyn); len && dyn->d_tag != DT_NULL; len--, dyn++)
		note_dynamic(search, dyn);
	return 0;
}

static void read_sections(struct search *search)
{
	static const char *const names[N_ENTRANCES] = {
		".init", ".fini", ".init_array", ".fini_array",
	};
	const struct image *image = search->image;
	const Elf64_Shdr *shdr = image->sections;
	uint32_t i, what;

	for (i = 0; i < image->n_sections; i++, shdr++)
		for (what = 0; what < N_ENTRANCES; what++)
			if (shdr->sh_name < image->names_len &&
			    !strcmp(image->names + shdr->sh_name, names[what]))
				search->entrance[what] =
					(struct entrance) { shdr->sh_addr, shdr->sh_size };
}

/* A program that is linked statically may have no dynamic section. */
static int find_entrances(struct search *search)
{
	const struct image *image = search->image;
	const Elf64_Phdr *phdr = image->segments;
	uint32_t i;

	for (i = 0; i < image->n_segments; i++, phdr++)
		if (phdr->p_type == PT_DYNAMIC)
			return read_dynamic(search, phdr);
	read_sections(search);
	return 0;
}

/* --- text that nobody describes ------------------------------------------------------ */

struct span {
	uint64_t from, to;
};

static void narrow(struct span *span, uint64_t from, uint64_t to)
{
	if (span->from < from)
		span->from = from;
	if (span->to > to)
		span->to = to;
}

/* Narrows *@span to what lies between function entries around @addr. False: one describes it. */
static bool is_between(const struct synth_entries *entries, uint64_t addr, struct span *span)
{
	size_t low = 0, high = entries->n, middle;

	/* To the first that begins behind @addr. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (entries->entry[middle].start <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	narrow(span, low ? entries->entry[low - 1].reach : 0,
	       low < entries->n ? entries->entry[low].start : UINT64_MAX);
	return span->from <= addr;
}

static const struct synth_segment *text_of(const struct image *image, uint64_t addr)
{
	uint32_t i;

	for (i = 0; i < image->n_text; i++)
		if (addr - image->text[i].vaddr < image->text[i].len)
			return &image->text[i];
	return NULL;
}

/* Return: the piece of text that has been read already and has @addr in it. */
static struct flow *flow_of(struct startup *startup, uint64_t addr)
{
	struct flow *flow;

	for (flow = startup->texts; flow < startup->texts + startup->n_texts; flow++)
		if (addr - flow->addr < flow->len)
			return flow;
	return NULL;
}

/* @addr is in none of the pieces: that is where *@span may be. */
static void keep_apart(const struct startup *startup, uint64_t addr, struct span *span)
{
	uint32_t i;

	for (i = 0; i < startup->n_texts; i++) {
		const struct flow *flow = &startup->texts[i];

		if (flow->addr > addr)
			narrow(span, 0, flow->addr);
		else
			narrow(span, flow->addr + flow->len, UINT64_MAX);
	}
}

/* Reads what is around @addr and can belong to it. *@flow is NULL: nothing can. */
static int read_around(struct search *search, uint64_t addr, struct flow **flow)
{
	struct startup *startup = search->startup;
	const struct synth_segment *text = text_of(search->image, addr);
	struct span span = { addr < AROUND ? 0 : addr - AROUND, addr + AROUND };
	const uint8_t *bytes;
	int error;

	*flow = NULL;
	if (!text || startup->n_texts == STARTUP_MAX_TEXTS ||
	    !is_between(search->entries, addr, &span))
		return 0;
	narrow(&span, text->vaddr, text->vaddr + text->len);
	keep_apart(startup, addr, &span);
	error = fetch(search->image, text->offset + (span.from - text->vaddr),
		      span.to - span.from, &bytes);
	if (error || !bytes)
		return error;
	*flow = &startup->texts[startup->n_texts++];
	(*flow)->addr = span.from;
	(*flow)->len = span.to - span.from;
	(*flow)->bytes = bytes;
	return 0;
}

static int enter(struct search *search, uint64_t addr)
{
	struct flow *flow = flow_of(search->startup, addr);
	int error = 0;

	if (!addr)
		return 0;
	if (!flow)
		error = read_around(search, addr, &flow);
	if (flow)
		flow_enter(flow, addr);
	return error;
}

/* --- arrays -------------------------------------------------------------------------- */

/* What a relocation would put there the linker has put there, too. */
static int enter_array(struct search *search, const struct entrance *entrance)
{
	const uint64_t limit = MAX_WORDS * sizeof(uint64_t);
	const uint64_t *word;
	const uint8_t *bytes;
	uint64_t len;
	int error;

	error = fetch_loaded(search->image, entrance->addr,
			     entrance->len < limit ? entrance->len : limit, &bytes, &len);
	if (error)
		return error;
	word = (const void *)bytes;
	for (len /= sizeof(*word); len && !error; len--, word++)
		error = enter(search, *word);
	return error;
}

/* The first run behind @addr. */
static struct flow_run run_behind(const struct startup *startup, uint64_t addr)
{
	struct flow_run first = { .start = UINT64_MAX }, run;
	uint32_t i;

	for (i = 0; i < startup->n_texts; i++)
		if (flow_run(&startup->texts[i], addr, &run) && run.start < first.start)
			first = run;
	return first;
}

int startup_find(struct startup *startup, struct image *image,
		 const struct synth_entries *entries)
{
	struct search search = { startup, image, entries, { { 0 } } };
	int error = 0;

	if (!image->in_memory)
		error = find_entrances(&search);
	if (!error)
		error = enter_array(&search, &search.entrance[INIT_ARRAY]);
	if (!error)
		error = enter_array(&search, &search.entrance[FINI_ARRAY]);
	if (!error)
		error = enter(&search, search.entrance[INIT].addr);
	if (!error)
		error = enter(&search, search.entrance[FINI].addr);
	startup->next = run_behind(startup, 0);
	return error;
}

bool startup_take(struct startup *startup, uint64_t limit, struct flow_run *run)
{
	if (startup->next.start >= limit)
		return false;
	*run = startup->next;
	startup->next = run_behind(startup, run->end);
	return true;
}
