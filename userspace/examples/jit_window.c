// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A JIT in miniature: writes a function, describes it with the window builder, publishes,
 * calls it, and prints the stack that the kernel sees from inside. The function has no frame
 * pointer: without its window the stack would end there. Run it with sfreg run, which
 * registers the program's own functions.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <sfreg.h>
#include <sfreg/jit.h>

/* void call(void (*f)(void)) */
static const unsigned char code[] = {
	0x48, 0x83, 0xec, 0x08,		/* 0: sub $8, %rsp */
	0xff, 0xd7,			/* 4: call *%rdi */
	0x48, 0x83, 0xc4, 0x08,		/* 6: add $8, %rsp */
	0xc3,				/* 10: ret */
};

/*
 * CFA is sp + 8 at the entry, as for any function; sp + 16 once the stack is aligned for the
 * call; sp + 8 again after that is taken back.
 */
static const struct sfreg_jit_row rows[] = {
	{ .offset = 0, .cfa_offset = 8, .ra_offset = -8 },
	{ .offset = 4, .cfa_offset = 16, .ra_offset = -8 },
	{ .offset = 10, .cfa_offset = 8, .ra_offset = -8 },
};

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

/* Without the module the code runs as well, and nobody sees through it. */
static int describe(struct sfreg_jit *jit, const void *text)
{
	int error = sfreg_jit_function(jit, text, sizeof(code), rows, 3, "call");

	if (!error)
		error = sfreg_jit_publish(jit);
	if (error)
		fprintf(stderr, "publish: %s\n", strerror(-error));
	return error;
}

int main(void)
{
	struct sfreg_jit_options options = {
		.size = sizeof(options), .text_len = 4096, .max_functions = 1, .max_rows = 3,
	};
	struct sfreg_jit *jit;
	int error;

	options.text = mmap(NULL, options.text_len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (options.text == MAP_FAILED || sfreg_jit_open(&options, &jit))
		return 1;
	memcpy(options.text, code, sizeof(code));
	if (mprotect(options.text, options.text_len, PROT_READ | PROT_EXEC))
		return 1;

	/* Before it runs. */
	error = describe(jit, options.text);
	printf("text 0x%lx\n", (unsigned long)options.text);
	((void (*)(void (*)(void)))options.text)(print_stack);
	/* Before the text is reused. */
	if (!error)
		error = sfreg_jit_retire(jit);
	sfreg_jit_close(jit);
	return error ? 1 : 0;
}
