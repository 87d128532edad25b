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
};

#define BY_SP(off)		{ .cfa_off = (off), .ra_off = -8, .cfa_base = SFR_BASE_SP }
#define BY_FP(off)		{ .cfa_off = (off), .ra_off = -8, .cfa_base = SFR_BASE_FP }
#define BY_SP_SAVED(off, fp)	{ .cfa_off = (off), .ra_off = -8, .fp_off = (fp), \
				  .cfa_base = SFR_BASE_SP, .flags = SFR_RULE_FP_SAVED }
#define BY_DEREF(off)		{ .cfa_off = (off), .ra_off = -8, .cfa_base = SFR_BASE_FP, \
				  .flags = SFR_RULE_CFA_DEREF }
#define LOW	(-2147483647 - 1)
#define HIGH	2147483640

/* Words: see main(). */
static const struct vector vectors[] = {
	{ "(pc, sp, fp) = (*sp, sp + 8, fp)", BY_SP(8), {}, 0, { 0x1008, SP + 8, FP } },
	{ "cfa = sp + 24", BY_SP(24), {}, 0, { 0x1024, SP + 24, FP } },
	{ "cfa = fp + 16", BY_FP(16), {}, 0, { 0x2016, FP + 16, FP } },
	{ "cfa = fp - 8, above sp", BY_FP(-8), {}, 0, { 0x2000, FP - 8, FP } },
	{ "fp = *(cfa - 16)", BY_SP_SAVED(24, -16), {}, 0, { 0x1024, SP + 24, 0xfafa } },
	{ "fp = *(cfa + 8)", BY_SP_SAVED(8, 8), {}, 0, { 0x1008, SP + 8, 0x1024 } },
	{ "cfa = *(fp - 16)", BY_DEREF(-16), {}, 0, { 0x3000, SP + 0x200, FP } },
	{ "pc just below the end of user space", BY_SP(0x48), {}, 0, { TOP - 1, SP + 0x48, FP } },
	{ "cfa = sp", BY_SP(0), {}, SFR_STOP_NO_PROGRESS, {} },
	{ "cfa = sp - 8", BY_SP(-8), {}, SFR_STOP_NO_PROGRESS, {} },
	{ "cfa = fp, below sp", BY_FP(0), { 1, SP, SP - 64 }, SFR_STOP_NO_PROGRESS, {} },
	{ "cfa = fp, at sp", BY_FP(0), { 1, SP, SP }, SFR_STOP_NO_PROGRESS, {} },
	{ "cfa = *(fp - 24), below sp", BY_DEREF(-24), {}, SFR_STOP_NO_PROGRESS, {} },
	{ "cfa misaligned by the offset", BY_SP(12), {}, SFR_STOP_BAD_CFA, {} },
	{ "cfa misaligned by the register", BY_FP(16), { 1, SP, FP + 1 }, SFR_STOP_BAD_CFA, {} },
	{ "cfa misaligned in memory", BY_DEREF(-32), {}, SFR_STOP_BAD_CFA, {} },
	{ "cfa at the end of user space", BY_SP(8), { 1, TOP - 8, 0 }, SFR_STOP_BAD_CFA, {} },
	{ "cfa beyond user space", BY_SP(HIGH), { 1, TOP - 8, 0 }, SFR_STOP_BAD_CFA, {} },
	{ "fp is no user address", BY_FP(16), { 1, SP, TOP }, SFR_STOP_BAD_CFA, {} },
	{ "fp + 16 wraps around", BY_FP(16), { 1, SP, -8ull }, SFR_STOP_BAD_CFA, {} },
	{ "sp wraps around", BY_SP(8), { 1, -8ull, 0 }, SFR_STOP_BAD_CFA, {} },
	{ "fp - 2^31 is negative", BY_FP(LOW), { 1, 8, 8 }, SFR_STOP_BAD_CFA, {} },
	{ "the saved cfa is no user address", BY_DEREF(-40), {}, SFR_STOP_BAD_CFA, {} },
	{ "the saved cfa is not there", BY_DEREF(-48), {}, SFR_STOP_UNREADABLE, {} },
	{ "the return address is not there", BY_SP(0x38), {}, SFR_STOP_UNREADABLE, {} },
	{ "the saved fp is not there", BY_SP_SAVED(8, -16), {}, SFR_STOP_UNREADABLE, {} },
	{ "the saved fp's address wraps", BY_SP_SAVED(8, LOW), { 1, 8, 0 },
	  SFR_STOP_UNREADABLE, {} },
	{ "the return address is 0", BY_SP(0x40), {}, SFR_STOP_BAD_RA, {} },
	{ "the return address is no user address", BY_SP(0x50), {}, SFR_STOP_BAD_RA, {} },
	{ "a base that is not known", { .cfa_off = 8, .ra_off = -8, .cfa_base = 2 }, {},
	  SFR_STOP_UNKNOWN_REG, {} },
};

static void check(struct world *w, const struct vector *v)
{
	struct sfr_regs regs = v->regs, want = v->caller;
	enum sfr_stop stop;

	if (!regs.sp)
		regs = (struct sfr_regs) { 0x1234, SP, FP };
	if (v->stop)
		want = regs;
	stop = sfr_step(&v->rule, WORLD_ADDR_MAX, w, &regs);
	if (!ok(stop == v->stop && !memcmp(&regs, &want, sizeof(regs)), "%s", v->name))
		printf("# stop %d, want %d; pc %#llx sp %#llx fp %#llx\n", stop, v->stop,
		       (long long)regs.pc, (long long)regs.sp, (long long)regs.fp);
}

int main(void)
{
	static struct world w;
	size_t i;

	world_word(&w, 0, 0x1111);
	world_word(&w, SP, 0x1008);
	world_word(&w, SP + 8, 0xfafa);
	world_word(&w, SP + 16, 0x1024);
	world_word(&w, SP + 0x38, 0);
	world_word(&w, SP + 0x40, TOP - 1);
	world_word(&w, SP + 0x48, TOP);
	world_word(&w, FP - 16, SP + 0x200);
	world_word(&w, FP + 8, 0x2016);
	world_word(&w, SP + 0x1f8, 0x3000);
	world_word(&w, FP - 24, SP - 8);
	world_word(&w, FP - 32, SP + 0x1fc);
	world_word(&w, FP - 40, -8ull);
	/* Two vectors share FP - 16: as a saved CFA, and as a return address. */
	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		w.words[7].value = vectors[i].caller.pc == 0x2000 ? 0x2000 : SP + 0x200;
		check(&w, &vectors[i]);
	}
	return tap_done();
}
