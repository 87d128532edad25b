/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions whose frames only flexible rows can tell, with these rows beside the
 * instructions, as .cfi directives would be (the assembler at hand knows V1), and
 * with frames that are known without them: before each call the caller notes its
 * stack pointer, which is the callee's CFA, in struct flex_truth.
 *
 *	flex_root -> flex_outer -> the function under test [-> flex_leaf]
 *
 * flex_outer's CFA comes from rbp, so a wrong rbp is found out.
 */
#define FLEX_ASM
#include "flexible.h"

#define REG(n)	(n*8+1)		/* control words, see sframe_emit.h */
#define RBP	REG(6)
#define RSP	REG(7)
#define R10	REG(10)
#define CFA	0
#define DEREF	2
#define AT(x)	(x+DEREF)

	.text
	.globl	flex_text
	.p2align 4
flex_text:

	.macro function name
	.globl	\name
	.type	\name, @function
\name:
	.pushsection flex_funcs, "aw"
	.quad	\name, \name\()_end
	.popsection
	.endm

	/* What struct flex_by has. */
	.macro by_entry reg
	.pushsection flex_bys, "aw"
	.quad	flex_by_\reg, flex_by_\reg\()_loop, flex_by_\reg\()_loop_end
	.ascii	"\reg"
	.balign	8
	.popsection
	.endm

	.macro finish name
	.globl	\name\()_end
\name\()_end:
	.size	\name, . - \name
	.endm

	/* From here on. stop: why a walk ends at this row; 0: it goes on. */
	.macro row cfa, cfa_off, ra=0, ra_off=0, fp=0, fp_off=0, stop=0
777:
	.pushsection flex_rows, "aw"
	.quad	777b
	.long	\cfa, \cfa_off, \ra, \ra_off, \fp, \fp_off, \stop, 0
	.popsection
	.endm

/* void flex_root(flex_fn *fn, long count, struct flex_truth *, long shift) */
function flex_root
	row	RSP, 8
	push	%rbp
	row	RSP, 16, fp=AT(CFA), fp_off=-16
	mov	%rsp, %rbp
	row	RBP, 16, fp=AT(CFA), fp_off=-16
	push	%rbx
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	sub	%rcx, %rsp
	mov	%rdi, %rbx
	mov	%rsi, %r12
	mov	%rdx, %r13
	lea	16(%rbp), %rax
	mov	%rax, FLEX_ROOT(%r13)
	mov	%rsp, FLEX_OUTER(%r13)
	call	flex_outer
	.globl	flex_root_ret
flex_root_ret:
	lea	-40(%rbp), %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbx
	pop	%rbp
	row	RSP, 8
	ret
finish flex_root

function flex_outer
	row	RSP, 8
	push	%rbp
	row	RSP, 16
	mov	%rsp, %rbp
	row	RBP, 16, fp=AT(CFA), fp_off=-16
	sub	$0x20, %rsp
	mov	%r12, %rdi
	mov	%rsp, FLEX_FN(%r13)
	call	*%rbx
	.globl	flex_outer_ret
flex_outer_ret:
	leave
	row	RSP, 8
	ret
finish flex_outer

function flex_leaf
	row	RSP, 8
	push	%rbp
	row	RSP, 16
	mov	$0x1234567, %rbp
	row	RSP, 16, fp=AT(CFA), fp_off=-16
	xor	%eax, %eax
	pop	%rbp
	row	RSP, 8
	ret
finish flex_leaf

/* As gcc realigns a stack. r10 is lost in between. */
function flex_drap
	row	RSP, 8
	lea	8(%rsp), %r10
	row	R10, 0
	and	$-64, %rsp
	pushq	-8(%r10)
	push	%rbp
	mov	%rsp, %rbp
	row	R10, 0, fp=AT(RBP), fp_off=0
	push	%r10
	row	AT(RBP), -8, fp=AT(RBP), fp_off=0
	sub	$0x48, %rsp
	mov	%rdi, -0x18(%rbp)
	mov	$0x7654321, %r10
1:	decq	-0x18(%rbp)
	jnz	1b
	mov	%rdi, -0x18(%rbp)
	mov	%rsp, FLEX_LEAF(%r13)
	call	flex_leaf
	.globl	flex_drap_ret
flex_drap_ret:
	mov	-8(%rbp), %r10
	row	R10, 0, fp=AT(RBP), fp_off=0
	.globl	flex_drap_loop
flex_drap_loop:
	decq	-0x18(%rbp)
	jnz	flex_drap_loop
	.globl	flex_drap_loop_end
