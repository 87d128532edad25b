// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of the kind that distributions ship (no frame pointers, no .sframe), which tells how
 * its own stack looks to the kernel. Commands on standard input, an answer of one line each:
 *
 *	trace			from below four functions: "complete", or what is missing
 *	thread, signal, child	the same in a thread, in a signal handler, in a fork's child
 *	library			the same from below a function of the library opened last
 *	open FILE		dlopen
 *	map FILE [N]		map a file, readable and executable, N times
 *	protect none|text	take the right to execute a page of text away, or give it back
 *	far			trace through that page
 *	windows			number of windows
 *	clock SECONDS		read the clock in a loop, through the vDSO
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sfreg.h>

#ifndef STATIC
#include <dlfcn.h>
#endif

#define FRAMES	256
#define DEPTH	16

/* The truth: each function notes its canonical frame address, the outermost first. */
static __thread struct {
	__u64 cfa[DEPTH];
	int n;
} truth;

#define ENTER()	(truth.cfa[truth.n++] = (__u64)(uintptr_t)__builtin_dwarf_cfa())
#define LEAVE()	(truth.n--)

static void (*through)(void (*callback)(void));

static bool found(const struct sfreg_frame *frames, int n, __u64 cfa)
{
	for (int i = 0; i < n; i++)
		if (frames[i].cfa == cfa)
			return true;
	return false;
}

static __attribute__((__noinline__)) void tell(void)
{
	struct sfreg_frame frames[FRAMES];
	unsigned int stop = SFREG_STOP_NONE;
	int n = sfreg_backtrace(frames, FRAMES, &stop);
	int seen = 0;

	if (n < 0) {
		printf("error %d\n", -n);
		return;
	}
	for (int i = 0; i < truth.n; i++)
		seen += found(frames, n, truth.cfa[i]);
	if (seen == truth.n && stop == SFREG_STOP_OUTERMOST)
		puts("complete");
	else
		printf("%d of %d, %s\n", seen, truth.n, sfreg_stop_name(stop));
	fflush(stdout);
}

/* The frames differ in size, and nothing is a tail call. */
static __attribute__((__noinline__)) void third(void)
{
	volatile char room[24];

	room[0] = 3;
	ENTER();
	tell();
	LEAVE();
	room[0]++;
}

static __attribute__((__noinline__)) void second(void (*end)(void), int size)
{
	volatile char room[size];

	room[0] = 2;
	ENTER();
	if (through)
		through(end);
	else
		end();
	LEAVE();
	room[0]++;
}

static __attribute__((__noinline__)) void first(void (*end)(void))
{
	volatile char room[200];

	room[0] = 1;
	ENTER();
	second(end, 40 + room[0]);
	LEAVE();
	room[0]++;
}

static void on_signal(int number)
{
	(void)number;
	third();
}

static void do_raise(void)
{
	raise(SIGUSR1);
}

static void *run_thread(void *unused)
{
	ENTER();
	first(third);
	LEAVE();
	return unused;
}

static void do_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_thread, NULL))
		puts("no thread");
	else
		pthread_join(thread, NULL);
}

static void do_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		first(third);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void do_open(const char *path)
{
#ifdef STATIC
	printf("static, no %s\n", path);
#else
	void *library = dlopen(path, RTLD_NOW);

	through = library ? (void (*)(void (*)(void)))dlsym(library, "through") : NULL;
	puts(through ? "opened" : library ? "opened, without through" : dlerror());
#endif
}

static bool map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *at = MAP_FAILED;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st))
		at = mmap(NULL, st.st_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	return at != MAP_FAILED;
}

static void do_map(char *path)
{
	char *times = strchr(path, ' ');
	int n = times ? atoi(times + 1) : 1;

	if (times)
		*times = '\0';
	while (n && map_file(path))
		n--;
	puts(n ? strerror(errno) : "mapped");
}

/* Text in its own pages: what is done to it must not hit the code that does it. */
static __attribute__((__noinline__, __aligned__(4096))) void far(void)
{
	volatile char room[56];

	room[0] = 4;
	ENTER();
	third();
	LEAVE();
	room[0]++;
	__asm__ volatile(".balign 4096");
}

static void do_protect(const char *what)
{
	int prot = PROT_READ | (strcmp(what, "text") ? PROT_WRITE : PROT_EXEC);

	puts(mprotect((void *)far, 4096, prot) ? strerror(errno) : "protected");
}

static void do_windows(void)
{
	__u64 total = 0;
	int ret = sfreg_list(-1, 0, NULL, 0, &total);

	printf("%lld\n", ret < 0 ? (long long)ret : (long long)total);
}

static void do_clock(int seconds)
{
	time_t end = time(NULL) + seconds;
	struct timespec now;

	puts("runs");
	fflush(stdout);
	ENTER();
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		clock_gettime(CLOCK_REALTIME, &now);
	} while (now.tv_sec < end);
	LEAVE();
	puts("ran");
}

static void obey(const char *word, char *argument)
{
	void (*was)(void (*)(void)) = through;

	if (strcmp(word, "library"))
		through = NULL;
	if (!strcmp(word, "trace") || !strcmp(word, "library"))
		first(third);
	else if (!strcmp(word, "far"))
		first(far);
	else if (!strcmp(word, "signal"))
		first(do_raise);
	else if (!strcmp(word, "thread"))
		do_thread();
	else if (!strcmp(word, "child"))
		do_child();
	else if (!strcmp(word, "map"))
		do_map(argument);
	else if (!strcmp(word, "protect"))
		do_protect(argument);
	else if (!strcmp(word, "windows"))
		do_windows();
	else if (!strcmp(word, "clock"))
		do_clock(atoi(argument));
	else if (strcmp(word, "open"))
		puts("what?");
	through = was;
	if (!strcmp(word, "open"))
		do_open(argument);
	fflush(stdout);
}

int main(void)
{
	char line[512], none[] = "";

	ENTER();
	signal(SIGUSR1, on_signal);
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		char *word = strtok(line, "\n "), *argument = strtok(NULL, "\n");

		if (word)
			obey(word, argument ? argument : none);
	}
	LEAVE();
	return 0;
}
