// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * One step by a rule: the caller's registers, or the exact reason why not and
 * registers left alone.
 */
#include "step.h"
#include "tap.h"
#include "world.h"

#define SP	0x7ffff0000000ull
#define FP	0x7ffff0000100ull
#define TOP	WORLD_ADDR_MAX

struct vector {
	const char *name;
	struct sfr_rule rule;
	struct sfr_regs regs;		/* sp 0: SP and FP */
	enum sfr_stop stop;
	struct sfr_regs caller;		/* if it steps */
	u8 kind;			/* of the frame */
	s32 sp_off;
};

#define STACK		RULE_STACK
#define R(reg)		(SFR_BASE_REG + (reg))
#define AT_REG(reg)	(R(reg) | SFR_BASE_DEREF)

#define RULE(cb, co, rb, ro, fb, fo) \
	{ .cfa_base = (cb), .cfa_off = (co), .ra_base = (rb), .ra_off = (ro), \
	  .fp_base = (fb), .fp_off = (fo) }

#define BY_SP(off)		RULE(SFR_BASE_SP, off, STACK, -8, SFR_BASE_FP, 0)
#define BY_FP(off)		RULE(SFR_BASE_FP, off, STACK, -8, SFR_BASE_FP, 0)
#define BY_SP_SAVED(off, fp)	RULE(SFR_BASE_SP, off, STACK, -8, STACK, fp)
#define BY_DEREF(off)		RULE(SFR_BASE_FP | SFR_BASE_DEREF, off, STACK, -8, SFR_BASE_FP, 0)
#define BY_REG(reg, off)	RULE(R(reg), off, STACK, -8, SFR_BASE_FP, 0)
#define LOW	(-2147483647 - 1)
#define HIGH	2147483640

/* The words are in main(), as are registers 3, 10, 12 and 14. */
static const struct vector plain[] = {
	{ "(pc, sp, fp) = (*sp, sp + 8, fp)", BY_SP(8), .caller = { 0x1008, SP + 8, FP } },
	{ "cfa = sp + 24", BY_SP(24), .caller = { 0x1024, SP + 24, FP } },
	{ "cfa = fp + 16", BY_FP(16), .caller = { 0x2016, FP + 16, FP } },
	{ "cfa = fp - 48, above sp", BY_FP(-48), .caller = { 0x2000, FP - 48, FP } },
	{ "fp = *(cfa - 16)", BY_SP_SAVED(24, -16), .caller = { 0x1024, SP + 24, 0xfafa } },
	{ "fp = *(cfa + 8)", BY_SP_SAVED(8, 8), .caller = { 0x1008, SP + 8, 0x1024 } },
	{ "pc just below the end of user space", BY_SP(0x48),
	  .caller = { TOP - 1, SP + 0x48, FP } },
	{ "cfa = sp", BY_SP(0), .stop = SFR_STOP_NO_PROGRESS },
	{ "cfa = sp - 8", BY_SP(-8), .stop = SFR_STOP_NO_PROGRESS },
	{ "cfa = fp, below sp", BY_FP(0), .regs = { 1, SP, SP - 64 },
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "cfa = fp, at sp", BY_FP(0), .regs = { 1, SP, SP }, .stop = SFR_STOP_NO_PROGRESS },
	{ "cfa misaligned by the offset", BY_SP(12), .stop = SFR_STOP_BAD_CFA },
	{ "cfa misaligned by the register", BY_FP(16), .regs = { 1, SP, FP + 1 },
	  .stop = SFR_STOP_BAD_CFA },
	{ "cfa at the end of user space", BY_SP(8), .regs = { 1, TOP - 8, 0 },
	  .caller = { 0x9999, TOP, 0 } },
	{ "cfa just beyond", BY_SP(16), .regs = { 1, TOP - 8, 0 }, .stop = SFR_STOP_BAD_CFA },
	{ "cfa beyond user space", BY_SP(HIGH), .regs = { 1, TOP - 8, 0 },
	  .stop = SFR_STOP_BAD_CFA },
	{ "fp is no user address", BY_FP(16), .regs = { 1, SP, TOP },
	  .stop = SFR_STOP_BAD_CFA },
	{ "fp + 16 wraps around", BY_FP(16), .regs = { 1, SP, -8ull },
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "sp wraps around", BY_SP(8), .regs = { 1, -8ull, 0 }, .stop = SFR_STOP_NO_PROGRESS },
	{ "sp beyond user space, cfa below", BY_FP(16), .regs = { 1, TOP, FP },
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "fp - 2^31 is negative", BY_FP(LOW), .regs = { 1, 8, 8 }, .stop = SFR_STOP_BAD_CFA },
	{ "the return address is not there", BY_SP(0x38), .stop = SFR_STOP_UNREADABLE },
	{ "the saved fp is not there", BY_SP_SAVED(8, -16), .stop = SFR_STOP_UNREADABLE },
	{ "the saved fp's address wraps", BY_SP_SAVED(8, LOW), .regs = { 1, 8, 0 },
	  .stop = SFR_STOP_UNREADABLE },
	{ "the return address is 0", BY_SP(0x40), .stop = SFR_STOP_BAD_RA },
	{ "the return address is no user address", BY_SP(0x50), .stop = SFR_STOP_BAD_RA },
};