flex_drap_loop_end:
	leave
	row	R10, 0
	lea	-8(%r10), %rsp
	row	RSP, 8
	ret
finish flex_drap

/* A call before r10 is saved: flex_leaf leaves it alone, as this function's rows imply. */
function flex_early
	row	RSP, 8
	lea	8(%rsp), %r10
	row	R10, 0
	and	$-64, %rsp
	mov	%rsp, FLEX_LEAF(%r13)
	call	flex_leaf
	.globl	flex_early_ret
flex_early_ret:
	lea	-8(%r10), %rsp
	row	RSP, 8
	ret
finish flex_early

/* Registers that there are not. */
function flex_none
	row	RSP, 8
	nop
	row	REG(31), 8, stop=FLEX_UNKNOWN_REG
	nop
	row	AT(REG(31)), 0, stop=FLEX_UNKNOWN_REG
	nop
	row	RSP, 8
	nop
	row	RSP, 8, ra=REG(16), ra_off=0, stop=FLEX_UNKNOWN_REG
	nop
	row	RSP, 8, fp=REG(0x1fffffff), fp_off=0, stop=FLEX_UNKNOWN_REG
	nop
	row	RSP, 8
	ret
finish flex_none

/*
 * \reg, whose DWARF number is n, by turns holds an address below the CFA, that of a
 * word that holds the CFA, the return address, and the caller's rbp; what the rows
 * would otherwise find is overwritten. ctl, off: where rbp is saved, if it is \reg.
 */
	.macro by_register name, reg, n, ctl=0, off=0
function flex_by_\name
	row	RSP, 8
	push	\reg
	row	RSP, 16
	push	%rdi
	row	RSP, 24
	lea	24-0x40(%rsp), \reg
	row	REG(\n), 0x40, fp=\ctl, fp_off=\off
	.globl	flex_by_\name\()_loop
flex_by_\name\()_loop:
	decq	(%rsp)
	jnz	flex_by_\name\()_loop
	.globl	flex_by_\name\()_loop_end
flex_by_\name\()_loop_end:
	lea	0x40(\reg), \reg
	row	REG(\n), 0, fp=\ctl, fp_off=\off
	push	\reg
	lea	-8(%rsp), \reg
	row	AT(REG(\n)), 8, fp=\ctl, fp_off=\off
	nop
	row	RSP, 32, fp=\ctl, fp_off=\off
	add	$8, %rsp
	row	RSP, 24, fp=\ctl, fp_off=\off
	mov	16(%rsp), \reg
	row	RSP, 24, ra=REG(\n), ra_off=0, fp=\ctl, fp_off=\off
	movq	$0, 16(%rsp)
	nop
	mov	\reg, 16(%rsp)
	row	RSP, 24, fp=\ctl, fp_off=\off
	.ifnc	\reg, %rbp
	lea	-16(%rbp), \reg
	row	RSP, 24, fp=REG(\n), fp_off=16
	mov	$0x1234567, %rbp
	lea	16(\reg), %rbp
	row	RSP, 24
	.endif
	pop	%rdi
	row	RSP, 16, fp=\ctl, fp_off=\off
	pop	\reg
	row	RSP, 8
	ret
finish flex_by_\name
	by_entry \name
	.endm

	by_register rax, %rax, 0
	by_register rdx, %rdx, 1
	by_register rcx, %rcx, 2
	by_register rbx, %rbx, 3
	by_register rsi, %rsi, 4
	by_register rdi, %rdi, 5
	by_register rbp, %rbp, 6, AT(CFA), -16
	by_register r8, %r8, 8
	by_register r9, %r9, 9
	by_register r10, %r10, 10
	by_register r11, %r11, 11
	by_register r12, %r12, 12
	by_register r13, %r13, 13
	by_register r14, %r14, 14
	by_register r15, %r15, 15

/* rsp itself can but address a word. */
function flex_by_rsp
	row	RSP, 8
	lea	8(%rsp), %rax
	push	%rdi
	row	RSP, 16
	push	%rax
	row	AT(RSP), 0
	xor	%eax, %eax
	.globl	flex_by_rsp_loop
flex_by_rsp_loop:
	decq	8(%rsp)
	jnz	flex_by_rsp_loop
	.globl	flex_by_rsp_loop_end
flex_by_rsp_loop_end:
	row	RSP, 24
	add	$16, %rsp
	row	RSP, 8
	ret
finish flex_by_rsp
	by_entry rsp

	.globl	flex_text_end
flex_text_end:

	.section .note.GNU-stack,"",@progbits
