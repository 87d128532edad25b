// SPDX-License-Identifier: GPL-2.0-only
/*
 * A live window's calls: every errno, its room to the last row, its life with the kernel, and
 * in a child. What it says of every byte: test_live_random.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "model.h"
#include "tap.h"

#define LEN	4096u

static char text[LEN];
static const struct sfreg_jit_row at_8 = { .cfa_offset = 8, .ra_offset = -8 };
static const struct sfreg_jit_row at_16 = { .cfa_offset = 16, .ra_offset = -8 };
static struct sfreg_jit_live *live;

static const struct sfreg_jit_options good = {
	.size = sizeof(good), .text = text, .text_len = LEN, .max_rows = 8,
};

static void begin(uint32_t max_rows)
{
	struct sfreg_jit_options options = good;

	options.max_rows = max_rows;
	kernel_reset();
	is(sfreg_jit_live_open(&options, &live), 0, "a window");
}

static void end(void)
{
	sfreg_jit_live_close(live);
	is(kernel.n_windows, 0, "closed: there is no window");
	is(kernel_live_mappings(false), 0, "and no memory");
}

/* --- open ------------------------------------------------------------------------ */

static void check_open(const char *what, int want, struct sfreg_jit_options options)
{
	struct sfreg_jit_live *opened = (void *)text;

	is(sfreg_jit_live_open(&options, &opened), want, "open: %s", what);
	if (want) {
		ok(opened == (void *)text, "... and nothing is put there");
		is(kernel.n_windows, 0, "... nor left");
		is(kernel_live_mappings(false), 0, "... nor mapped");
	} else {
		sfreg_jit_live_close(opened);
	}
}

#define OPEN(what, want, field, value) do {		\
	struct sfreg_jit_options options_ = good;	\
							\
	options_.field = value;				\
	check_open(what, want, options_);		\
} while (0)

static void check_opens(void)
{
	int fd = open("/dev/null", O_RDONLY), fd_after;

	kernel_reset();
	check_open("as it should be", 0, good);
	OPEN("a size too small", -EINVAL, size, sizeof(good) - 1);
	OPEN("an unknown flag", -EINVAL, flags, 2);
	OPEN("no text", -EINVAL, text_len, 0);
	OPEN("the longest text", 0, text_len, 0xffffffff);
	OPEN("a longer one", -EINVAL, text_len, 0x100000000);
	OPEN("text that wraps", -EINVAL, text, (void *)-(uintptr_t)(LEN - 1));
	OPEN("no rows", -EINVAL, max_rows, 0);
	OPEN("one row", 0, max_rows, 1);
	OPEN("too many", -EINVAL, max_rows, SFREG_JIT_MAX_ROWS + 1);
	kernel.answer = -EOPNOTSUPP;
	check_open("a module without live windows", -EOPNOTSUPP, good);
	kernel.answer = -EDQUOT;
	kernel.answer_later = 1;
	check_open("one that does not place it", -EDQUOT, good);
	kernel.unmappable = true;
	check_open("memory that cannot be mapped", -ENODEV, good);
	fd_after = dup(fd);
	is(fd_after, fd + 1, "no descriptor is left");
	close(fd);
	close(fd_after);
}

/* --- functions ------------------------------------------------------------------- */

static int describe(uint32_t start, size_t size, struct sfreg_jit_row row)
{
	return sfreg_jit_live_function(live, text + start, size, &row, 1, NULL);
}

static int forget(uint32_t start, size_t size)
{
	return sfreg_jit_live_remove(live, text + start, size);
}

/* What the kernel knows there; 0: nothing. */
static int cfa(uint32_t offset)
{
	const struct sfr_rule *rule = kernel_rule(text + offset);

	return rule ? rule->cfa_off : 0;
}

static void check_places(void)
{
	begin(100);
	is(describe(-1, 1, at_8), -EINVAL, "a function before the text");
	is(describe(LEN, 1, at_8), -EINVAL, "behind it");
	is(describe(LEN - 8, 9, at_8), -EINVAL, "one byte too long");
	is(describe(8, (size_t)-8, at_8), -EINVAL, "so long that it wraps");
	is(describe(8, (1ul << 32) + 8, at_8), -EINVAL, "of more than 32 bits");
	is(describe(8, 0, at_8), -EINVAL, "of no length");
	is(describe(LEN - 8, 8, at_8), 0, "up to the text's end");
	is(describe(0, 8, at_8), 0, "from its begin");
	is(describe(0, LEN, at_8), -EEXIST, "over both");
	is(describe(7, 1, at_8), -EEXIST, "in the last byte of one");
	is(describe(4, 16, at_8), -EEXIST, "from its middle on");
	is(describe(LEN - 9, 2, at_8), -EEXIST, "into the first of another");
	is(describe(LEN - 9, 1, at_8), 0, "just before it");
	is(describe(8, 1, at_8), 0, "just behind");
	is(describe(LEN - 8, 0, at_8), -EINVAL, "what is wrong in itself comes first");
	end();
}

