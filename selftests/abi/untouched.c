// SPDX-License-Identifier: GPL-2.0-only
/*
 * Others untouched: a process that never registered is sampled while another is
 * registered. The hook is not taken for it, every time it is left to the stock
 * walker; and its chains are the ones that the same process gives while sfreg
 * is switched off. With frame pointers, and without.
 *
 * And the other way round: a registered process's samples are all taken, and
 * show its whole chain, which the stock walker does not.
 */
#include "sft_child.h"
#include "sft_perf.h"
#include "sft_probe.h"

#define SAMPLES	300

/*
 * Three frames, the innermost of which spins at one instruction for ever:
 * spin_fp with frame pointers, spin_no with fp that points nowhere.
 */
void spin_fp(void);
void spin_no(void);
extern const char spin_fp_at[], spin_no_at[];
extern const char spin_fp_ret1[], spin_fp_ret2[];
extern const char spin_no_ret1[], spin_no_ret2[];

asm(".pushsection .text\n"
	"spin_fp:	push %rbp; mov %rsp, %rbp; call 1f\n"
	"spin_fp_ret2: nop\n"
	"1:		push %rbp; mov %rsp, %rbp; sub $0x40, %rsp; call 2f\n"
	"spin_fp_ret1: nop\n"
	"2:		push %rbp; mov %rsp, %rbp\n"
	"spin_fp_at: jmp spin_fp_at\n"
	"spin_no:\n"
	"	.cfi_startproc\n"
	"	sub $0x18, %rsp\n"
	"	.cfi_adjust_cfa_offset 0x18\n"
	"	mov $0x10, %rbp\n"
	"	call 4f\n"
	"spin_no_ret2: nop\n"
	"	.cfi_endproc\n"
	"4:	.cfi_startproc\n"
	"	sub $0x108, %rsp\n"
	"	.cfi_adjust_cfa_offset 0x108\n"
	"	call 5f\n"
	"spin_no_ret1: nop\n"
	"	.cfi_endproc\n"
	"5:	.cfi_startproc\n"
	"	push %rbx\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"spin_no_at: jmp spin_no_at\n"
	"	.cfi_endproc\n"
	".popsection\n");

FIXTURE(others) {
	int fd;
	struct sft_probe probe;
	struct sft_waiter registered;
	pid_t spinner;
};

static int register_there(void *arg)
{
	struct _test_data_others *self = arg;

	return sft_probe_register(self->fd, &self->probe);
}

FIXTURE_SETUP(others)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->probe = sft_probe(0x28);
	self->registered = sft_waiter(register_there, self);
	ASSERT_EQ(0, sft_tell(&self->registered));
	self->spinner = 0;
}

FIXTURE_TEARDOWN(others)
{
	kill(self->spinner, SIGKILL);
	sft_wait(self->spinner);
	EXPECT_EQ(0, sft_waiter_end(&self->registered));
	EXPECT_EQ(0, sft_param_set("enabled", 1));
	close(self->fd);
}

static pid_t spin(void (*f)(void))
{
	pid_t pid = fork();

	if (!pid)
		f();
	return pid;
}

/*
 * @n samples of the spinner at its place. Whatever else is in its chains, they
 * are all the same: one place, one stack.
 */
static int take(struct __test_metadata *_metadata, pid_t pid, const char *at,
		int n, struct sft_sample *first)
{
	uint64_t end = sft_now_ms() + 60000;
	struct sft_sample s;
	struct sft_perf p;
	int seen = 0, all = 0;

	ASSERT_EQ(0, sft_perf_open(&p, pid, -1, 1000, 0));
	sft_perf_on(&p);
	while (seen < n && sft_now_ms() < end) {
		sft_sleep_ms(20);
		if (seen + 40 > n)
			sft_perf_off(&p);
		while (sft_perf_next(&p, &s)) {
			all++;
			/* Before it spins it was elsewhere. */
			if (s.ip != sft_addr(at))
				continue;
			if (!seen++)
				*first = s;
			EXPECT_TRUE(sft_same_chain(first, &s));
		}
		sft_perf_on(&p);
	}
	sft_perf_off(&p);
	while (sft_perf_next(&p, &s))
		all++;
	EXPECT_EQ(0, p.lost);
	EXPECT_LE(n, seen);
	sft_perf_close(&p);
	return all;
}

