/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a JIT may have generated: two functions in 48 bytes. ROOM is the first one's frame.
 */
	.text
first:
	.cfi_startproc
	sub	$ROOM, %rsp
	.cfi_adjust_cfa_offset ROOM
	nop
	add	$ROOM, %rsp
	.cfi_adjust_cfa_offset -ROOM
	ret
	.cfi_endproc
	.balign	16, 0xcc
second:
	.cfi_startproc
	push	%rbx
	.cfi_adjust_cfa_offset 8
	call	first
	pop	%rbx
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.skip	48 - (. - first), 0xcc
	.section .note.GNU-stack, "", @progbits
