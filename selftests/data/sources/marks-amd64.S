/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AMD64: directives that compilers seldom write. A gas that cannot say one in
 * its version of SFrame leaves the function out.
 */
	.text

	.globl marks_signal
	.type marks_signal, @function
marks_signal:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa %rsp, 8
	mov	$15, %eax
	syscall
	.cfi_endproc

	/* The first frame of a thread: no caller. */
	.globl marks_outermost
	.type marks_outermost, @function
marks_outermost:
	.cfi_startproc
	.cfi_undefined %rip
	xor	%ebp, %ebp
	pop	%rdi
	.cfi_adjust_cfa_offset -8
	hlt
	.cfi_endproc

	/* Outermost only for a while. */
	.globl marks_outermost_later
	.type marks_outermost_later, @function
marks_outermost_later:
	.cfi_startproc
	push	%rbx
	.cfi_adjust_cfa_offset 8
	nop
	.cfi_undefined %rip
	nop
	.cfi_offset %rip, -8
	pop	%rbx
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc

	/* What gcc writes where it aligns the stack in the prologue. */
	.globl marks_realigned
	.type marks_realigned, @function
marks_realigned:
	.cfi_startproc
	lea	8(%rsp), %r10
	.cfi_def_cfa %r10, 0
	and	$-64, %rsp
	push	-8(%r10)
	push	%rbp
	mov	%rsp, %rbp
	/* DW_CFA_expression: rbp = *(rbp + 0) */
	.cfi_escape 0x10, 6, 2, 0x76, 0
	push	%r10
	/* DW_CFA_def_cfa_expression: cfa = *(rbp - 8) */
	.cfi_escape 0x0f, 3, 0x76, 0x78, 0x6
	nop
	pop	%r10
	.cfi_def_cfa %r10, 0
	pop	%rbp
	lea	-8(%r10), %rsp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc

	/* Flexible, and a signal frame; flexible, with an end that is outermost. */
	.globl marks_signal_register
	.type marks_signal_register, @function
marks_signal_register:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa %rbx, 24
	mov	$15, %eax
	syscall
	.cfi_endproc

	.globl marks_register_outermost
	.type marks_register_outermost, @function
marks_register_outermost:
	.cfi_startproc
	mov	%rsp, %r12
	.cfi_def_cfa %r12, 8
	push	%rbp
	.cfi_offset %rbp, -16
	and	$-64, %rsp
	.cfi_undefined %rip
	hlt
	.cfi_endproc

	/* Other registers in an escape: of no interest to a stack walk. */
	.globl marks_escape
	.type marks_escape, @function
marks_escape:
	.cfi_startproc
	push	%rbx
	.cfi_adjust_cfa_offset 8
	/* DW_CFA_expression: rbx = *(rsp + 0) */
	.cfi_escape 0x10, 3, 2, 0x77, 0
	nop
	pop	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	ret
	.cfi_endproc

	/* The frame pointer kept in another register, and restored. */
	.globl marks_fp_in_register
	.type marks_fp_in_register, @function
marks_fp_in_register:
	.cfi_startproc
	mov	%rbp, %r11
	.cfi_register %rbp, %r11
	xor	%ebp, %ebp
	mov	%r11, %rbp
	.cfi_restore %rbp
	ret
	.cfi_endproc

	/* States remembered in a body with two ends. */
	.globl marks_states
	.type marks_states, @function
marks_states:
	.cfi_startproc
	push	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	test	%edi, %edi
	je	1f
	.cfi_remember_state
	pop	%rbp
	.cfi_def_cfa %rsp, 8
	.cfi_restore %rbp
	ret
	.cfi_restore_state
1:	sub	$0x12340, %rsp
	.cfi_adjust_cfa_offset 0x12340
	add	$0x12340, %rsp
	.cfi_adjust_cfa_offset -0x12340
	pop	%rbp
	.cfi_def_cfa_offset 8
	.cfi_restore %rbp
	ret
	.cfi_endproc

	/* No code at all. */
	.globl marks_nothing
	.type marks_nothing, @function
marks_nothing:
	.cfi_startproc
	.cfi_endproc

	/* A popped return address: cfa = sp. */
	.globl marks_popped
	.type marks_popped, @function
marks_popped:
	.cfi_startproc
	pop	%rdi
	.cfi_adjust_cfa_offset -8
	nop
	push	%rdi
	.cfi_adjust_cfa_offset 8
	ret
	.cfi_endproc

	.section .note.GNU-stack, "", @progbits
