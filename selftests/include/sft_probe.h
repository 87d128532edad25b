/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Probes: pieces of text made at run time, each a function that moves its stack
 * pointer by a frame size of its own and then asks the module for a backtrace.
 * Only the rows made for exactly this piece lead back to the caller; another
 * piece's rows, or none, lead elsewhere. The truth comes from the calling code:
 * where its stack pointer was, and where the probe returns to. It zeroes the frame
 * pointer, so that a walk without rows ends at the probe itself.
 *
 *	 0  sub  $frame, %rsp		CFA = sp + 8
 *	 7  mov  $SYS_ioctl, %eax	CFA = sp + 8 + frame
 *	12  syscall
 *	14  add  $frame, %rsp
 *	21  ret				CFA = sp + 8
 */
#ifndef SFT_PROBE_H
#define SFT_PROBE_H

#include "sft.h"
#include "sframe_emit.h"

#define SFT_PROBE_LEN		32	/* of the text, with its padding */
#define SFT_PROBE_SIZE		22	/* of the function */
#define SFT_PROBE_AFTER		14	/* the instruction after the call */
#define SFT_SECTION_MAX		512

static inline void sft_probe_emit(void *at, uint32_t frame)
{
	static const uint8_t code[SFT_PROBE_LEN] = {
		0x48, 0x81, 0xec, 0, 0, 0, 0, 0xb8, SYS_ioctl, 0, 0, 0,
		0x0f, 0x05, 0x48, 0x81, 0xc4, 0, 0, 0, 0, 0xc3,
		[22 ... 31] = 0xcc,
	};
	uint8_t *p = at;

	memcpy(p, code, sizeof(code));
	memcpy(p + 3, &frame, 4);
	memcpy(p + 17, &frame, 4);
}

/* The section of one probe at @start from the base. Returns its length. */
static inline size_t sft_probe_section(int version, int64_t start, uint32_t frame,
				       uint8_t *section)
{
	struct sfe_row rows[] = {
		{ .start = 0, .base = SFE_SP, .cfa = 8 },
		{ .start = 7, .base = SFE_SP, .cfa = 8 + frame },
		{ .start = 21, .base = SFE_SP, .cfa = 8 },
	};
	struct sfe_func func = {
		.start = start, .size = SFT_PROBE_SIZE, SFE_ROWS(rows),
	};
	struct sfe_section s = {
		.version = version, .sorted = true, SFE_FUNCS(func),
	};

	return sfe_emit(&s, section, SFT_SECTION_MAX);
}

/* A page with one probe at its start, and its section (base: the page). */
struct sft_probe {
	uint8_t *text;
	uint8_t section[SFT_SECTION_MAX];
	size_t section_len;
};

static inline struct sft_probe sft_probe(uint32_t frame)
{
	struct sft_probe p = { .text = sft_map(SFT_PAGE, SFT_RWX) };

	sft_probe_emit(p.text, frame);
	p.section_len = sft_probe_section(2, 0, frame, p.section);
	return p;
}

static inline struct sfreg_window sft_probe_window(const struct sft_probe *p)
{
	struct sfreg_window w = sft_window(sft_addr(p->text), SFT_PAGE,
					   p->section, p->section_len);

	w.sframe_base = w.text_start;
	return w;
}

static inline int sft_probe_register(int fd, const struct sft_probe *p)
{
	struct sfreg_window w = sft_probe_window(p);

	return sft_ioctl(fd, SFREG_IOC_REGISTER, &w);
}

/* long sft_probe_call(text, fd, cmd, arg, uint64_t *sp): notes the CFA. */
long sft_probe_call(const void *text, long fd, long cmd, void *arg, uint64_t *sp);
extern const char sft_probe_ret[];

asm(".pushsection .text\n"
	".type sft_probe_call, @function\n"
	"sft_probe_call:\n"
	"	.cfi_startproc\n"
	"	push	%rbp\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %rbp, 0\n"
	"	sub	$0x10, %rsp\n"
	"	.cfi_adjust_cfa_offset 0x10\n"
	"	xor	%ebp, %ebp\n"
	"	mov	%rdi, %rax\n"
	"	mov	%rsi, %rdi\n"
	"	mov	%rdx, %rsi\n"
	"	mov	%rcx, %rdx\n"
	"	mov	%rsp, (%r8)\n"
	"	call	*%rax\n"
	"sft_probe_ret:\n"
	"	add	$0x10, %rsp\n"
	"	.cfi_adjust_cfa_offset -0x10\n"
	"	pop	%rbp\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_restore %rbp\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size sft_probe_call, . - sft_probe_call\n"
	".popsection\n");

struct sft_probed {
	int ret;
	uint64_t sp;			/* the probe's true CFA */
	struct sfreg_backtrace bt;
	struct sfreg_frame frames[32];
};

static inline struct sft_probed sft_probe_run(const void *text, int fd)
{
	struct sft_probed r = {
		.bt = {
			.size = sizeof(r.bt), .frames = sft_addr(r.frames),
			.count = 32,
		},
	};
	long ret = sft_probe_call(text, fd, SFREG_IOC_BACKTRACE, &r.bt, &r.sp);

	r.ret = (int)ret;
	r.bt.frames = 0;	/* the copy's array lies elsewhere */
	return r;
}

/* What is wrong with the first two frames, in words; NULL: nothing. */
static inline const char *sft_probe_differs(const struct sft_probed *r,
					    const void *text)
{
	if (r->ret)
		return "the call failed";
	if (r->bt.count < 2)
		return "no caller was found";
	if (r->frames[0].pc != sft_addr(text) + SFT_PROBE_AFTER)
		return "the first pc is not the one after the call";
	if (r->frames[0].kind != SFREG_KIND_EXACT ||
	    r->frames[0].source != SFREG_SOURCE_REGS)
		return "the first frame is not exact";
	if (r->frames[0].cfa != r->sp)
		return "another CFA";
	if (r->frames[1].pc != sft_addr(sft_probe_ret))
		return "another caller";
	if (r->frames[1].kind != SFREG_KIND_CALL ||
	    r->frames[1].source != SFREG_SOURCE_SFRAME)
		return "the caller was not found by a row";
	return NULL;
}

/* A walk that knows nothing of the probe ends there: no row, no frame pointer. */
static inline const char *sft_probe_unknown(const struct sft_probed *r,
					    const void *text)
{
	if (r->ret)
		return "the call failed";
	if (r->frames[0].pc != sft_addr(text) + SFT_PROBE_AFTER)
		return "the first pc is not the one after the call";
	if (r->bt.count != 1)
		return "a caller was found";
	return NULL;
}

#endif /* SFT_PROBE_H */
