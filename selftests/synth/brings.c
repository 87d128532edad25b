// SPDX-License-Identifier: GPL-2.0-only
/* A library or a program, with or without what tells debuggers of generated code. */
#define NAME	__jit_debug_descriptor

#ifdef SMALL
char NAME[23];
#elif defined FUNCTION
void NAME(void) { }
#elif defined EXTERN
extern char NAME[24];
char *const needed = NAME;
#elif defined HIDDEN
__attribute__((visibility("hidden"))) char NAME[24];
#elif defined LONGER
char __jit_debug_descriptor_[24], _NAME[24], ___jit_debug_descriptor[24];
#elif defined THREAD
__thread char NAME[24];
#elif defined LOCAL
static char NAME[24] __attribute__((__used__));
#else
char NAME[24];
#endif

/* A thousand others, so that there are many buckets. */
#ifdef MANY
__asm__(".data\n"
	".irpc a,0123456789\n"
	".irpc b,0123456789\n"
	".irpc c,0123456789\n"
	".globl other\\a\\b\\c\n"
	"other\\a\\b\\c: .byte 0\n"
	".endr\n"
	".endr\n"
	".endr\n"
	".text\n");
#endif

int main(void)
{
	return 0;
}