static void check_row(int want, const char *what, struct sfreg_jit_row row)
{
	is(describe(100, 10, row), want, "a row %s", what);
	if (!want)
		is(forget(100, 10), 0, "... is taken back");
}

#define ROW(want, what, ...)						\
	check_row(want, what, (struct sfreg_jit_row) {			\
		.cfa_offset = 16, .ra_offset = -8, __VA_ARGS__ })

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static void check_rows(void)
{
	const unsigned int saved = SFREG_JIT_FP_SAVED, fp = SFREG_JIT_FP;

	begin(100);
	ROW(-EINVAL, "at 1", .offset = 1);
	ROW(-EINVAL, "with an unknown flag", .flags = 1 << 5);
	ROW(-EINVAL, "with a pad", .pad = 1);
	ROW(-EINVAL, "whose CFA is below sp", .cfa_offset = -8);
	ROW(-ERANGE, "whose CFA is below fp", .cfa_offset = -8, .flags = fp);
	ROW(-ERANGE, "whose CFA is saved", .flags = SFREG_JIT_CFA_SAVED);
	ROW(0, "with the largest CFA", .cfa_offset = 262136);
	ROW(-ERANGE, "with a larger one", .cfa_offset = 262144);
	ROW(-ERANGE, "with an odd one", .cfa_offset = 20);
	ROW(0, "with the lowest return address", .ra_offset = -1024);
	ROW(-ERANGE, "with a lower one", .ra_offset = -1032);
	ROW(-ERANGE, "at the CFA", .ra_offset = 0);
	ROW(-ERANGE, "at an odd place", .ra_offset = -12);
	ROW(0, "with the lowest fp", .fp_offset = -504, .flags = saved);
	ROW(-ERANGE, "with a lower one", .fp_offset = -512, .flags = saved);
	ROW(-ERANGE, "at the CFA", .fp_offset = 0, .flags = saved);
	ROW(-ERANGE, "at an odd place", .fp_offset = -20, .flags = saved);
	ROW(-EINVAL, "in the return address", .fp_offset = -8, .flags = saved);
	ROW(0, "without fp, whatever is said of it", .fp_offset = 1);
	ROW(0, "that is outermost, of which nothing else holds", .cfa_offset = -1, .ra_offset = 3,
	    .flags = SFREG_JIT_OUTERMOST | SFREG_JIT_CFA_SAVED);
	end();
}

#pragma GCC diagnostic pop

static void check_lists(void)
{
	struct sfreg_jit_row rows[] = { at_8, at_16, at_8 };

	begin(100);
	rows[1].offset = 4;
	rows[2].offset = 4;
	is(sfreg_jit_live_function(live, text, 8, rows, 3, NULL), -EINVAL, "two rows at a place");
	rows[2].offset = 8;
	is(sfreg_jit_live_function(live, text, 8, rows, 3, NULL), -EINVAL, "at the end");
	rows[1].cfa_offset = 20;
	is(sfreg_jit_live_function(live, text, 8, rows, 3, NULL), -EINVAL, "before what is odd");
	is(sfreg_jit_live_function(live, text, 8, rows, 2, NULL), -ERANGE, "what is odd");
	is(describe(0, 8, at_8), 0, "a function");
	is(sfreg_jit_live_function(live, text, 8, rows, 2, NULL), -ERANGE, "before what is there");
	is(sfreg_jit_live_function(live, text, 8, rows, 0, NULL), -EINVAL, "no rows");
	is(sfreg_jit_live_function(live, text, 8, NULL, 1, NULL), -EINVAL, "rows that are NULL");
	end();
}

static void check_removals(void)
{
	struct sfreg_jit_row rows[] = { at_8, at_16 };

	begin(100);
	rows[1].offset = 4;
	is(sfreg_jit_live_function(live, text + 100, 16, rows, 2, NULL), 0, "100 .. 116");
	is(describe(116, 4, at_8), 0, "116 .. 120");
	is(describe(50, 10, at_8), 0, "50 .. 60");
	is(forget(-1, 10), -EINVAL, "remove: before the text");
	is(forget(LEN, 1), -EINVAL, "behind it");
	is(forget(100, 0), -EINVAL, "of no length");
	is(forget(100, LEN), -EINVAL, "too long");
	is(forget(60, 40), -ENOENT, "between the functions");
	is(forget(101, 15), -EINVAL, "from within a row on");
	is(forget(90, 11), -EINVAL, "into a row");
	is(forget(99, 20), -EINVAL, "into the row of the next one");
	is(forget(0, 55), -EINVAL, "into the earlier one, of another run");
	ok(cfa(50) == 8 && cfa(100) == 8 && cfa(104) == 16 && cfa(119) == 8, "all are there");
	is(forget(104, 12), 0, "rows that are a part of a function");
	ok(cfa(100) == 8 && !cfa(104) && !cfa(115) && cfa(116) == 8, "they are gone, no more");
	is(forget(104, 12), -ENOENT, "and again");
	is(describe(104, 12, at_16), 0, "and described anew");
	is(forget(0, LEN), 0, "all");
	is(forget(0, LEN), -ENOENT, "and again");
	ok(!cfa(50) && !cfa(100) && !cfa(104) && !cfa(119), "nothing is there");
	is(describe(0, LEN, at_16), 0, "and one over it all");
	ok(cfa(0) == 16 && cfa(50) == 16 && cfa(104) == 16 && cfa(LEN - 1) == 16, "is there");
	end();
}

