// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program without .sframe and without frame pointers, like those that distributions
 * ship. It compares the kernel's view of its stack with the one that libgcc's unwinder
 * has of .eh_frame: below a callback from libc, and in a signal handler, wherever
 * that hits libc.
 *
 *	plain [LIBRARY]		opens and closes the library, and that is all
 *	plain compare		"callback: SAME", "signals: SAME of ALL", "other KIND: PC.."
 *	plain busy		sorts for a while
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <sfreg.h>

#define MAX_FRAMES	64
#define SIGNALS		200

static volatile sig_atomic_t signals, same_signals;
static volatile int callback_same = -1;

/*
 * The kernel's first frame lies in the library, libgcc's in this function; from this
 * function's caller on they are to be the same, to the outermost frame.
 */
static __attribute__((__noinline__)) int stacks_are_same(void)
{
	struct sfreg_frame frames[MAX_FRAMES];
	void *truth[MAX_FRAMES];
	unsigned int stop;
	int n = sfreg_backtrace(frames, MAX_FRAMES, &stop);
	int wanted = backtrace(truth, MAX_FRAMES);

	if (n != wanted + 1 || stop != SFREG_STOP_OUTERMOST)
		goto differ;
	for (int i = 2; i < n; i++)
		if (frames[i].pc != (unsigned long)truth[i - 1])
			goto differ;
	return 1;
differ:
	fprintf(stderr, "%d frames of %d, stop %s:", n, wanted + 1, sfreg_stop_name(stop));
	for (int i = 1; i < n || i <= wanted; i++)
		fprintf(stderr, " %llx/%lx", i < n ? frames[i].pc : 0,
			i <= wanted ? (unsigned long)truth[i - 1] : 0);
	fputc('\n', stderr);
	return 0;
}

static int compare(const void *a, const void *b)
{
	if (callback_same < 0)
		callback_same = stacks_are_same();
	return *(const int *)a - *(const int *)b;
}

static void on_signal(int number)
{
	(void)number;

	if (signals == SIGNALS)
		return;
	same_signals += stacks_are_same();
	signals++;
}

static __attribute__((__noinline__)) void work(void)
{
	static int numbers[5000];
	static char text[4000];

	for (int i = 0; i < 5000; i++)
		numbers[i] = i * 7919 % 5003;
	qsort(numbers, 5000, sizeof(*numbers), compare);
	for (int i = 0; i < 200; i++)
		snprintf(text, sizeof(text), "%d %.17g %s", numbers[i], numbers[i] / 3.0,
			 getenv("PATH"));
	for (int i = 0; i < 200; i++)
		if (strtod(text + i % 4, NULL) < 0)
			abort();
}

static void compare_stacks(void)
{
	struct itimerval timer = { { .tv_usec = 2000 }, { .tv_usec = 2000 } };

	/* Loads libgcc now, and not in the handler. */
	stacks_are_same();
	callback_same = -1;
	signal(SIGPROF, on_signal);
	setitimer(ITIMER_PROF, &timer, NULL);
	while (signals < SIGNALS)
		work();
	printf("callback: %d\nsignals: %d of %d\n", callback_same, (int)same_signals,
	       (int)signals);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "compare")) {
		compare_stacks();
	} else if (!strcmp(what, "busy")) {
		callback_same = 1;
		for (int i = 0; i < 300; i++)
			work();
	} else if (*what) {
		void *library = dlopen(what, RTLD_NOW);

		if (!library)
			return 1;
		dlclose(library);
	}
	return 0;
}
