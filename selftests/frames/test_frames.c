// SPDX-License-Identifier: GPL-2.0-only
/*
 * libsfreg-frames' own functions before libgcc's, with a kernel that the test stands for:
 * each registration reaches libgcc, and becomes windows in which each byte has the rule that
 * was described.
 */
#include <errno.h>
#include <pthread.h>

#include "../../userspace/frames/table.h"
#include "code.h"
#include "kernel.h"
#include "tap.h"

/* What libgcc has of a function; no public header says so. */
struct dwarf_eh_bases {
	void *tbase, *dbase, *func;
};

void __register_frame(void *begin);
void __deregister_frame(void *begin);
const void *_Unwind_Find_FDE(void *pc, struct dwarf_eh_bases *bases);

#define N	1000u
#define ODD_ERRNO	4711

static bool libgcc_knows(const struct function *function)
{
	struct dwarf_eh_bases bases;

	return _Unwind_Find_FDE(function->start, &bases) && bases.func == function->start;
}

static void keeps_errno(void (*call)(void *), void *begin, const char *what)
{
	errno = ODD_ERRNO;
	call(begin);
	is(errno, ODD_ERRNO, "%s: errno is left alone", what);
}

static void check_table(void)
{
	unsigned char *table = code_table(0, N);

	kernel_reset();
	keeps_errno(__register_frame, table, "a table");
	ok(libgcc_knows(&code.block[0]) && libgcc_knows(&code.block[N - 1]), "libgcc knows it");
	is(code_wrong(0, N), 0, "%u functions, each byte has its rule", N);
	ok(!kernel_rule(code.block[N - 1].start + code.block[N - 1].size), "and none behind");
	keeps_errno(__deregister_frame, table, "forgotten");
	ok(!libgcc_knows(&code.block[0]), "libgcc has forgotten it");
	is(kernel.n_windows, 0, "and so have we");
}

static void check_single(void)
{
	unsigned char *first = code_table(10, 1), *second = code_table(500, 1);

	kernel_reset();
	__register_frame(first);
	__register_frame(second);
	is(kernel.n_windows, 2, "two functions, each by itself");
	is(code_wrong(10, 1) + code_wrong(500, 1), 0, "each byte has its rule");
	ok(libgcc_knows(&code.block[10]) && libgcc_knows(&code.block[500]), "libgcc knows them");
	__deregister_frame(first);
	is(code_silent(10, 1), 1, "one is forgotten");
	is(code_wrong(500, 1), 0, "and the other is not");
	__deregister_frame(second);
	is(kernel.n_windows, 0, "none is left");
}

/* The common entry lies before what is registered: libgcc reads on, we do not. */
static void check_without_cie(void)
{
	unsigned char *table = code_table(20, 1);
	uint32_t cie_len;

	kernel_reset();
	memcpy(&cie_len, table, sizeof(cie_len));
	__register_frame(table + sizeof(cie_len) + cie_len);
	ok(libgcc_knows(&code.block[20]), "a function alone: libgcc knows it");
	is(kernel.n_windows, 0, "it becomes no window");
	__deregister_frame(table + sizeof(cie_len) + cie_len);
}

/* Memory that is used again, and nobody has told of the old code's end. */
static void check_over(void)
{
	unsigned char *old = code_table(0, 4), *new = code_table(2, 1);

	kernel_reset();
	__register_frame(old);
	__register_frame(new);
	is(code_silent(0, 4), 3, "what comes later takes the place of the window before");
	is(code_wrong(2, 1), 0, "and is right");
	__deregister_frame(old);
	is(code_wrong(2, 1), 0, "the end of what was before does not touch it");
	__deregister_frame(new);
	is(kernel.n_windows, 0, "its own does");
}

/* Nothing of it may reach libgcc's readers: it is forgotten before anyone asks. */
static void check_bad(void)
{
	static const struct {
		const char *what;
		unsigned char bytes[24];
		size_t len;
	} bad[] = {
		{ "an end alone", {}, 4 },
		{ "a length into nowhere", { 0xff, 0xff, 0xff, 0x01 }, 8 },
		{ "a length beyond all", { 0xfe, 0xff, 0xff, 0xff }, 8 },
		{ "a long length beyond all",
		  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 12 },
		{ "a long length that turns back",
		  { 0xff, 0xff, 0xff, 0xff, 0xf4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 12 },
		{ "a long length that is cut off", { 0xff, 0xff, 0xff, 0xff }, 4 },
		{ "no end", { 4, 0, 0, 0, 0, 0, 0, 0 }, 8 },
		{ "an entry of no kind", { 4, 0, 0, 0, 7, 7, 7, 7, 0, 0, 0, 0 }, 12 },
		{ "a common entry that ends in itself",
		  { 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 }, 13 },
		{ "an odd length", { 1, 0, 0, 0, 7, 0, 0, 0, 0 }, 9 },
	};
	unsigned int i;

	kernel_reset();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		unsigned char *bytes = code_bytes(bad[i].bytes, bad[i].len);

		keeps_errno(__register_frame, bytes, bad[i].what);
		is(kernel.n_windows, 0, "... becomes no window");
		keeps_errno(__deregister_frame, bytes, bad[i].what);
	}
	is(kernel.n_asked, 0, "the kernel was not asked");
}