/* --- room ------------------------------------------------------------------------ */

/* Each needs its rows and one for its end; one right behind another only its rows. */
static void check_rooms(void)
{
	begin(8);
	is(describe(0, 8, at_8), 0, "two of eight rows");
	is(describe(10, 8, at_8), 0, "four");
	is(describe(18, 8, at_16), 0, "right behind: five");
	is(kernel_find(text)->live->words[1] >> 32, 5, "so says the run");
	is(describe(30, 8, at_8), 0, "seven");
	is(describe(40, 8, at_8), -ENOSPC, "one is too few");
	is(describe(38, 8, at_16), -ENOSPC, "although one would be enough here");
	ok(cfa(37) == 8 && !cfa(38) && !cfa(40), "nothing has changed");
	is(sfreg_jit_live_compact(live, 6), -ENOSPC, "into six rows");
	is(kernel.n_asked, 2, "the kernel is not asked");
	is(sfreg_jit_live_compact(live, SFREG_JIT_MAX_ROWS + 1), -EINVAL, "into too many");
	is(sfreg_jit_live_compact(live, 7), 0, "into seven");
	is(describe(40, 8, at_8), -ENOSPC, "all are used");
	is(sfreg_jit_live_compact(live, 0), 0, "as many as it takes");
	is(kernel_find(text)->live->n_rows, 14, "twice as many");
	is(describe(40, 8, at_8), 0, "there is room");
	is(forget(0, 26), 0, "three go");
	is(sfreg_jit_live_compact(live, 4), 0, "what lives needs four");
	ok(!cfa(0) && cfa(30) == 8 && cfa(47) == 8 && !cfa(48), "it is there");
	is(forget(0, LEN), 0, "all go");
	is(sfreg_jit_live_compact(live, 0), 0, "nothing is compacted");
	is(kernel_find(text)->live->n_rows, 4, "the room is as before");
	is(describe(40, 8, at_8), 0, "and used");
	is(describe(20, 8, at_8), 0, "to the end");
	is(describe(0, 8, at_8), -ENOSPC, "which is here");
	end();
}

/* Sixteen runs, and what is merged for the seventeenth: all of the same size. */
static void check_merge(void)
{
	uint32_t i;

	begin(32 + 32 + 1);
	for (i = 0; i < 16; i++)
		is(describe(1000 - 20 * i, 10, at_8), 0, "run %u", i);
	is(kernel_find(text)->live->words[0], 16, "the runs");
	is(describe(10, 10, at_8), -ENOSPC, "room for the merged run, and one row of two");
	is(kernel_find(text)->live->words[0], 16, "nothing has changed");
	is(sfreg_jit_live_compact(live, 32 + 32 + 2), 0, "compacted");
	is(kernel_find(text)->live->words[0], 1, "one run");
	for (i = 0; i < 15; i++)
		is(describe(600 - 20 * i, 10, at_8), 0, "run %u", 1 + i);
	is(describe(10, 10, at_8), -ENOSPC, "four rows are left: nothing can be merged");
	end();
	begin(32 + 32 + 2);
	for (i = 0; i < 16; i++)
		is(describe(1000 - 20 * i, 10, at_8), 0, "run %u", i);
	is(describe(10, 10, at_8), 0, "room for both");
	is(kernel_find(text)->live->words[0], 2, "a merged run, and another");
	for (i = 0; i < 16; i++)
		ok(cfa(1000 - 20 * i) == 8 && cfa(1009 - 20 * i) == 8 && !cfa(1010 - 20 * i),
		   "function %u is there", i);
	is(cfa(10), 8, "and the last one");
	end();
}

/* --- life ------------------------------------------------------------------------ */

