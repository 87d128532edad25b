// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks over one chain of calls, again and again, at three depths: all walkers
 * see the same frames, and must return the same pcs.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "chain.h"
#include "walkers.h"

#define PT_GNU_SFRAME	0x6474e554
#define MAX_OBJECTS	32
#define MAX_FRAMES	256
/* A walker's own frames, before the chain's, at most; the chain is longer by as many. */
#define OWN_FRAMES	4
/* Walks of one measurement: so many frames. */
#define BATCH_FRAMES	16384

static const unsigned int depths[] = { 16, 64, MAX_FRAMES };
static struct chain_link links[MAX_FRAMES + OWN_FRAMES + 1];
static bool have_libsframe, with_fp;
u64 chain_pcs[MAX_FRAMES];

/* An object without a section has a window with an empty table all the same. */
static const u8 empty_section[28] = {
	0xe2, 0xde, 2, 1, SFR_ABI_AMD64_LE, 0, (u8)-8,
};

/* --- windows -------------------------------------------------------------------- */

struct found {
	struct win wins[MAX_OBJECTS];
	unsigned int n;
};

static int find_object(struct dl_phdr_info *info, size_t size, void *data)
{
	const void *section = empty_section;
	struct found *found = data;
	struct win *win = &found->wins[found->n];
	size_t len = sizeof(empty_section);
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		u64 at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_GNU_SFRAME) {
			section = (const void *)at;
			len = p->p_memsz;
		} else if (p->p_type == PT_LOAD && p->p_flags & PF_X) {
			win->window.start = at;
			win->window.end = at + p->p_memsz;
		}
	}
	if (!win->window.start || found->n == MAX_OBJECTS - 1)
		return 0;
	win->object = calloc(1, sizeof(*win->object));
	object_init(win->object, section, len);
	if (have_libsframe && section != empty_section)
		libsframe_object(win->object);
	win->window.base = (u64)section;
	win->window.table = win->object->table;
	found->n++;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct win *x = a, *y = b;

	return (x->window.start > y->window.start) - (x->window.start < y->window.start);
}

static void find_windows(void)
{
	static struct found found;

	dl_iterate_phdr(find_object, &found);
	qsort(found.wins, found.n, sizeof(found.wins[0]), by_address);
	chain_env.root = root_of(found.wins, found.n);
	printf("%u windows", found.n);
}

/* --- one depth ------------------------------------------------------------------ */

static bool takes_part(const struct walker *w)
{
	if (bench_options.only)
		return !strcmp(w->name, bench_options.only);
	return (with_fp || !w->by_fp) && (w->quick || !bench_options.quick) &&
	       (have_libsframe || strcmp(w->name, "libsframe"));
}

/* The frames from the chain's last function on, where all walkers are to agree. */
static unsigned int chain_part(u64 *pcs, unsigned int n, u64 last, const u64 **part)
{
	unsigned int own;

	for (own = 0; own < OWN_FRAMES && own < n; own++)
		if (pcs[own] == last)
			break;
	*part = pcs + own;
	return n - own;
}

static void check(const struct walker *w, unsigned int frames, u64 last, u64 *wanted)
{
	u64 pcs[MAX_FRAMES + OWN_FRAMES];
	const u64 *part;
	unsigned int i, n;

	n = chain_part(pcs, w->walk(pcs, frames + OWN_FRAMES), last, &part);
	if (n < frames)
		bench_fail("%s: %u frames, wanted %u", w->name, n, frames);
	for (i = 0; i < frames; i++) {
		if (!wanted[i])
			wanted[i] = part[i];
		if (part[i] != wanted[i])
			bench_fail("%s: frame %u: %#lx, wanted %#lx", w->name, i, part[i],
				   wanted[i]);
	}
}

static __attribute__((noinline)) double time_walks(const struct walker *w, unsigned int frames)
{
	unsigned int i, seen = 0, walks = bench_options.once ? 64 : BATCH_FRAMES / frames;
	u64 pcs[MAX_FRAMES];
	double from;

	from = bench_now();
	for (i = 0; i < walks; i++) {
		bench_serialise();
		seen += w->walk(pcs, frames);
	}
	from = bench_now() - from;
	if (seen != walks * frames)
		bench_fail("%s: %u frames of %u", w->name, seen, walks * frames);
	return from / seen;
}

