// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A JIT in miniature: writes a function, writes the SFrame section (version 2)
 * that describes it, registers both, calls it, and prints the stack that the
 * kernel sees from inside. The function has no frame pointer: without its window
 * the stack would end there. Run it with sfreg run, which registers the program's own
 * functions.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <sfreg.h>

/*
 * void call(void (*f)(void)). CFA is sp + 8 at the entry, as for any function; sp + 16
 * once the stack is aligned for the call; sp + 8 again after that is taken back.
 */
static const unsigned char code[] = {
	0x48, 0x83, 0xec, 0x08,		/* 0: sub $8, %rsp */
	0xff, 0xd7,			/* 4: call *%rdi */
	0x48, 0x83, 0xc4, 0x08,		/* 6: add $8, %rsp */
	0xc3,				/* 10: ret */
};

/* A row: where it begins, info (one byte-sized word, base SP), CFA offset. */
struct row {
	uint8_t start, info, cfa;
};

#define ROW(start, cfa)	{ start, 1 << 1 | 1, cfa }

/* The section, as it lies in memory. All fields are naturally aligned. */
struct section {
	uint16_t magic;
	uint8_t version, flags, abi;
	int8_t fixed_fp, fixed_ra;
	uint8_t aux_len;
	uint32_t functions, rows_in_all, rows_len, functions_off, rows_off;
	struct {
		int32_t start;		/* relative to the section */
		uint32_t size, first_row, rows;
		uint8_t info, repeat_size;
		uint16_t pad;
	} function;
	struct row rows[3];
};

struct jit {
	unsigned char text[64];
	struct section sframe;
};

static void describe(struct jit *jit)
{
	struct section *s = &jit->sframe;

	*s = (struct section){
		.magic = 0xdee2,
		.version = 2,
		.flags = 1,		/* sorted */
		.abi = 3,		/* AMD64 */
		.fixed_ra = -8,
		.functions = 1,
		.rows_in_all = 3,
		.rows_len = sizeof(s->rows),
		.rows_off = sizeof(s->function),
		.function = {
			.start = (char *)jit->text - (char *)s,
			.size = sizeof(code),
			.rows = 3,
		},
		.rows = { ROW(0, 8), ROW(4, 16), ROW(10, 8) },
	};
}

static void print_stack(void)
{
	struct sfreg_frame frames[32];
	unsigned int stop;
	int n = sfreg_backtrace(frames, 32, &stop);

	for (int i = 0; i < n; i++)
		printf("%2d  pc 0x%llx\n", i, (unsigned long long)frames[i].pc);
	if (n < 0)
		fprintf(stderr, "backtrace: %s\n", strerror(-n));
	else
		printf("stopped: %s\n", sfreg_stop_name(stop));
}

int main(void)
{
	struct jit *jit = mmap(NULL, sizeof(*jit), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error;

	if (jit == MAP_FAILED)
		return 1;
	memcpy(jit->text, code, sizeof(code));
	describe(jit);
	if (mprotect(jit, sizeof(*jit), PROT_READ | PROT_EXEC))
		return 1;

	error = sfreg_register(jit->text, sizeof(code), &jit->sframe, sizeof(jit->sframe));
	if (error)
		fprintf(stderr, "register: %s\n", strerror(-error));
	printf("text 0x%lx\n", (unsigned long)jit->text);
	((void (*)(void (*)(void)))jit->text)(print_stack);
	/* Before the text is reused. */
	if (!error)
		error = sfreg_unregister(jit->text);
	return error ? 1 : 0;
}