static void check_kernel(void)
{
	begin(100);
	is(describe(0, 8, at_8), 0, "a function");
	is(kernel.n_asked, 2, "made and placed, and not asked again");
	kernel.answer = -EDQUOT;
	is(sfreg_jit_live_compact(live, 0), -EDQUOT, "no more memory");
	kernel.answer = -ENOSYS;
	kernel.answer_later = 1;
	is(sfreg_jit_live_compact(live, 0), -ENOSYS, "not placed");
	kernel.unmappable = true;
	is(sfreg_jit_live_compact(live, 0), -ENODEV, "not mapped");
	is(kernel_live_mappings(false), 1, "what is not placed is not mapped");
	is(describe(8, 8, at_8), 0, "all goes on");
	is(cfa(8), 8, "in the old memory");
	is(sfreg_jit_live_compact(live, 0), 0, "compacted");
	is(kernel_live_mappings(false), 1, "the old memory is gone");
	is(kernel.n_replaced, 1, "replaced");
	kernel_drop(text);
	is(describe(20, 8, at_16), 0, "the kernel has dropped the window: that does not show");
	is(sfreg_jit_live_compact(live, 0), 0, "but here");
	ok(cfa(0) == 8 && cfa(20) == 16, "it is placed anew");
	is(kernel.n_registered, 2, "as it was");
	end();
}

static int interrupted;

static void interrupt(void)
{
	interrupted = describe(100, 8, at_8) == -EBUSY && forget(0, 8) == -EBUSY &&
		      sfreg_jit_live_compact(live, 0) == -EBUSY;
}

static void check_busy(void)
{
	begin(100);
	is(describe(0, 8, at_8), 0, "a function");
	kernel.interrupt = interrupt;
	is(sfreg_jit_live_compact(live, 0), 0, "a call that is interrupted");
	is(interrupted, 1, "others are -EBUSY meanwhile");
	ok(cfa(0) == 8 && !cfa(100), "and change nothing");
	is(describe(100, 8, at_8), 0, "afterwards they are not");
	errno = 4711;
	describe(200, 8, at_8);
	describe(200, 8, at_8);
	forget(200, 8);
	sfreg_jit_live_compact(live, 0);
	is(errno, 4711, "errno is left alone");
	end();
}

/* Where it may be the child's mapping of something else, or nothing. */
static int child(void)
{
	if (describe(100, 8, at_8) != -ECHILD || forget(0, 8) != -ECHILD ||
	    sfreg_jit_live_compact(live, 0) != -ECHILD)
		return 1;
	if (kernel_live_mappings(false))
		return 2;
	sfreg_jit_live_close(live);
	return kernel.n_removed || kernel.n_asked != 2 ? 3 : 0;
}

static int status_of(int (*work)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(work());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void fork_now(void)
{
	kernel_live_mappings(true);
	is(status_of(child), 0, "a child has no window");
}

static void check_fork(void)
{
	begin(100);
	is(describe(0, 8, at_8), 0, "a function");
	fork_now();
	is(describe(100, 8, at_8), 0, "its parent has");
	ok(cfa(0) == 8 && cfa(100) == 8, "as it was");
	end();
}

/* All the rest is done without a system call: any but the last one kills. */
static int append_strictly(void)
{
	uint32_t i;

	kernel_reset();
	if (sfreg_jit_live_open(&good, &live) || sfreg_jit_live_compact(live, 4000) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		return 1;
	for (i = 0; i < 200; i++)
		if (describe(i % 2 ? 10 * i : LEN - 10 - 10 * i, 10, at_8))
			syscall(SYS_exit, 2);
	if (kernel_find(text)->live->words[0] == 1 || forget(0, LEN))
		syscall(SYS_exit, 3);
	return syscall(SYS_exit, 0);
}

static void check_names(void)
{
	struct sfreg_jit_options options = good;
	char path[64], line[100] = "", want[100];
	FILE *file;

	options.flags = SFREG_JIT_PERF_MAP;
	sprintf(path, "/tmp/perf-%d.map", getpid());
	is(sfreg_jit_live_open(&options, &live), 0, "a window with names");
	is(sfreg_jit_live_function(live, text + 32, 8, &at_8, 1, "name"), 0, "a function");
	is(sfreg_jit_live_function(live, text + 32, 8, &at_8, 1, "other"), -EEXIST, "no function");
	sprintf(want, "%lx 8 name\n", (unsigned long)(text + 32));
	file = fopen(path, "r");
	ok(file && fread(line, 1, sizeof(line) - 1, file) && !strcmp(line, want), "its name");
	if (file)
		fclose(file);
	unlink(path);
	end();
}

int main(void)
{
	check_opens();
	check_places();
	check_rows();
	check_lists();
	check_removals();
	check_rooms();
	check_merge();
	check_kernel();
	check_busy();
	check_fork();
	is(status_of(append_strictly), 0, "no system call to append, merge and remove");
	kernel_reset();
	check_names();
	sfreg_jit_live_close(NULL);
	kernel_reset();
	return tap_done();
}