static double median_of(const char *name, double (*ns)[BENCH_ROUNDS])
{
	double copy[BENCH_ROUNDS];
	unsigned int i;

	for (i = 0; i < n_walkers; i++)
		if (!strcmp(walkers[i].name, name))
			break;
	memcpy(copy, ns[i], sizeof(copy));
	return bench_median(copy, bench_rounds());
}

static void report(unsigned int frames, double (*ns)[BENCH_ROUNDS])
{
	const char *verb = with_fp ? "walk" : "walk_no_fp";
	unsigned int i;

	printf("%6u", frames);
	for (i = 0; i < n_walkers; i++) {
		double median;

		if (!takes_part(&walkers[i]))
			continue;
		median = median_of(walkers[i].name, ns);
		printf(" %13.2f", median);
		bench_figure(median, "ns/frame", "%s.%s.%u", verb, walkers[i].name, frames);
	}
	if (!bench_options.only) {
		double ratio = median_of("sfreg", ns) / median_of("unw_backtrace", ns);

		printf(" %20.2f", ratio);
		bench_figure(ratio, "ratio", "%s.sfreg_to_unw_backtrace.%u", verb, frames);
	}
	if (!bench_options.only && !bench_options.quick) {
		double ratio = median_of("decode", ns) / median_of("sfreg", ns);

		printf(" %13.1f", ratio);
		bench_figure(ratio, "ratio", "%s.decode_to_sfreg.%u", verb, frames);
	}
	putchar('\n');
}

static __attribute__((noinline)) long chain_end(const struct chain_link *next, long x)
{
	static double ns[MAX_WALKERS][BENCH_ROUNDS];
	unsigned int i, round, frames = next - links - 1 - OWN_FRAMES;
	u64 last = (u64)__builtin_return_address(0);

	memset(chain_pcs, 0, sizeof(chain_pcs));
	for (i = 0; i < n_walkers; i++)
		if (takes_part(&walkers[i]) && !walkers[i].part)
			check(&walkers[i], frames, last, chain_pcs);
	for (round = 0; round < bench_rounds(); round++)
		for (i = 0; i < n_walkers; i++)
			if (takes_part(&walkers[i]))
				ns[i][round] = time_walks(&walkers[i], frames);
	report(frames, ns);
	return x;
}

/* --- the chain ------------------------------------------------------------------ */

/* Hops from object to object, to a function that the chain has not yet. */
static void lay_chain(void)
{
	static const struct chain_link *const objects[] = { chain_0, chain_1, chain_2 };
	static bool used[CHAIN_OBJECTS][CHAIN_FUNCTIONS];
	unsigned int i, object, function;
	uint64_t random = 1;

	for (i = 0; i < MAX_FRAMES + OWN_FRAMES; i++) {
		do {
			object = bench_random(&random) % CHAIN_OBJECTS;
			function = bench_random(&random) % CHAIN_FUNCTIONS;
		} while (used[object][function]);
		used[object][function] = true;
		links[i] = objects[object][function];
	}
}

static void print_head(void)
{
	unsigned int i;

	printf(", a chain over 3 objects of %u functions, %s frame pointers; ns per frame\n",
	       CHAIN_FUNCTIONS, with_fp ? "with" : "without");
	printf("frames");
	for (i = 0; i < n_walkers; i++)
		if (takes_part(&walkers[i]))
			printf(" %13s", walkers[i].name);
	if (!bench_options.only)
		printf(" %20s", "sfreg/unw_backtrace");
	if (!bench_options.only && !bench_options.quick)
		printf(" %13s", "decode/sfreg");
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned int i;
	long x = 0;

	bench_start(argc, argv);
	with_fp = CHAIN_WITH_FP;
	walkers_init();
	have_libsframe = libsframe_load();
	chain_env.stack_hi = (u64)argv;
	find_windows();
	lay_chain();
	print_head();
	for (i = 0; i < ARRAY_SIZE(depths); i++) {
		links[depths[i] + OWN_FRAMES].fn = chain_end;
		x += links[0].fn(links + 1, 1);
		lay_chain();
	}
	/* A value that nobody could have computed before. */
	return x == 42;
}
