// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A window's memory: one mapping, of which pages are used as they are needed.
 */
#include <errno.h>
#include <sys/mman.h>

#include "../lib/syscall.h"
#include "options.h"
#include "window.h"

/* The parts, one behind the other, each at the begin of a page. */
struct layout {
	uint64_t refs, blocks, rows, section, end;
};

static uint64_t page_up(uint64_t len)
{
	return (len + 4095) & ~(uint64_t)4095;
}

/* A function has a row at least. */
static uint32_t max_functions(const struct sfreg_jit_options *options)
{
	return options->max_functions < options->max_rows ? options->max_functions :
							    options->max_rows;
}

static struct layout lay_out(const struct sfreg_jit_options *options)
{
	uint64_t n_blocks = table_blocks(max_functions(options));
	struct layout layout;

	layout.refs = page_up(sizeof(struct sfreg_jit));
	layout.blocks = layout.refs + page_up(n_blocks * sizeof(struct jit_ref));
	layout.rows = layout.blocks + n_blocks * sizeof(struct jit_block);
	layout.section = layout.rows +
			 page_up((uint64_t)options->max_rows * sizeof(struct sfreg_jit_row));
	layout.end = layout.section + page_up(section_room(options->max_rows));
	return layout;
}

int sfreg_jit_open(const struct sfreg_jit_options *options, struct sfreg_jit **opened)
{
	struct sfreg_jit *jit;
	struct layout layout;
	long map;

	if (!options_valid(options) || !options->max_functions)
		return -EINVAL;
	layout = lay_out(options);
	map = sys_call(__NR_mmap, 0, layout.end, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map < 0 && map >= -4095)
		return -ENOMEM;
	jit = (struct sfreg_jit *)map;
	jit->map_len = layout.end;
	jit->text = (uintptr_t)options->text;
	jit->text_len = options->text_len;
	jit->table.refs = (struct jit_ref *)(map + layout.refs);
	jit->table.blocks = (struct jit_block *)(map + layout.blocks);
	jit->table.max = max_functions(options);
	jit->rows.rows = (struct sfreg_jit_row *)(map + layout.rows);
	jit->rows.max = options->max_rows;
	jit->section = (uint8_t *)(map + layout.section);
	jit->perf_map.fd = -1;
	if (options->flags & SFREG_JIT_PERF_MAP)
		sfreg_jit_perf_map_open(&jit->perf_map);
	*opened = jit;
	return 0;
}

void sfreg_jit_close(struct sfreg_jit *jit)
{
	if (!jit)
		return;
	sfreg_jit_retire(jit);
	sfreg_jit_perf_map_close(&jit->perf_map);
	sys_call(__NR_munmap, (long)jit, jit->map_len, 0, 0, 0, 0);
}
