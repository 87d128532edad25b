// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Lists function entries: libdw finds them and their CIE, here are the two addresses read
 * that it keeps to itself.
 */
#include <elf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "encoded.h"
#include "entries.h"
#include "program.h"

/* With more, a section would be larger than the module takes. */
#define MAX_ENTRIES	(3u << 20)

struct cie {
	uint64_t at;
	bool known;		/* what follows holds */
	bool good;		/* its instructions may be run */
	bool sized;		/* its entries have a length before their instructions */
	uint8_t encoding;
};

struct reading {
	Elf_Data data;
	const uint8_t *section;
	uint64_t addr, budget;
	struct cie cie;		/* of the last entry; mostly of the next, too */
	size_t room;
};

static const unsigned char ident[EI_NIDENT] = {
	ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT,
};

/* How the CIE's entries write addresses: 'R' tells, among others that have operands. */
static bool read_augmentation(struct cie *cie, const Dwarf_CIE *entry)
{
	const uint8_t *bytes = entry->augmentation_data;
	uint64_t at = 0, len = entry->augmentation_data_size, ignored;
	const char *letter = entry->augmentation;

	cie->encoding = DW_EH_PE_absptr;
	cie->sized = *letter == 'z';
	if (!cie->sized)
		return !letter[strspn(letter, "SB")];
	while (*++letter) {
		switch (*letter) {
		case 'R':
			if (at >= len)
				return false;
			cie->encoding = bytes[at++];
			break;
		case 'L':
			at++;
			break;
		case 'P':
			if (at >= len)
				return false;
			at++;
			if (!encoded_get(bytes, len, &at, bytes[at - 1] & 0x0f, 0, &ignored))
				return false;
			break;
		case 'S':
		case 'B':
			break;
		default:
			/* The rest has a meaning that nobody knows. */
			return true;
		}
	}
	return true;
}

static void read_cie(struct reading *r, uint64_t at)
{
	Dwarf_CFI_Entry entry;
	Dwarf_Off next;
	uint8_t base;

	r->cie = (struct cie) { .at = at };
	if (dwarf_next_cfi(ident, &r->data, true, at, &next, &entry) ||
	    !dwarf_cfi_cie_p(&entry) || !read_augmentation(&r->cie, &entry.cie))
		return;
	base = r->cie.encoding & 0xf0;
	r->cie.known = base == DW_EH_PE_absptr || base == DW_EH_PE_pcrel;
	r->cie.good = program_is_good(r->section,
				      entry.cie.initial_instructions - r->section,
				      entry.cie.initial_instructions_end - r->section,
				      r->cie.encoding, &r->budget);
}

/* Return: has it text? */
static bool read_entry(struct reading *r, uint64_t at, const Dwarf_FDE *fde,
		       struct synth_entry *entry)
{
	uint64_t p = fde->start - r->section, end = fde->end - r->section, size, skip;

	if (r->cie.at != fde->CIE_pointer)
		read_cie(r, fde->CIE_pointer);
	if (!r->cie.known ||
	    !encoded_get(r->section, end, &p, r->cie.encoding, r->addr, &entry->start) ||
	    !encoded_get(r->section, end, &p, r->cie.encoding & 0x0f, 0, &size) ||
	    __builtin_add_overflow(entry->start, size, &entry->end) || !size)
		return false;
	entry->at = at;
	entry->good = r->cie.good;
	if (r->cie.sized) {
		entry->good &= encoded_uleb(r->section, end, &p, &skip) && skip <= end - p;
		p += entry->good ? skip : 0;
	}
	entry->good = entry->good &&
		      program_is_good(r->section, p, end, r->cie.encoding, &r->budget);
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct synth_entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

int synth_entries_read(struct synth_entries *entries, const uint8_t *section, size_t len,
		       uint64_t addr)
{
	struct reading r = {
		.data = {
			.d_buf = (void *)section, .d_size = len, .d_type = ELF_T_BYTE,
			.d_version = EV_CURRENT,
		},
		.section = section, .addr = addr,
		.budget = program_budget(len),
		.cie = { .at = UINT64_MAX },
	};
	Dwarf_Off at = 0, next;
	Dwarf_CFI_Entry entry;
	int status;
	void *more;

	*entries = (struct synth_entries) { 0 };
	for (;; at = next) {
		next = at;
		status = dwarf_next_cfi(ident, &r.data, true, at, &next, &entry);
		/* One that means nothing may still tell where the next is. */
		if (status > 0 || next <= at)
			break;
		if (status || dwarf_cfi_cie_p(&entry))
			continue;
		if (entries->n == MAX_ENTRIES)
			return -EFBIG;
		if (entries->n == r.room) {
			r.room = r.room ? 2 * r.room : 256;
			more = realloc(entries->entry, r.room * sizeof(*entries->entry));
			if (!more)
				return -ENOMEM;
			entries->entry = more;
		}
		entries->n += read_entry(&r, at, &entry.fde, &entries->entry[entries->n]);
	}
	if (entries->n)
		qsort(entries->entry, entries->n, sizeof(*entries->entry), by_start);
	return 0;
}

void synth_entries_disjoin(struct synth_entries *entries)
{
	struct synth_entry *last = NULL;
	uint64_t reach = 0;
	size_t i;

	for (i = 0; i < entries->n; i++) {
		const struct synth_entry *entry = &entries->entry[i];

		if (entry->end > reach)
			reach = entry->end;
		if (!last || entry->start >= last->end) {
			last = last ? last + 1 : entries->entry;
			*last = *entry;
		}
		last->reach = reach;
	}
	entries->n = last ? last - entries->entry + 1 : 0;
}
