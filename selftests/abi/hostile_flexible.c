// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flexible rows that lie: words and registers that hold no CFA, no return address,
 * no frame pointer. Each walk ends where it must, with its own stop reason; and what
 * is unusual but possible goes on.
 *
 * A page of made text: at 0 it asks, with sp, fp and rbx as it is told, and the rule
 * there is the test's; at CALLER holds cfa = fp + 16, fp = *(cfa - 16); at HIT another
 * rule of the test's, for an instruction that a made-up signal frame is about.
 */
#include "sft_probe.h"
#include <ucontext.h>

#define CALLER		0x410		/* not a function's first byte: it has called */
#define HIT		0x800
#define USER_END	0x7ffffffff000ULL
#define KERNEL		0xffffffff81000000ULL
#define NOBODY		0x1000		/* in no window */

#define RBX	SFE_REG(3)
#define RBP	SFE_REG(6)
#define RSP	SFE_REG(7)
#define R10	SFE_REG(10)
#define AT(x)	((x) | SFE_DEREF)

/* long ask(fd, cmd, arg, const uint64_t sp_fp_rbx[3]) */
extern const char ask[], ask_after[], ask_end[];

asm(".pushsection .rodata\n"
	"ask:	push	%rbx\n"
	"	push	%rbp\n"
	"	push	%r15\n"
	"	mov	%rsp, %r15\n"
	"	mov	(%rcx), %rsp\n"
	"	mov	8(%rcx), %rbp\n"
	"	mov	16(%rcx), %rbx\n"
	"	mov	$16, %eax\n"		/* SYS_ioctl */
	"	syscall\n"
	"ask_after:\n"
	"	mov	%r15, %rsp\n"
	"	pop	%r15\n"
	"	pop	%rbp\n"
	"	pop	%rbx\n"
	"	ret\n"
	"ask_end:\n"
	".popsection\n");

typedef long ask_fn(long fd, long cmd, void *arg, const uint64_t *regs);

/* No address of a stack word, wherever in it the word is said to be. */
static const uint64_t nowhere[] = {
	0, 8, 0x10000, USER_END - 8, USER_END - 4, USER_END, KERNEL, 0x800000000000,
	0x8000000000000000, ~0ULL, ~0ULL - 3, ~0ULL - 7,
};

FIXTURE(flexible) {
	int fd;
	uint8_t *code;
	uint64_t text;
	uint64_t *s;		/* two pages of stack, of which the second is not there */
	uint64_t sp, fp, rbx;	/* what is asked with */
	struct sft_probed r;
};

FIXTURE_SETUP(flexible)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->code = sft_map(SFT_PAGE, SFT_RWX);
	memcpy(self->code, ask, ask_end - ask);
	self->text = sft_addr(self->code);
	self->s = sft_map(2 * SFT_PAGE, SFT_RW);
	munmap(self->s + 512, SFT_PAGE);
	self->sp = sft_addr(&self->s[16]);
	self->fp = sft_addr(&self->s[30]);
	self->rbx = 0;
	/* What the default return address is, and what CALLER's frame has. */
	self->s[16] = self->text + CALLER;
	self->s[30] = 0;
	self->s[31] = NOBODY;
}

FIXTURE_TEARDOWN(flexible)
{
	close(self->fd);
}

static int rules(struct _test_data_flexible *self, const struct sfe_place *at_ask,
		 const struct sfe_place *at_hit)
{
	struct sfe_row rows[3] = { { 0 }, { .base = SFE_FP, .cfa = 16, .fp = -16 }, { 0 } };
	struct sfe_func funcs[3] = {
		{ .start = 0, .flexible = true },
		{ .start = 0x400 },
		{ .start = HIT, .flexible = true },
	};
	struct sfe_section s = { .version = 3, .sorted = true, SFE_FUNC_ARRAY(funcs) };
	uint8_t bytes[SFT_SECTION_MAX];

	memcpy(rows[0].place, at_ask, sizeof(rows[0].place));
	memcpy(rows[2].place, at_hit, sizeof(rows[2].place));
	for (int i = 0; i < 3; i++) {
		funcs[i].size = 0x400;
		funcs[i].n_rows = 1;
		funcs[i].rows = &rows[i];
	}
	sft_remove_one(self->fd, self->text);
	return sft_register(self->fd, self->text, SFT_PAGE, bytes,
			    sfe_emit(&s, bytes, sizeof(bytes)), self->text);
}

