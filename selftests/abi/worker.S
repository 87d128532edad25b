/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work whose frames are known without any unwind data, whatever instruction is
 * interrupted: before each call the caller puts its stack pointer, which is the
 * callee's CFA, into a register that holds it until the callee has returned.
 *
 *	in sft_work_leaf	r14 = its CFA, and the two below
 *	in sft_work_middle	r13 = its CFA, and the one below
 *	in sft_work_outer	r12 = its CFA
 *	in sft_work, from sft_work_known on, r15 = its CFA
 *
 * rbp holds rubbish, so frame pointers lead nowhere.
 */
	.text

	.macro function name
	.globl	\name
	.type	\name, @function
\name:
	.cfi_startproc
	.endm

	.macro finish name
	.cfi_endproc
	.globl	\name\()_end
\name\()_end:
	.size	\name, . - \name
	.endm

	.macro push_cfi reg
	push	\reg
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \reg, 0
	.endm

	.macro pop_cfi reg
	pop	\reg
	.cfi_adjust_cfa_offset -8
	.cfi_restore \reg
	.endm

	.macro grow bytes
	sub	$\bytes, %rsp
	.cfi_adjust_cfa_offset \bytes
	.endm

	.macro shrink bytes
	add	$\bytes, %rsp
	.cfi_adjust_cfa_offset -\bytes
	.endm

/* void sft_work(unsigned long rounds) */
function sft_work
	push_cfi %rbx
	push_cfi %rbp
	push_cfi %r12
	push_cfi %r13
	push_cfi %r14
	push_cfi %r15
	lea	56(%rsp), %r15
	.globl	sft_work_known
sft_work_known:
	mov	%rdi, %rbx
	mov	$0x1234567, %rbp
1:	mov	%rsp, %r12
	call	sft_work_outer
	.globl	sft_work_outer_ret
sft_work_outer_ret:
	dec	%rbx
	jnz	1b
	.globl	sft_work_known_end
sft_work_known_end:
	pop_cfi	%r15
	pop_cfi	%r14
	pop_cfi	%r13
	pop_cfi	%r12
	pop_cfi	%rbp
	pop_cfi	%rbx
	ret
finish sft_work

/* A frame of 8: nothing but the aligning push. */
function sft_work_outer
	push_cfi %rbp
	mov	%rsp, %r13
	call	sft_work_middle
	.globl	sft_work_middle_ret
sft_work_middle_ret:
	pop_cfi	%rbp
	ret
finish sft_work_outer

/* A large frame, and the leaf's two ways by turns. */
function sft_work_middle
	grow	0x1008
	mov	%rbx, %rsi
	mov	%rsp, %r14
	call	sft_work_leaf
	.globl	sft_work_leaf_ret
sft_work_leaf_ret:
	nop
	shrink	0x1008
	ret
finish sft_work_middle

/* Two ways out, one of them before the frame is complete. */
function sft_work_leaf
	push_cfi %rbx
	test	$1, %sil
	jz	2f
	.cfi_remember_state
	mov	%rsi, %rbx
	grow	0x38
	push_cfi %rbp
	mov	$0x7fffffff1235, %rbp
	mov	%rbx, 8(%rsp)
	lea	(%rbx,%rbp), %rax
	jmp	1f
1:	xor	8(%rsp), %rax
	pop_cfi	%rbp
	shrink	0x38
	pop_cfi	%rbx
	ret
	.cfi_restore_state
2:	xor	%eax, %eax
	jmp	3f
3:	pop_cfi	%rbx
	ret
finish sft_work_leaf

/*
 * void sft_stepped(void (*f)(long), long arg): f with the trap flag set, so that
 * every instruction of it ends in a SIGTRAP.
 */
function sft_stepped
	push_cfi %rbx
	mov	%rdi, %rax
	mov	%rsi, %rdi
	pushfq
	.cfi_adjust_cfa_offset 8
	orl	$0x100, (%rsp)
	popfq
	.cfi_adjust_cfa_offset -8
	call	*%rax
	pushfq
	.cfi_adjust_cfa_offset 8
	andl	$~0x100, (%rsp)
	popfq
	.cfi_adjust_cfa_offset -8
	pop_cfi	%rbx
	ret
finish sft_stepped

/*
 * Faults, each at a known instruction, in a frame of its own.
 * void sft_fault_load(void *), _divide(void), _undefined(void), _jump(void *)
 */
	.macro fault name
function \name
	push_cfi %rbp
	mov	$0x55, %rbp
	grow	0x20
	xor	%edx, %edx
	xor	%ecx, %ecx
	mov	$1, %eax
	.globl	\name\()_at
\name\()_at:
	.endm

	.macro end_fault name
	.globl	\name\()_after
\name\()_after:
	nop
	shrink	0x20
	pop_cfi	%rbp
	ret
finish \name
	.endm

fault sft_fault_load
	mov	(%rdi), %rax
end_fault sft_fault_load

fault sft_fault_divide
	div	%ecx
end_fault sft_fault_divide

fault sft_fault_undefined
	ud2
end_fault sft_fault_undefined

fault sft_fault_jump
	call	*%rdi
end_fault sft_fault_jump

/* A restorer of the program's own: right, but no libc's bytes. */
	.globl	sft_own_restorer
	.type	sft_own_restorer, @function
	nop
sft_own_restorer:
	push	$15
	pop	%rax
	syscall
	.size	sft_own_restorer, . - sft_own_restorer

	.section .note.GNU-stack,"",@progbits
