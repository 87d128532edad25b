/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A library without relocations, built twice with another FRAME: both load at the
 * same address, and only their own rows explain their stacks. loaded_probe is
 * sft_probe.h's probe, byte for byte; its place in the file is the same in both.
 */
	.text
	.balign 4096
	.globl	loaded_probe
	.type	loaded_probe, @function
loaded_probe:
	.cfi_startproc
	sub	$FRAME, %rsp
	.cfi_adjust_cfa_offset FRAME
	mov	$16, %eax
	syscall
	add	$FRAME, %rsp
	.cfi_adjust_cfa_offset -FRAME
	ret
	.cfi_endproc
	.size	loaded_probe, . - loaded_probe

	.section .rodata
	.globl	loaded_frame
	.type	loaded_frame, @object
	.size	loaded_frame, 8
loaded_frame:
	.quad	FRAME

	.section .note.GNU-stack,"",@progbits