/* cfa, ra, fp */
#define RULE(...) ({							\
	const struct sfe_place places_[3] = { __VA_ARGS__ };		\
	rules(self, places_, places_);					\
})

/* From the registers in self: @n frames, and why no more. */
#define STOPS(n, reason, what) ({					\
	const uint64_t regs_[] = { self->sp, self->fp, self->rbx };	\
	const uint64_t what_ = (uint64_t)(what);			\
	struct sft_probed *r_ = &self->r;				\
	*r_ = (struct sft_probed) { 0 };				\
	r_->bt = (struct sfreg_backtrace) {				\
		.size = sizeof(r_->bt), .count = 32,			\
		.frames = sft_addr(r_->frames),				\
	};								\
	r_->ret = ((ask_fn *)(uintptr_t)self->text)(self->fd,		\
			SFREG_IOC_BACKTRACE, &r_->bt, regs_);		\
	EXPECT_EQ(0, r_->ret);						\
	EXPECT_EQ(self->text + (ask_after - ask), r_->frames[0].pc);	\
	EXPECT_EQ(reason, r_->bt.stop) TH_LOG("%lx", what_);	\
	EXPECT_EQ(n, r_->bt.count) TH_LOG("%lx", what_);	\
})

/* ... to CALLER and to its caller, of which nobody knows. */
#define GOES_ON(true_cfa, what) ({					\
	STOPS(3, SFREG_STOP_NO_WINDOW, what);				\
	EXPECT_EQ(true_cfa, self->r.frames[0].cfa);			\
	EXPECT_EQ(self->text + CALLER, self->r.frames[1].pc);		\
	EXPECT_EQ(sft_addr(&self->s[32]), self->r.frames[1].cfa);	\
	EXPECT_EQ(NOBODY, self->r.frames[2].pc);			\
})

TEST_F(flexible, word_nowhere)
{
	ASSERT_EQ(0, RULE({ AT(RBP), 0 }));
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		self->fp = nowhere[i];
		STOPS(1, SFREG_STOP_UNREADABLE, self->fp);
	}
	/* Half of it is there, or none. */
	for (int i = 1; i <= 8; i++) {
		self->fp = sft_addr(&self->s[511]) + i;
		STOPS(1, SFREG_STOP_UNREADABLE, i);
	}
	self->fp = sft_addr(sft_map(SFT_PAGE, PROT_NONE));
	STOPS(1, SFREG_STOP_UNREADABLE, "no right");
	/* Nothing is paged in for a walk. */
	self->fp = sft_addr(sft_map(SFT_PAGE, SFT_RW));
	STOPS(1, SFREG_STOP_UNREADABLE, "never touched");
	*(volatile uint64_t *)(uintptr_t)self->fp = 0;
	STOPS(1, SFREG_STOP_NO_PROGRESS, "touched");
}

TEST_F(flexible, offset_leads_nowhere)
{
	static const int32_t offs[] = { 16, -0x1000, 0x7fffffff, INT32_MIN };
	static const uint64_t fps[] = { ~0ULL - 15, 0x800, USER_END - 8, 0x7fffffff };

	for (int i = 0; i < 4; i++) {
		ASSERT_EQ(0, RULE({ AT(RBP), offs[i] }));
		self->fp = fps[i];
		STOPS(1, SFREG_STOP_UNREADABLE, i);
	}
}

