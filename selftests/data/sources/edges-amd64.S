/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows that older versions of gas write, and their own objdump does not read: two at
 * one address, one at the function's end.
 */
	.text
	.globl edges
	.p2align 6
edges:
twice:
	.cfi_startproc
	push	%rbx
	.cfi_def_cfa_offset 16
	/* No padding, but a new fragment: gas 2.40 writes a row of its own. */
	.p2align 2, , 1
	.cfi_def_cfa_offset 24
	nop
	pop	%rbx
	.cfi_def_cfa_offset 8
	ret
	/* At the function's end. */
	.cfi_def_cfa_offset 16
	.cfi_endproc

	.section .note.GNU-stack, "", @progbits
