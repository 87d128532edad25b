// SPDX-License-Identifier: GPL-2.0-only
/*
 * .eh_frame's rule at an address, as libdw computes it. What a function does not
 * mention has the ABI's default, which libdw knows; so "not mentioned" is "same
 * value" for the frame pointer and for a return address in a register.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include "expr.h"
#include "truth.h"

struct cfi {
	struct object *object;
	Dwarf *debug;		/* what .debug_frame is read through */
	Dwarf_CFI *dwarf;
	/* The last answer holds in [start, end). */
	u64 start, end;
	struct rule rule;
};

struct cfi *cfi_open(struct object *o, const char **why)
{
	struct cfi *c = calloc(1, sizeof(*c));

	c->object = o;
	/* A file of data has none, and libdw nothing to say. */
	if (!o->n_fdes)
		return c;
	if (o->debug_frame)
		c->debug = dwarf_begin_elf(o->elf, DWARF_C_READ, NULL);
	c->dwarf = o->debug_frame ? dwarf_getcfi(c->debug) : dwarf_getcfi_elf(o->elf);
	if (c->dwarf)
		return c;
	*why = dwarf_errmsg(-1);
	free(c);
	return NULL;
}

void cfi_close(struct cfi *c)
{
	if (c->dwarf && !c->debug)
		dwarf_cfi_end(c->dwarf);
	dwarf_end(c->debug);
	free(c);
}

/* Where the caller's register @reg is; false if it has another shape. */
static bool find_register(const struct arch *arch, Dwarf_Frame *frame, u8 reg, u64 pc,
			  struct place *place, bool *pc_matters)
{
	Dwarf_Op memory[3], *ops;
	struct expr e;
	bool is_value;
	u64 home;

	if (dwarf_frame_register(frame, reg, memory, &ops, &e.n))
		return false;
	e.ops = ops;
	if (!e.n) {
		*place = (struct place) { .reg = ops == memory ? UNDEFINED : reg };
		return true;
	}
	if (e.n == 1 && (ops->atom == DW_OP_regx ||
			 (ops->atom >= DW_OP_reg0 && ops->atom <= DW_OP_reg31))) {
		home = ops->atom == DW_OP_regx ? ops->number : (u64)ops->atom - DW_OP_reg0;
		*place = (struct place) { .reg = home };
		return home < CFA_REG;
	}
	is_value = ops[e.n - 1].atom == DW_OP_stack_value;
	e.n -= is_value;
	if (!expr_value(arch, &e, pc, place, pc_matters))
		return false;
	/* A word that is in memory, plus a number, or the word at such: of no such shape. */
	if (place->add || place->scale)
		return false;
	if (is_value)
		return true;
	if (place->deref)
		return false;
	place->deref = true;
	return true;
}

/*
 * Is the caller's stack pointer the CFA? s390x's is 160 below, or where a function
 * that keeps all its registers has put it, which comes to the same.
 */
static bool sp_is_cfa(const struct arch *arch, Dwarf_Frame *frame, u64 pc, bool *pc_matters)
{
	struct place sp;

	return arch->machine == EM_S390 ||
	       (find_register(arch, frame, arch->sp, pc, &sp, pc_matters) &&
		same_place(&sp, &(struct place) { .reg = CFA_REG }));
}

static bool find_cfa(const struct arch *arch, Dwarf_Frame *frame, u64 pc, struct place *cfa,
		     bool *pc_matters)
{
	struct expr e;
	Dwarf_Op *ops;

	if (dwarf_frame_cfa(frame, &ops, &e.n) || !e.n)
		return false;
	e.ops = ops;
	return expr_value(arch, &e, pc, cfa, pc_matters);
}

static struct rule frame_rule(const struct arch *arch, Dwarf_Frame *frame, bool signal, u64 pc,
			      bool *pc_matters)
{
	struct rule r = { .kind = ROW };

	if (!find_cfa(arch, frame, pc, &r.cfa, pc_matters))
		r.strange |= STRANGE_CFA;
	if (!find_register(arch, frame, arch->ra, pc, &r.ra, pc_matters))
		r.strange |= STRANGE_RA;
	if (!find_register(arch, frame, arch->fp, pc, &r.fp, pc_matters))
		r.strange |= STRANGE_FP;
	if (!sp_is_cfa(arch, frame, pc, pc_matters))
		r.strange |= STRANGE_SP;
	if (r.strange)
		r.kind = STRANGE;
	if (!(r.strange & STRANGE_RA) && r.ra.reg == UNDEFINED)
		r.kind = OUTERMOST;
	if (signal)
		r.kind = SIGNAL;
	return r;
}

/* How often the return address has been signed or unsigned decides. */
static bool is_signed(const struct object *o, u64 addr)
{
	const struct fde *f = fde_of(o, addr);
	u32 i = 0;

	while (f && i < f->n_signs && f->signs[i] <= addr)
		i++;
	return i % 2;
}

bool cfi_holds(const struct cfi *c, u64 addr)
{
	return addr >= c->start && addr < c->end;
}

struct rule cfi_rule(struct cfi *c, u64 addr)
{
	bool signal, pc_matters = false;
	Dwarf_Frame *frame;

	if (!cfi_holds(c, addr)) {
		if (!c->dwarf || dwarf_cfi_addrframe(c->dwarf, addr, &frame))
			return (struct rule) { .kind = NOTHING };
		if (dwarf_frame_info(frame, &c->start, &c->end, &signal) < 0)
			return (struct rule) { .kind = STRANGE };
		c->rule = frame_rule(c->object->arch, frame, signal, addr, &pc_matters);
		if (pc_matters)
			c->end = c->start;
		free(frame);
	}
	c->rule.ra_signed = c->rule.kind == ROW && is_signed(c->object, addr);
	return c->rule;
}