TEST_F(flexible, word_is_no_cfa)
{
	static const uint64_t bad[] = {
		KERNEL, USER_END + 8, 0x800000000000, 0x8000000000000000, ~0ULL,
		~0ULL - 7, 1, 4,
	};
	static const uint64_t low[] = { 0, 8, 0x10000 };

	ASSERT_EQ(0, RULE({ AT(RBP), 0x40 }));
	self->fp = sft_addr(&self->s[100]) - 0x40;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		self->s[100] = bad[i];
		STOPS(1, SFREG_STOP_BAD_CFA, bad[i]);
	}
	for (int i = 1; i < 8; i++) {
		self->s[100] = sft_addr(&self->s[17]) + i;
		STOPS(1, SFREG_STOP_BAD_CFA, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(low); i++) {
		self->s[100] = low[i];
		STOPS(1, SFREG_STOP_NO_PROGRESS, low[i]);
	}
	self->s[100] = self->sp;
	STOPS(1, SFREG_STOP_NO_PROGRESS, "sp");
	self->s[100] = self->sp - 8;
	STOPS(1, SFREG_STOP_NO_PROGRESS, "below sp");
	self->s[100] = USER_END;
	STOPS(1, SFREG_STOP_UNREADABLE, "the end of user space");
	self->s[100] = sft_addr(&self->s[513]);
	STOPS(1, SFREG_STOP_UNREADABLE, "above the stack");
}

/* Wherever the word is, if it is a CFA: aligned or not, below sp, in the text. */
TEST_F(flexible, word_is_a_cfa)
{
	const uint64_t cfa = sft_addr(&self->s[17]), *in_text;

	self->s[31] = self->text + CALLER;	/* once more, since fp is used up */
	ASSERT_EQ(0, RULE({ AT(RBP), 0 }, { 0 }, { AT(RBP), 8 }));
	for (int i = 0; i < 8; i++) {
		self->fp = sft_addr(&self->s[40]) + i;
		memcpy((char *)&self->s[40] + i, &cfa, 8);
		*(uint64_t *)((char *)&self->s[41] + i) = sft_addr(&self->s[50]);
		self->s[51] = NOBODY;
		STOPS(3, SFREG_STOP_NO_WINDOW, i);
		EXPECT_EQ(cfa, self->r.frames[0].cfa);
		EXPECT_EQ(sft_addr(&self->s[52]), self->r.frames[1].cfa);
	}
	self->s[31] = NOBODY;
	self->fp = sft_addr(&self->s[30]);
	ASSERT_EQ(0, RULE({ AT(RSP), -8 }));
	self->s[15] = cfa;
	GOES_ON(cfa, "below sp");
	ASSERT_EQ(0, RULE({ AT(RBX), 0x40 }));
	in_text = (uint64_t *)(self->code + 0x200);
	memcpy(self->code + 0x200, &cfa, 8);
	self->rbx = sft_addr(in_text) - 0x40;
	GOES_ON(cfa, "in the text");
}

/* What can be no frame is refused with all of its section, as in other rows. */
TEST_F(flexible, cfa_below_sp)
{
	EXPECT_EQ(-EBADMSG, RULE({ RSP, -8 }));
	ASSERT_EQ(0, RULE({ RBX, -8 }));
	self->rbx = self->sp + 8;
	STOPS(1, SFREG_STOP_NO_PROGRESS, "at sp");
	self->rbx = self->sp;
	STOPS(1, SFREG_STOP_NO_PROGRESS, "below sp");
	self->rbx = 0;
	STOPS(1, SFREG_STOP_BAD_CFA, "below 0");
	self->rbx = 8;
	STOPS(1, SFREG_STOP_NO_PROGRESS, "0");
	self->rbx = self->sp + 16;
	GOES_ON(self->sp + 8, "true");
}

