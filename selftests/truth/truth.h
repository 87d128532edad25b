/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Truth: at each address of an object, the rule of the compiled row table against
 * the one that elfutils' libdw computes from .eh_frame. Both are brought to one
 * form, struct rule; compare.c lays them side by side and causes.c knows the
 * differences that are the toolchain's.
 */
#ifndef TRUTH_H
#define TRUTH_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sfr_env.h>
#include "compile.h"
#include "rows.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/* What an ABI calls its registers, by DWARF number. */
struct arch {
	u16 machine;		/* EM_* */
	bool big;
	u8 abi;			/* enum sfr_abi */
	u8 sp, fp, ra;		/* ra: the column of the return address */
	u8 pc;			/* in expressions; NO_REG: none */
	s32 cfa_ra;		/* ra = *(cfa + this), always; 0: anywhere */
};

#define CFA_REG		253	/* the place is relative to the CFA */
#define NO_REG		254	/* the place is a number */
#define UNDEFINED	255	/* the place is nowhere */

/* [*](reg + off + scale * index) + add */
struct place {
	bool deref;
	u8 reg;
	s64 off;
	/* Of a CFA that is dereferenced, else 0. */
	u8 scale, index;
	s64 add;
};

enum kind {
	NOTHING,		/* no rule */
	ROW,
	OUTERMOST,		/* no caller */
	SIGNAL,			/* a signal trampoline */
	STRANGE,		/* of another shape: struct rule says what */
};

/* Of a strange rule: which of its parts. */
#define STRANGE_CFA	0x01
#define STRANGE_RA	0x02
#define STRANGE_FP	0x04
#define STRANGE_SP	0x08	/* the caller's stack pointer is not the CFA */

struct rule {
	enum kind kind;
	u8 strange;		/* STRANGE_* */
	struct place cfa, ra, fp;	/* fp unchanged: the register itself. Of a mark: what is
				 * said besides */
	bool ra_signed;
};

/* A function entry of .eh_frame, and where its return address gets (un)signed. */
struct fde {
	u64 start, end;
	bool signal;		/* the augmentation says so */
	bool escapes;		/* has what only .cfi_escape writes */
	bool unknown;		/* has an instruction that there is not */
	u32 n_signs;
	u64 *signs;		/* from signs[0] on signed, from signs[1] on not, .. */
};

struct section {
	u64 start, end;
	const char *name;
};

struct object {
	const char *path;
	void *image;		/* the file: ours to change, relocated if it is a .o */
	Elf *elf;
	bool relocatable;
	const struct arch *arch;
	struct section *texts;	/* executable, in order */
	u32 n_texts;
	struct fde *fdes;	/* in order */
	u32 n_fdes, n_unknown;
	bool debug_frame;	/* they are from .debug_frame: there is no .eh_frame */
	u8 *sframe;		/* NULL: there is none */
	u64 sframe_addr, sframe_len;
	struct object *own;	/* of a static program: what it was linked from */
};

/* object.c. False: *why says what is wrong. */
bool object_open(struct object *o, const char *path, const char **why);
void object_close(struct object *o);
/* The section of that name, with its data; NULL if there is none. */
Elf_Data *object_section(struct object *o, const char *name, u64 *addr);
/* symbols.c. The name of the function that @addr lies in, or "". */
const char *object_symbol(const struct object *o, u64 addr);
/* Was the function in @o that @addr lies in compiled from what @part is made of? */
bool object_has_part(const struct object *o, const struct object *part, u64 addr);

/* fdes.c: fills in o->fdes; none without .eh_frame or .debug_frame. */
bool fdes_read(struct object *o, const char **why);
const struct fde *fde_of(const struct object *o, u64 addr);

/* cfi.c: .eh_frame's rules. */
struct cfi;
struct cfi *cfi_open(struct object *o, const char **why);
void cfi_close(struct cfi *c);
struct rule cfi_rule(struct cfi *c, u64 addr);
/* Is it at @addr the rule that was asked for last? */
bool cfi_holds(const struct cfi *c, u64 addr);

/* compiled.c: .sframe's rules, by the core. */
struct compiled {
	struct sfr_table *table;
	enum sfr_status status;
	struct sfr_compile_plan plan;
};

void compiled_make(struct compiled *c, const struct object *o);
void compiled_free(struct compiled *c);
struct rule compiled_rule(const struct compiled *c, const struct object *o, u64 addr);
/* @after_call: of the call that returns to @addr. */
struct rule compiled_rule_at(const struct compiled *c, const struct object *o, u64 addr,
			     bool after_call);

/* rule.c */
bool same_place(const struct place *a, const struct place *b);
/* Whatever they are marked as, and but for the signature. */
bool same_places(const struct rule *a, const struct rule *b);
bool same_rule(const struct rule *a, const struct rule *b);
/* As algebra, in a static buffer that the next call but three reuses. */
const char *rule_text(const struct rule *r);

#endif /* TRUTH_H */
