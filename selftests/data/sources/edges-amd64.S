/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directives where an assembler's rows are unusual: twice at one address, at a
 * function's end, a function of no bytes, a popped return address. test_gas.c
 * knows what must become of each.
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

nothing:
	.cfi_startproc
	.cfi_endproc

popped:
	.cfi_startproc
	pop	%rdi
	.cfi_adjust_cfa_offset -8
	nop
	push	%rdi
	.cfi_adjust_cfa_offset 8
	ret
	.cfi_endproc

	.section .note.GNU-stack, "", @progbits