TEST_F(flexible, return_address_in_a_register)
{
	static const uint64_t bad[] = {
		0, USER_END, KERNEL, 0x800000000000, 0x8000000000000000, ~0ULL,
	};

	self->s[16] = 0;
	for (int off = -8; off <= 8; off += 8) {
		ASSERT_EQ(0, RULE({ RSP, 8 }, { RBX, off }));
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			self->rbx = bad[i] - off;
			STOPS(1, SFREG_STOP_BAD_RA, bad[i]);
		}
		self->rbx = self->text + CALLER - off;
		GOES_ON(self->sp + 8, off);
		self->rbx = USER_END - 1 - off;
		/* By the frame pointer, then. */
		STOPS(3, SFREG_STOP_NO_WINDOW, "a user address");
		EXPECT_EQ(USER_END - 1, self->r.frames[1].pc);
		/* The same row of a frame that has called: what rbx was is not known. */
		self->rbx = self->text + 0x100 - off;
		STOPS(2, SFREG_STOP_UNKNOWN_REG, "called");
		EXPECT_EQ(self->text + 0x100, self->r.frames[1].pc);
	}
}

TEST_F(flexible, return_address_by_a_register)
{
	self->s[16] = 0;
	ASSERT_EQ(0, RULE({ RSP, 8 }, { AT(RBX), 0 }));
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		self->rbx = nowhere[i];
		STOPS(1, SFREG_STOP_UNREADABLE, self->rbx);
	}
	self->rbx = sft_addr(&self->s[3]);
	self->s[3] = 0;
	STOPS(1, SFREG_STOP_BAD_RA, 0);
	self->s[3] = KERNEL;
	STOPS(1, SFREG_STOP_BAD_RA, KERNEL);
	self->s[3] = self->text + CALLER;
	GOES_ON(self->sp + 8, "below sp");
}

/* A CFA at sp, since nothing is on the stack: once, as the next frame has called. */
TEST_F(flexible, stack_pointer_stays)
{
	ASSERT_EQ(0, RULE({ RSP, 0 }, { RBX, 0 }));
	self->rbx = self->text + CALLER;
	GOES_ON(self->sp, "once");
	ASSERT_EQ(0, RULE({ RSP, 0 }, { RBP, 0 }));
	self->fp = self->text + 0x100;
	STOPS(2, SFREG_STOP_NO_PROGRESS, "twice");
	EXPECT_EQ(self->sp, self->r.frames[0].cfa);
	ASSERT_EQ(0, RULE({ RSP, 0 }, { AT(RSP), 0 }));
	STOPS(1, SFREG_STOP_NO_PROGRESS, "on the stack after all");
}

TEST_F(flexible, frame_pointer_by_a_register)
{
	static const uint64_t bad[] = { KERNEL, 0x800000000000, USER_END - 8, 1 };

	self->fp = KERNEL;
	self->rbx = sft_addr(&self->s[28]);
	ASSERT_EQ(0, RULE({ RSP, 8 }, { 0 }, { RBX, 16 }));
	GOES_ON(self->sp + 8, "in it");
	/* It is an address only when used: by the next frame. */
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		self->rbx = bad[i] - 16;
		STOPS(2, SFREG_STOP_BAD_CFA, bad[i]);
	}
	self->rbx = USER_END - 32;
	STOPS(2, SFREG_STOP_UNREADABLE, "the end of user space");
	self->rbx = -32;
	STOPS(2, SFREG_STOP_NO_PROGRESS, "0");
	ASSERT_EQ(0, RULE({ RSP, 8 }, { 0 }, { AT(RBX), 0 }));
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		self->rbx = nowhere[i];
		STOPS(1, SFREG_STOP_UNREADABLE, self->rbx);
	}
	self->rbx = sft_addr(&self->s[5]);
	self->s[5] = sft_addr(&self->s[30]);
	GOES_ON(self->sp + 8, "at it");
	ASSERT_EQ(0, RULE({ RSP, 8 }, { 0 }, { RSP, 14 * 8 }));
	GOES_ON(self->sp + 8, "by sp");
}