static const struct vector general[] = {
	{ "cfa = *(fp - 16)", BY_DEREF(-16), .caller = { 0x3000, SP + 0x200, FP } },
	{ "cfa = *(fp - 24), below sp", BY_DEREF(-24), .stop = SFR_STOP_NO_PROGRESS },
	{ "cfa misaligned in memory", BY_DEREF(-32), .stop = SFR_STOP_BAD_CFA },
	{ "the saved cfa is no user address", BY_DEREF(-40), .stop = SFR_STOP_BAD_CFA },
	{ "the saved cfa is not there", BY_DEREF(-64), .stop = SFR_STOP_UNREADABLE },
	{ "the saved cfa's address wraps", BY_DEREF(LOW), .regs = { 1, SP, 8 },
	  .stop = SFR_STOP_UNREADABLE },
	{ "cfa = *(sp + 0x60)", RULE(SFR_BASE_SP | SFR_BASE_DEREF, 0x60, STACK, -8, SFR_BASE_FP, 0),
	  .caller = { 0x3000, SP + 0x200, FP } },
	{ "cfa = r10 + 0", BY_REG(10, 0), .caller = { 0x3000, SP + 0x200, FP } },
	{ "cfa = *(r10 - 16)", RULE(AT_REG(10), -16, STACK, -8, SFR_BASE_FP, 0),
	  .caller = { 0x2016, FP + 16, FP } },
	{ "cfa = r10, below a signal frame", BY_REG(10, 0), .kind = SFR_KIND_DISCONTINUITY,
	  .caller = { 0x3000, SP + 0x200, FP } },
	{ "cfa = r10, after a call: callees leave it alone", BY_REG(10, 0), .kind = SFR_KIND_CALL,
	  .caller = { 0x3000, SP + 0x200, FP } },
	{ "cfa = r12, after a call: callees restore it", BY_REG(12, 8), .kind = SFR_KIND_CALL,
	  .stop = SFR_STOP_UNKNOWN_REG },
	{ "cfa = r11, which is not known", BY_REG(11, 0), .stop = SFR_STOP_UNKNOWN_REG },
	{ "cfa = r32, which there is not", BY_REG(32, 0), .stop = SFR_STOP_UNKNOWN_REG },
	{ "cfa = r12, no user address", BY_REG(12, 8), .stop = SFR_STOP_BAD_CFA },
	{ "cfa = r12, wrapping to 0", BY_REG(12, 16), .stop = SFR_STOP_NO_PROGRESS },
	{ "fp = *(fp + 0)", RULE(SFR_BASE_SP, 8, STACK, -8, SFR_BASE_FP | SFR_BASE_DEREF, 0),
	  .caller = { 0x1008, SP + 8, SP + 0x300 } },
	{ "fp = fp + 16", RULE(SFR_BASE_SP, 8, STACK, -8, SFR_BASE_FP, 16),
	  .caller = { 0x1008, SP + 8, FP + 16 } },
	{ "fp = sp + 24", RULE(SFR_BASE_SP, 8, STACK, -8, SFR_BASE_SP, 24),
	  .caller = { 0x1008, SP + 8, SP + 24 } },
	{ "fp = cfa - 16", RULE(SFR_BASE_SP, 24, STACK, -8, SFR_BASE_CFA, -16),
	  .caller = { 0x1024, SP + 24, SP + 8 } },
	{ "fp = r3", RULE(SFR_BASE_SP, 8, STACK, -8, R(3), 0),
	  .caller = { 0x1008, SP + 8, 0x3333 } },
	{ "fp = *(r10 - 16)", RULE(SFR_BASE_SP, 8, STACK, -8, AT_REG(10), -16),
	  .caller = { 0x1008, SP + 8, FP + 16 } },
	{ "fp = r3, after a call", RULE(SFR_BASE_SP, 8, STACK, -8, R(3), 0),
	  .kind = SFR_KIND_CALL, .stop = SFR_STOP_UNKNOWN_REG },
	{ "fp = *r12, which wraps", RULE(SFR_BASE_SP, 8, STACK, -8, AT_REG(12), 0),
	  .stop = SFR_STOP_UNREADABLE },
	{ "ra = r14", RULE(SFR_BASE_SP, 16, R(14), 0, SFR_BASE_FP, 0),
	  .caller = { 0x1414, SP + 16, FP } },
	{ "ra = *(r10 - 8)", RULE(SFR_BASE_SP, 16, AT_REG(10), -8, SFR_BASE_FP, 0),
	  .caller = { 0x3000, SP + 16, FP } },
	{ "ra = r14 in a leaf: sp is the caller's", RULE(SFR_BASE_SP, 0, R(14), 0, SFR_BASE_FP, 0),
	  .caller = { 0x1414, SP, FP } },
	{ "the same below a signal frame", RULE(SFR_BASE_SP, 0, R(14), 0, SFR_BASE_FP, 0),
	  .kind = SFR_KIND_DISCONTINUITY, .caller = { 0x1414, SP, FP } },
	{ "ra = r14, cfa = sp - 8", RULE(SFR_BASE_SP, -8, R(14), 0, SFR_BASE_FP, 0),
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "ra = r14, after a call", RULE(SFR_BASE_SP, 16, R(14), 0, SFR_BASE_FP, 0),
	  .kind = SFR_KIND_CALL, .stop = SFR_STOP_UNKNOWN_REG },
	{ "ra = *cfa, cfa = sp", RULE(SFR_BASE_SP, 0, STACK, 0, SFR_BASE_FP, 0),
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "ra = *(r10 - 8), cfa = sp", RULE(SFR_BASE_SP, 0, AT_REG(10), -8, SFR_BASE_FP, 0),
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "ra = r12, no user address", RULE(SFR_BASE_SP, 16, R(12), 0, SFR_BASE_FP, 0),
	  .stop = SFR_STOP_BAD_RA },
	{ "ra = r11, which is not known", RULE(SFR_BASE_SP, 16, R(11), 0, SFR_BASE_FP, 0),
	  .stop = SFR_STOP_UNKNOWN_REG },
	{ "ra = r15, which is 0", RULE(SFR_BASE_SP, 16, R(15), 0, SFR_BASE_FP, 0),
	  .stop = SFR_STOP_BAD_RA },
};

