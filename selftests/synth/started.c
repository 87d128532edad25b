// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that runs all of its start files' functions: the destructors twice, and
 * with TM a table of clones for transactions that is not empty, as if there were any.
 * With BARE it has no C library: nobody then has __register_frame_info().
 */
extern void (*__init_array_start[])(int argc, char **argv, char **envp);
extern void (*__fini_array_start[])(void);

#ifdef TM
__asm__(".section .tm_clone_table, \"aw\"\n\t.quad 0, 0\n\t.previous");

void _ITM_registerTMCloneTable(void *table, unsigned long n);
void _ITM_deregisterTMCloneTable(void *table);
void __gmon_start__(void);

void __cxa_finalize(void *handle);

static volatile int calls;

void _ITM_registerTMCloneTable(void *table, unsigned long n)
{
	(void)table;
	calls += n;
}

void _ITM_deregisterTMCloneTable(void *table)
{
	(void)table;
	calls++;
}

void __gmon_start__(void)
{
	calls++;
}
#endif

#ifdef BARE
void _init(void);
void _fini(void);
void begin(void);

__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tand $-16, %rsp\n\tcall begin\n");

void begin(void)
{
	_init();
	__init_array_start[0](0, 0, 0);
	__fini_array_start[0]();
	__fini_array_start[0]();
	_fini();
	__asm__ volatile("syscall" : : "a"(231), "D"(0));
}
#else
int main(void)
{
#ifdef TM
	/* A static program has it only if somebody wants it. */
	if (!calls)
		__cxa_finalize((void *)&calls);
#endif
	__fini_array_start[0]();
	return 0;
}
#endif