/* Each of the three, with a register that AMD64 lacks. */
TEST_F(flexible, registers_that_there_are_not)
{
	static const uint32_t regs[] = { 16, 17, 31, 32, 63, 64, 0x1fffffff };

	for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
		uint32_t reg = SFE_REG(regs[i]);

		ASSERT_EQ(0, RULE({ reg, 0 }));
		STOPS(1, SFREG_STOP_UNKNOWN_REG, regs[i]);
		ASSERT_EQ(0, RULE({ AT(reg), 0 }));
		STOPS(1, SFREG_STOP_UNKNOWN_REG, regs[i]);
		ASSERT_EQ(0, RULE({ RSP, 8 }, { reg, 0 }));
		STOPS(1, SFREG_STOP_UNKNOWN_REG, regs[i]);
		ASSERT_EQ(0, RULE({ RSP, 8 }, { 0 }, { AT(reg), 0 }));
		STOPS(1, SFREG_STOP_UNKNOWN_REG, regs[i]);
	}
}

/*
 * A made-up signal frame, by the trampoline that is installed: all of its registers
 * are what the test says.
 */
static greg_t *signal_frame(struct _test_data_flexible *self)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };
	struct { uint64_t handler, flags, restorer, mask; } kernels;
	ucontext_t *uc = (ucontext_t *)&self->s[17];

	sigaction(SIGUSR1, &sa, NULL);
	syscall(SYS_rt_sigaction, SIGUSR1, NULL, &kernels, 8);
	self->s[16] = kernels.restorer;
	for (int i = 0; i <= REG_RIP; i++)
		uc->uc_mcontext.gregs[i] = KERNEL + i;
	uc->uc_mcontext.gregs[REG_RIP] = self->text + HIT;
	uc->uc_mcontext.gregs[REG_RSP] = sft_addr(&self->s[300]);
	return uc->uc_mcontext.gregs;
}

#define RULE_AT_HIT(...) ({						\
	static const struct sfe_place up_[3] = { { RSP, 8 } };		\
	const struct sfe_place places_[3] = { __VA_ARGS__ };		\
	rules(self, up_, places_);					\
})

TEST_F(flexible, signal_frame_lies)
{
	static const struct {
		uint64_t r10;
		uint32_t stop;
	} cases[] = {
		{ KERNEL, SFREG_STOP_BAD_CFA }, { USER_END + 8, SFREG_STOP_BAD_CFA },
		{ ~0ULL, SFREG_STOP_BAD_CFA }, { 1, SFREG_STOP_BAD_CFA },
		{ 0, SFREG_STOP_NO_PROGRESS }, { USER_END, SFREG_STOP_UNREADABLE },
	};
	greg_t *regs = signal_frame(self);

	ASSERT_EQ(0, RULE_AT_HIT({ R10, 0 }));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		regs[REG_R10] = cases[i].r10;
		STOPS(3, cases[i].stop, cases[i].r10);
	}
	regs[REG_R10] = regs[REG_RSP];
	STOPS(3, SFREG_STOP_NO_PROGRESS, "sp");
	regs[REG_R10] = regs[REG_RSP] + 8;
	STOPS(3, SFREG_STOP_BAD_RA, "nothing there");
	ASSERT_EQ(0, RULE_AT_HIT({ AT(R10), 0 }));
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		regs[REG_R10] = nowhere[i];
		STOPS(3, SFREG_STOP_UNREADABLE, nowhere[i]);
	}
}

/* Each register is read from its own place, while all others hold nonsense. */
TEST_F(flexible, signal_frame_registers)
{
	static const int by_dwarf[16] = {
		REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
		REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	};

	for (int i = 0; i < 16; i++) {
		greg_t *regs = signal_frame(self);

		ASSERT_EQ(0, RULE_AT_HIT({ RSP, 800 }, { SFE_REG(i), 0 }));
		regs[by_dwarf[i]] = i == 7 ? (greg_t)sft_addr(&self->s[300]) : 0x5000 + i;
		STOPS(4, SFREG_STOP_NO_WINDOW, i);
		EXPECT_EQ(SFREG_KIND_DISCONTINUITY, self->r.frames[2].kind);
		EXPECT_EQ(self->text + HIT, self->r.frames[2].pc);
		EXPECT_EQ(sft_addr(&self->s[400]), self->r.frames[2].cfa);
		EXPECT_EQ((uint64_t)regs[by_dwarf[i]], self->r.frames[3].pc);
	}
}

SFT_MAIN
