/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call frame information of every shape that synth has to tell apart; odd.c knows what
 * each comes to. The text is never run: rows are one byte long.
 */
#ifndef LONG
#define LONG	70000
#endif

#ifdef DEBUG_FRAME
	.cfi_sections .debug_frame
#endif
	.text

.macro function name
	.globl \name
	.type \name, @function
	.balign 16
\name:
	.cfi_startproc
.endm

.macro end name
	nop
	.cfi_endproc
	.size \name, . - \name
.endm

function plain
	nop
	.cfi_def_cfa_offset 16
	nop
	.cfi_offset 6, -16
	nop
	.cfi_def_cfa 6, 16
	nop
	.cfi_def_cfa 7, 8
end plain

/* *(rbp - 8); rbp is at *rbp. */
function drap
	.cfi_escape 0x0f, 3, 0x76, 0x78, 0x06
	.cfi_escape 0x10, 6, 2, 0x76, 0
end drap

/* *(rsp + 208) + 8, as OpenSSL has it. */
function addend
	nop
	.cfi_offset 6, -16
	nop
	.cfi_escape 0x0f, 6, 0x77, 0xd0, 0x01, 0x06, 0x23, 0x08
	nop
	.cfi_def_cfa 7, 8
end addend

function other_register
	.cfi_def_cfa 10, 0
end other_register

function return_in_register
	.cfi_register 16, 11
end return_in_register

function fp_in_register
	.cfi_register 6, 3
end fp_in_register

function outermost
	.cfi_undefined 16
end outermost

/* Ends where the next begins: a return address there is the next's. */
function before
	.skip 15
end before

/* As the kernel lays a signal frame down: rsp at *(rsp + 160), rip at *(rsp + 168). */
function trampoline
	.cfi_signal_frame
	.cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 0x06
	.cfi_escape 0x10, 16, 3, 0x77, 0xa8, 0x01
end trampoline

/* One that is not the kernel's. */
function strange_signal
	.cfi_signal_frame
end strange_signal

/* The word at a word. */
function strange_cfa
	nop
	.cfi_escape 0x0f, 4, 0x77, 0x08, 0x06, 0x06
	nop
	.cfi_def_cfa 7, 8
end strange_cfa

/* Below the stack pointer. */
function low_cfa
	.cfi_def_cfa_offset -8
end low_cfa

/* *(rsp + 8 + 8 * r9) + 8: OpenSSL's Montgomery multiplication. */
function indexed
	.cfi_escape 0x0f, 10, 0x77, 8, 0x79, 0, 0x38, 0x1e, 0x22, 0x06, 0x23, 8
end indexed

/* *(rsp + 8 + 4 * r9) + 8 */
function half_indexed
	.cfi_escape 0x0f, 10, 0x77, 8, 0x79, 0, 0x34, 0x1e, 0x22, 0x06, 0x23, 8
end half_indexed

/* rsp + 8 + 8 * r9 */
function indexed_itself
	.cfi_escape 0x0f, 7, 0x77, 8, 0x79, 0, 0x38, 0x1e, 0x22
end indexed_itself

/* *(rsp + 8 + r9 + 8 * r9) */
function three_registers
	.cfi_escape 0x0f, 11, 0x77, 8, 0x79, 0, 0x38, 0x1e, 0x22, 0x79, 0, 0x22, 0x06
end three_registers

/* The number 1. */
function strange_ra
	nop
	.cfi_escape 0x16, 16, 1, 0x31
end strange_ra

function strange_fp
	nop
	.cfi_escape 0x16, 6, 1, 0x31
end strange_fp

/* The caller's rsp is rbx. */
function strange_sp
	nop
	.cfi_escape 0x16, 7, 2, 0x73, 0
end strange_sp

function undefined_fp
	.cfi_undefined 6
end undefined_fp

function fp_is_cfa
	.cfi_val_offset 6, 0
end fp_is_cfa

function fp_over_ra
	.cfi_offset 6, -8
end fp_over_ra

#ifdef REFUSED
/* No such instruction. */
function refused
	nop
	.cfi_escape 0x3f
end refused
#endif

/* Row starts of one, two and four bytes. */
function long_one
	.skip 300
	.cfi_def_cfa_offset 16
	.skip LONG
	.cfi_def_cfa_offset 24
end long_one

/* As ld describes the procedure linkage table. */
function blocks
	.cfi_def_cfa_offset 16
	.cfi_escape 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22
	.skip 63
end blocks

#ifdef FAR
	.section .far, "ax", @progbits
function far
	nop
	.cfi_def_cfa_offset 16
end far
	.text
#endif

/* Nothing is said of these. */
	.balign 16
	.globl silent
	.type silent, @function
silent:
	.skip 16
	.size silent, 16

/* The last byte of .eh_frame: an operation without its number. */
#ifdef CUT
function cut
	.cfi_escape 0, 0, 0, 0
	.cfi_escape 0x0f, 1, 0x77
end cut
#endif

	.section .note.GNU-stack, "", @progbits