/* On, off, on again: the same chain; the hook is left as often as sampled. */
static void compare(struct __test_metadata *_metadata, struct _test_data_others *self,
		    void (*f)(void), const char *at, struct sft_sample *chain)
{
	uint64_t taken = sft_stat("hook_taken"), left = sft_stat("hook_left");
	struct sft_sample stock, again;
	int n;

	self->spinner = spin(f);
	n = take(_metadata, self->spinner, at, SAMPLES, chain);
	EXPECT_EQ(taken, sft_stat("hook_taken"));
	EXPECT_EQ(left + n, sft_stat("hook_left"));
	ASSERT_EQ(0, sft_param_set("enabled", 0));
	take(_metadata, self->spinner, at, SAMPLES, &stock);
	EXPECT_EQ(left + n, sft_stat("hook_left"));
	EXPECT_TRUE(sft_same_chain(chain, &stock));
	ASSERT_EQ(0, sft_param_set("enabled", 1));
	take(_metadata, self->spinner, at, SAMPLES, &again);
	EXPECT_TRUE(sft_same_chain(chain, &again));
	EXPECT_EQ(taken, sft_stat("hook_taken"));
}

TEST_F(others, with_frame_pointers)
{
	struct sft_sample chain;

	compare(_metadata, self, spin_fp, spin_fp_at, &chain);
	ASSERT_LE(3, chain.n);
	EXPECT_EQ(sft_addr(spin_fp_at), chain.chain[0]);
	EXPECT_EQ(sft_addr(spin_fp_ret1), chain.chain[1]);
	EXPECT_EQ(sft_addr(spin_fp_ret2), chain.chain[2]);
}

TEST_F(others, without_frame_pointers)
{
	struct sft_sample chain;

	compare(_metadata, self, spin_no, spin_no_at, &chain);
	EXPECT_EQ(1, chain.n);
	EXPECT_EQ(sft_addr(spin_no_at), chain.chain[0]);
}

/* A window of the spinner's own text, from a section made for spin_no. */
static int register_spinner(struct _test_data_others *self, pid_t pid)
{
	struct sfe_row rows[] = {
		{ .start = 0, .base = SFE_SP, .cfa = 8 },
		{ .start = 4, .base = SFE_SP, .cfa = 0x20 },
		{ .start = spin_no_ret2 - (char *)spin_no + 1, .base = SFE_SP, .cfa = 8 },
		{ .start = spin_no_ret2 - (char *)spin_no + 8, .base = SFE_SP,
		  .cfa = 0x110 },
		{ .start = spin_no_at - (char *)spin_no, .base = SFE_SP, .cfa = 16 },
	};
	struct sfe_func func = {
		.size = spin_no_at - (char *)spin_no + 2, SFE_ROWS(rows),
	};
	struct sfe_section s = { .version = 2, .sorted = true, SFE_FUNCS(func) };
	uint8_t bytes[SFT_SECTION_MAX];
	struct sfreg_window w = sft_window(sft_addr(spin_no), func.size, bytes,
					   sfe_emit(&s, bytes, sizeof(bytes)));
	int ret;

	w.sframe_base = w.text_start;
	w.mem_fd = sft_mem_open(pid);
	ret = sft_ioctl(self->fd, SFREG_IOC_REGISTER, &w);
	close(w.mem_fd);
	return ret;
}

/* The control: the same spinner, registered by an outsider, is taken. */
TEST_F(others, registered_is_taken)
{
	uint64_t taken = sft_stat("hook_taken"), left = sft_stat("hook_left");
	struct sft_sample chain;
	int n;

	self->spinner = spin(spin_no);
	ASSERT_EQ(0, register_spinner(self, self->spinner));
	n = take(_metadata, self->spinner, spin_no_at, SAMPLES, &chain);
	EXPECT_EQ(taken + n, sft_stat("hook_taken"));
	EXPECT_EQ(left, sft_stat("hook_left"));
	ASSERT_LE(4, chain.n);
	EXPECT_EQ(sft_addr(spin_no_at), chain.chain[0]);
	EXPECT_EQ(sft_addr(spin_no_ret1), chain.chain[1]);
	EXPECT_EQ(sft_addr(spin_no_ret2), chain.chain[2]);
}

SFT_MAIN