static uint32_t length_of(const unsigned char *table)
{
	uint32_t at = 0, len;

	do {
		memcpy(&len, table + at, sizeof(len));
		at += sizeof(len) + len;
	} while (len);
	return at;
}

/* Each byte of a table is changed: whatever comes of it, nothing is read that is not there. */
static void check_changed(void)
{
	unsigned char *table = code_table(0, 3), was;
	unsigned int at, kinds = 0;
	uint32_t len = length_of(table);

	kernel_reset();
	for (at = 0; at < len; at++) {
		was = table[at];
		table[at] ^= 1 << at % 8;
		frames_add(table);
		kinds |= 1u << (code_wrong(0, 3) == 0);
		frames_remove(table);
		table[at] = was;
	}
	is(kinds, 3, "some changes matter, some do not");
	is(kernel.n_windows, 0, "and nothing is left");
}

static void check_refusal(void)
{
	unsigned char *table = code_table(0, 2);

	kernel_reset();
	kernel.refuse = -ENOSPC;
	keeps_errno(__register_frame, table, "refused");
	ok(libgcc_knows(&code.block[0]), "libgcc knows it all the same");
	kernel.refuse = 0;
	kernel.n_asked = 0;
	__deregister_frame(table);
	is(kernel.n_asked, 0, "what was not taken is not taken back");
}

static void check_absence(void)
{
	unsigned char *table = code_table(30, 2);

	kernel_reset();
	kernel.absent = true;
	keeps_errno(__register_frame, table, "no module");
	ok(libgcc_knows(&code.block[30]), "libgcc knows it");
	is(kernel.n_asked, 0, "nobody is asked");
	kernel.absent = false;
	keeps_errno(__deregister_frame, table, "forgotten");
	ok(!libgcc_knows(&code.block[30]), "libgcc has forgotten it");
}

/* The table ends where its memory does: not a byte more than it has is read. */
static void check_policy(void)
{
	unsigned int n, wrong = 0;

	kernel_reset();
	kernel.forbids = true;
	for (n = 1; n <= N; n += 111) {
		unsigned char *table = code_table(0, n);

		__register_frame(table);
		wrong += code_wrong(0, n);
		__deregister_frame(table);
		wrong += kernel.n_windows;
	}
	is(wrong, 0, "tables of all sizes, where a policy forbids to read with care");
}

static void *register_many(void *from)
{
	unsigned int first = (uintptr_t)from, i, round;
	unsigned char *tables[50];

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		tables[i] = code_table(first + i, 1);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < ARRAY_SIZE(tables); i++)
			__register_frame(tables[i]);
		for (i = 0; i < ARRAY_SIZE(tables); i++)
			if (round < 19 || i % 2)
				__deregister_frame(tables[i]);
	}
	return NULL;
}

static void check_threads(void)
{
	pthread_t threads[4];
	unsigned int wrong = 0;
	uintptr_t i;

	kernel_reset();
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, register_many, (void *)(50 * i));
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	is(kernel.n_windows, 100, "four threads, twenty times 50 functions: what is left");
	is(code_silent(0, 200), 100, "... and no other");
	for (i = 0; i < 200; i += 2)
		wrong += code_wrong(i, 1) || !libgcc_knows(&code.block[i]);
	is(wrong, 0, "... and those are right, and known to libgcc");
	kernel_reset();
}

int main(int argc, char **argv)
{
	functions_begin(&code);
	functions_next(&code);
	/* Whether there is a module is asked once. */
	if (argc > 1 && !strcmp(argv[1], "absent")) {
		check_absence();
		return tap_done();
	}
	check_table();
	check_single();
	check_without_cie();
	check_over();
	check_bad();
	check_changed();
	check_refusal();
	check_policy();
	check_threads();
	return tap_done();
}
