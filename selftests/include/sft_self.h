/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test program's own text: registered by the program itself, from its own
 * .sframe (compile with -Wa,--gsframe), so that a backtrace reaches main.
 */
#ifndef SFT_SELF_H
#define SFT_SELF_H

#include "sft.h"
#include <elf.h>
#include <link.h>

#ifndef PT_GNU_SFRAME
#define PT_GNU_SFRAME	0x6474e554
#endif

struct sft_self {
	uint64_t text, text_len, sframe, sframe_len;
};

static int sft_self_note(struct dl_phdr_info *info, size_t size, void *data)
{
	struct sft_self *self = data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *ph = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type == PT_LOAD && ph->p_flags & PF_X) {
			self->text = start;
			self->text_len = ph->p_memsz;
		} else if (ph->p_type == PT_GNU_SFRAME) {
			self->sframe = start;
			self->sframe_len = ph->p_memsz;
		}
	}
	return 1;	/* the first object is the program; no more */
}

static inline struct sft_self sft_self(void)
{
	struct sft_self self = { 0 };

	dl_iterate_phdr(sft_self_note, &self);
	return self;
}

static inline int sft_self_register(int fd)
{
	struct sft_self self = sft_self();

	return sft_register(fd, self.text, self.text_len,
			    (void *)(uintptr_t)self.sframe, self.sframe_len, 0);
}

#endif /* SFT_SELF_H */
