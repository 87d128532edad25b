/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * s390x: directives that compilers seldom write. A gas that cannot say one in
 * its version of SFrame leaves the function out.
 */
	.text

	.globl marks_signal
	.type marks_signal, @function
marks_signal:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa %r15, 160
	svc	173
	.cfi_endproc

	/* The first frame of a thread: no caller. */
	.globl marks_outermost
	.type marks_outermost, @function
marks_outermost:
	.cfi_startproc
	.cfi_undefined %r14
	nopr	%r0
	nopr	%r0
	.cfi_endproc

	/* r14 and r11 in floating point registers, as gcc does in leaf functions. */
	.globl marks_saved_in_fprs
	.type marks_saved_in_fprs, @function
marks_saved_in_fprs:
	.cfi_startproc
	ldgr	%f2, %r14
	.cfi_register %r14, %f2
	ldgr	%f0, %r11
	.cfi_register %r11, %f0
	lgr	%r11, %r15
	.cfi_def_cfa_register %r11
	nopr	%r0
	lgdr	%r11, %f0
	.cfi_restore %r11
	.cfi_def_cfa_register %r15
	lgdr	%r14, %f2
	.cfi_restore %r14
	br	%r14
	.cfi_endproc

	/* One in a register, the other on the stack; a signal frame like that. */
	.globl marks_mixed
	.type marks_mixed, @function
marks_mixed:
	.cfi_startproc
	stg	%r14, 112(%r15)
	.cfi_offset %r14, -48
	ldgr	%f0, %r11
	.cfi_register %r11, %f0
	nopr	%r0
	lgdr	%r11, %f0
	.cfi_restore %r11
	lg	%r14, 112(%r15)
	.cfi_restore %r14
	br	%r14
	.cfi_endproc

	.globl marks_signal_mixed
	.type marks_signal_mixed, @function
marks_signal_mixed:
	.cfi_startproc
	.cfi_signal_frame
	ldgr	%f0, %r11
	.cfi_register %r11, %f0
	nopr	%r0
	.cfi_endproc

	/* Only one of the pair is saved. */
	.globl marks_fp_only
	.type marks_fp_only, @function
marks_fp_only:
	.cfi_startproc
	stg	%r11, 88(%r15)
	.cfi_offset %r11, -72
	nopr	%r0
	lg	%r11, 88(%r15)
	.cfi_restore %r11
	br	%r14
	.cfi_endproc

	.section .note.GNU-stack, "", @progbits