#define S390X	.sp_off = -160

/* The caller's sp is 160 below the CFA: a leaf's is where its own is. */
static const struct vector s390x[] = {
	{ "leaf: ra = r14, cfa = sp + 160", RULE(SFR_BASE_SP, 160, R(14), 0, SFR_BASE_FP, 0), S390X,
	  .caller = { 0x1414, SP, FP } },
	{ "leaf, after a call", RULE(SFR_BASE_SP, 160, R(14), 0, SFR_BASE_FP, 0), S390X,
	  .kind = SFR_KIND_CALL, .stop = SFR_STOP_NO_PROGRESS },
	{ "leaf whose sp would go down", RULE(SFR_BASE_SP, 152, R(14), 0, SFR_BASE_FP, 0), S390X,
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "cfa = sp + 320, ra = *(cfa - 48), fp = *(cfa - 72)",
	  RULE(SFR_BASE_SP, 320, STACK, -48, STACK, -72), S390X,
	  .caller = { 0x4848, SP + 160, 0x7272 } },
	{ "cfa = fp + 160", RULE(SFR_BASE_FP, 160, STACK, -48, SFR_BASE_FP, 0), S390X,
	  .caller = { 0x4949, FP, FP } },
	{ "ra saved, and sp not moved", RULE(SFR_BASE_SP, 160, STACK, -48, SFR_BASE_FP, 0), S390X,
	  .stop = SFR_STOP_NO_PROGRESS },
	{ "ra saved, sp moved by 8", RULE(SFR_BASE_SP, 168, STACK, -48, SFR_BASE_FP, 0), S390X,
	  .caller = { 0x5050, SP + 8, FP } },
	{ "cfa - 160 wraps", RULE(SFR_BASE_FP, 0, R(14), 0, SFR_BASE_FP, 0), .regs = { 1, SP, 152 },
	  .stop = SFR_STOP_BAD_CFA, S390X },
	{ "cfa - 160 wraps, from a low sp", RULE(SFR_BASE_FP, 0, R(14), 0, SFR_BASE_FP, 0),
	  .regs = { 1, 8, 8 },
	  .stop = SFR_STOP_BAD_CFA, S390X },
	{ "cfa at the end of user space", RULE(SFR_BASE_FP, 160, R(14), 0, SFR_BASE_FP, 0),
	  .regs = { 1, SP, TOP - 152 }, .stop = SFR_STOP_BAD_CFA, S390X },
};

