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
#include <unistd.h>

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
/*
 * Where the loader puts the objects decides how well the CPU predicts: some more
 * ns per frame in one process than in another. So there are several of them.
 */
#define MAX_RUNS	11
#define QUICK_RUNS	5

static const unsigned int depths[] = { 16, 64, MAX_FRAMES };
static double ns[ARRAY_SIZE(depths)][MAX_WALKERS][MAX_RUNS];
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

static __attribute__((noinline)) long chain_end(const struct chain_link *next, long x)
{
	static double rounds[MAX_WALKERS][BENCH_ROUNDS];
	unsigned int i, round, frames = next - links - 1 - OWN_FRAMES;
	u64 last = (u64)__builtin_return_address(0);

	memset(chain_pcs, 0, sizeof(chain_pcs));
	for (i = 0; i < n_walkers; i++)
		if (takes_part(&walkers[i]) && !walkers[i].part)
			check(&walkers[i], frames, last, chain_pcs);
	for (round = 0; round < bench_rounds(); round++)
		for (i = 0; i < n_walkers; i++)
			if (takes_part(&walkers[i]))
				rounds[i][round] = time_walks(&walkers[i], frames);
	for (i = 0; i < n_walkers; i++)
		if (takes_part(&walkers[i]))
			printf("%u %u %f\n", frames, i,
			       bench_median(rounds[i], bench_rounds()));
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

/* One process's part: every walker at every depth, in plain numbers. */
static long run_chain(void)
{
	unsigned int i;
	long x = 0;

	chain_env.stack_hi = (u64)__builtin_frame_address(0) + 256;
	find_windows();
	lay_chain();
	for (i = 0; i < ARRAY_SIZE(depths); i++) {
		links[depths[i] + OWN_FRAMES].fn = chain_end;
		x += links[0].fn(links + 1, 1);
		lay_chain();
	}
	return x;
}

/* --- several processes, and what comes of them ----------------------------------- */

static void run_process(unsigned int run)
{
	unsigned int frames, walker, i;
	char command[4200] = "";
	double value;
	FILE *child;

	if (readlink("/proc/self/exe", command, 4096) < 0)
		bench_fail("no name for this program");
	strcat(command, bench_options.quick ? " --raw --quick" : " --raw");
	child = popen(command, "r");
	while (fscanf(child, "%u %u %lf", &frames, &walker, &value) == 3)
		for (i = 0; i < ARRAY_SIZE(depths); i++)
			if (depths[i] == frames && walker < n_walkers)
				ns[i][walker][run] = value;
	if (pclose(child))
		bench_fail("%s: failed", command);
}

static double median_of(const char *name, unsigned int depth, unsigned int runs)
{
	double copy[MAX_RUNS];
	unsigned int i;

	for (i = 0; strcmp(walkers[i].name, name); i++)
		;
	memcpy(copy, ns[depth][i], sizeof(copy));
	return bench_median(copy, runs);
}

static void print_ratio(const char *of, const char *to, unsigned int depth, unsigned int runs)
{
	double ratio = median_of(of, depth, runs) / median_of(to, depth, runs);

	printf(" %20.2f", ratio);
	bench_figure(ratio, "ratio", "%s.%s_to_%s.%u", with_fp ? "walk" : "walk_no_fp", of, to,
		     depths[depth]);
}

static void report(unsigned int depth, unsigned int runs)
{
	unsigned int i;
	double median;

	printf("%6u", depths[depth]);
	for (i = 0; i < n_walkers; i++) {
		if (!takes_part(&walkers[i]))
			continue;
		median = median_of(walkers[i].name, depth, runs);
		printf(" %13.2f", median);
		bench_figure(median, "ns/frame", "%s.%s.%u", with_fp ? "walk" : "walk_no_fp",
			     walkers[i].name, depths[depth]);
	}
	print_ratio("sfreg", "unw_backtrace", depth, runs);
	print_ratio("callchain", "unw_backtrace", depth, runs);
	if (!bench_options.quick)
		print_ratio("decode", "sfreg", depth, runs);
	putchar('\n');
}

static void print_head(unsigned int runs)
{
	unsigned int i;

	if (!have_libsframe)
		printf("libsframe is left out: no libsframe.so.0 as binutils 2.40 brings it\n");
	printf("a chain over 3 objects of %u functions, %s frame pointers, in %u processes; "
	       "ns per frame\n",
	       CHAIN_FUNCTIONS, with_fp ? "with" : "without", runs);
	printf("frames");
	for (i = 0; i < n_walkers; i++)
		if (takes_part(&walkers[i]))
			printf(" %13s", walkers[i].name);
	printf(" %20s", "sfreg/unw_backtrace");
	printf(" %20s", "callchain/unw_b...");
	if (!bench_options.quick)
		printf(" %20s", "decode/sfreg");
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned int i, runs;

	bench_start(argc, argv);
	walkers_init();
	with_fp = CHAIN_WITH_FP;
	have_libsframe = libsframe_load();
	/* A value that nobody could have computed before. */
	if (bench_options.raw || bench_options.once)
		return run_chain() == 42;
	runs = bench_options.quick ? QUICK_RUNS : MAX_RUNS;
	print_head(runs);
	for (i = 0; i < runs; i++)
		run_process(i);
	for (i = 0; i < ARRAY_SIZE(depths); i++)
		report(i, runs);
	return 0;
}
