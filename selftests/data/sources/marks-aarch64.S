/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AArch64: directives that compilers seldom write. A gas that cannot say one in
 * its version of SFrame leaves the function out.
 */
	.text

	.globl marks_signal
	.type marks_signal, %function
marks_signal:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa sp, 0
	mov	x8, 139
	svc	0
	.cfi_endproc

	/* The first frame of a thread: no caller. */
	.globl marks_outermost
	.type marks_outermost, %function
marks_outermost:
	.cfi_startproc
	.cfi_undefined x30
	mov	x29, 0
	nop
	.cfi_endproc

	/* Signed with key A, and with key B. */
	.globl marks_signed_a
	.type marks_signed_a, %function
marks_signed_a:
	.cfi_startproc
	hint	25
	.cfi_negate_ra_state
	stp	x29, x30, [sp, -32]!
	.cfi_def_cfa_offset 32
	.cfi_offset 29, -32
	.cfi_offset 30, -24
	mov	x29, sp
	ldp	x29, x30, [sp], 32
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	hint	29
	.cfi_negate_ra_state
	ret
	.cfi_endproc

	.globl marks_signed_b
	.type marks_signed_b, %function
marks_signed_b:
	.cfi_startproc
	.cfi_b_key_frame
	hint	27
	.cfi_negate_ra_state
	stp	x29, x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	ldp	x29, x30, [sp], 16
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	hint	31
	.cfi_negate_ra_state
	ret
	.cfi_endproc

	/* CFA from another register. */
	.globl marks_other_register
	.type marks_other_register, %function
marks_other_register:
	.cfi_startproc
	mov	x9, sp
	.cfi_def_cfa_register 9
	sub	sp, sp, 64
	mov	sp, x9
	.cfi_def_cfa_register sp
	ret
	.cfi_endproc

	/* Only one of the pair is saved. */
	.globl marks_ra_only
	.type marks_ra_only, %function
marks_ra_only:
	.cfi_startproc
	str	x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 30, -16
	nop
	ldr	x30, [sp], 16
	.cfi_restore 30
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc

	.section .note.GNU-stack, "", %progbits
