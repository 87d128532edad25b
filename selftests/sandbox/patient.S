/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program for sfreg doctor, of exactly known make. It ends at once, or waits for a
 * signal (-DWAITS).
 *
 *	_start		described; outermost
 *	bare		256 bytes without call frame information (-DBARE)
 *	odd		512 bytes whose frame address no row can say (-DODD)
 *	body		a MiB, described (unless -DPLAIN: nothing is)
 */
#ifdef PLAIN
#define CFI(...)
#else
#define CFI(...) __VA_ARGS__
#endif

	.text
	.globl	_start
	.type	_start, @function
_start:
	CFI(.cfi_startproc)
	CFI(.cfi_undefined rip)
#ifdef WAITS
	mov	$34, %eax		/* pause */
#else
	mov	$231, %eax		/* exit_group */
#endif
	xor	%edi, %edi
	syscall
	jmp	_start
	CFI(.cfi_endproc)
	.size	_start, . - _start

#ifdef BARE
	.globl	bare
	.type	bare, @function
bare:
	.skip	256, 0x90
	.size	bare, . - bare
#endif

#ifdef ODD
	.globl	odd
	.type	odd, @function
odd:
	.cfi_startproc
	/* DW_CFA_def_cfa_expression: DW_OP_breg7 (rsp) 8, DW_OP_lit3, DW_OP_mul */
	.cfi_escape 0x0f, 4, 0x77, 8, 0x33, 0x1e
	.skip	512, 0x90
	.cfi_endproc
	.size	odd, . - odd
#endif

	.globl	body
	.type	body, @function
body:
	CFI(.cfi_startproc)
	.skip	1 << 20, 0x90
	CFI(.cfi_endproc)
	.size	body, . - body

	.section .note.GNU-stack, "", @progbits