static void check(struct world *w, const struct vector *v)
{
	struct sfr_regs regs = v->regs, want = v->caller;
	struct sfr_walk walk;
	enum sfr_stop stop;

	if (!regs.sp)
		regs = (struct sfr_regs) { 0x1234, SP, FP };
	if (v->stop)
		want = regs;
	world_start(w, &walk, regs.pc, regs.sp, regs.fp);
	walk.frame.kind = v->kind;
	walk.sp_off = v->sp_off;
	stop = sfr_step(&walk, &v->rule);
	regs = walk.frame.regs;
	if (!ok(stop == v->stop && !memcmp(&regs, &want, sizeof(regs)), "%s", v->name))
		printf("# stop %d, want %d; pc %#llx sp %#llx fp %#llx\n", stop, v->stop,
		       (long long)regs.pc, (long long)regs.sp, (long long)regs.fp);
}

/* Where a rule needs no register but sp and fp, none is asked for. */
static void check_asked(struct world *w)
{
	size_t i;

	w->asked = 0;
	for (i = 0; i < ARRAY_SIZE(plain); i++)
		check(w, &plain[i]);
	is(w->asked, 0, "no other register was asked for");
}

int main(void)
{
	static struct world w;
	size_t i;

	world_word(&w, 0, 0x1111);
	world_word(&w, TOP - 8, 0x9999);
	world_word(&w, SP, 0x1008);
	world_word(&w, SP + 8, 0xfafa);
	world_word(&w, SP + 16, 0x1024);
	world_word(&w, SP + 0x38, 0);
	world_word(&w, SP + 0x40, TOP - 1);
	world_word(&w, SP + 0x48, TOP);
	world_word(&w, SP + 0x60, SP + 0x200);
	world_word(&w, SP + 112, 0x4747);
	world_word(&w, SP + 120, 0x5050);
	world_word(&w, SP + 168 - 48 + 128, 0x7272);
	world_word(&w, SP + 320 - 48, 0x4848);
	world_word(&w, FP - 56 + 160 + 8, 0x4949);
	world_word(&w, FP, SP + 0x300);
	world_word(&w, FP - 16, SP + 0x200);
	world_word(&w, FP - 24, SP - 8);
	world_word(&w, FP - 32, SP + 0x1fc);
	world_word(&w, FP - 40, -8ull);
	world_word(&w, FP - 56, 0x2000);
	world_word(&w, FP + 8, 0x2016);
	world_word(&w, SP + 0x1f8, 0x3000);
	world_word(&w, SP + 0x1f0, FP + 16);
	world_register(&w, 0, 3, 0x3333);
	world_register(&w, 0, 10, SP + 0x200);
	world_register(&w, 0, 12, -16ull);
	world_register(&w, 0, 14, 0x1414);
	world_register(&w, 0, 15, 0);
	check_asked(&w);
	for (i = 0; i < ARRAY_SIZE(general); i++)
		check(&w, &general[i]);
	for (i = 0; i < ARRAY_SIZE(s390x); i++)
		check(&w, &s390x[i]);
	return tap_done();
}
