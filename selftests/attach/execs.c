// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that lie at the same addresses, are unlike each other there (PAD and ROOM), and
 * take each other's place while somebody attaches them:
 *
 *	execs chain OTHER N SEEN	execute OTHER, which executes us, N times in all
 *	execs vfork OTHER N		be the parent of N children that execute OTHER
 *
 * Each that has a window for its own text looks at its stack: were the window of the other
 * program, the frames would lie elsewhere. Prints "ok SEEN": how often there was a window.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sfreg.h>

#define FRAMES	64
#define MOST	4

/* How long one waits for a window, and then goes on. */
#define PATIENCE_MS	30

static uint64_t truth[MOST];
static int n_truth;

#define ENTER()	(truth[n_truth++] = (uint64_t)(uintptr_t)__builtin_dwarf_cfa())
#define LEAVE()	(n_truth--)

/* So that nothing behind it is where the other program has it. */
__attribute__((__noinline__, __used__)) static void pad(void)
{
	__asm__ volatile(".skip " PAD ", 0x90");
}

static __attribute__((__noinline__)) bool is_whole(void)
{
	struct sfreg_frame frames[FRAMES];
	unsigned int stop = SFREG_STOP_NONE;
	int n = sfreg_backtrace(frames, FRAMES, &stop);
	int seen = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < n_truth; k++)
			seen += frames[i].cfa == truth[k];
	return seen == n_truth && stop == SFREG_STOP_OUTERMOST;
}

static __attribute__((__noinline__)) bool from_below(void)
{
	volatile char room[ROOM];
	bool whole;

	room[0] = 1;
	ENTER();
	whole = is_whole();
	LEAVE();
	return whole && room[0];
}

/* Keys that are ours to remove, since the windows are of our own memory. */
static void remove_windows(void)
{
	struct sfreg_list_entry entries[16];
	int n = sfreg_list(-1, 0, entries, 16, NULL);
	__u64 key;

	for (int i = 0; i < n; i++) {
		key = entries[i].text_start;
		sfreg_remove(-1, &key, 1, NULL);
	}
}

static bool has_window(void)
{
	struct sfreg_list_entry entries[16];
	uint64_t here = (uint64_t)(uintptr_t)from_below;
	int n = sfreg_list(-1, 0, entries, 16, NULL);

	for (int i = 0; i < n; i++)
		if (here - entries[i].text_start < entries[i].text_len)
			return true;
	return false;
}

/* Return: 1 if there was a window, and the stack was right. */
static int look(int patience)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	for (; patience && !has_window(); patience--)
		nanosleep(&ms, NULL);
	if (!patience)
		return 0;
	if (!from_below()) {
		puts("a window of another program");
		exit(1);
	}
	return 1;
}

static int chain(const char *other, const char *self, int left, int seen)
{
	char left_text[16], seen_text[16];

	/* Every third does not wait, and goes in the middle of it. */
	seen += look(left % 3 == 1 ? 1 : PATIENCE_MS);
	if (!left) {
		if (seen >= 0)
			printf("ok %d\n", seen);
		return 0;
	}
	snprintf(left_text, sizeof(left_text), "%d", left - 1);
	snprintf(seen_text, sizeof(seen_text), "%d", seen);
	fflush(stdout);
	execl(other, other, "chain", self, left_text, seen_text, NULL);
	perror(other);
	return 1;
}

static int parent(const char *other, const char *self, int n)
{
	static int seen;
	int status;
	pid_t pid;

	while (n--) {
		remove_windows();
		pid = vfork();
		if (!pid) {
			execl(other, other, "chain", self, "0", "-9", NULL);
			_exit(127);
		}
		seen += look(PATIENCE_MS);
		if (waitpid(pid, &status, 0) != pid || status) {
			puts("a child has failed");
			return 1;
		}
	}
	printf("ok %d\n", seen);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 1;

	ENTER();
	if (argc == 5 && !strcmp(argv[1], "chain"))
		status = chain(argv[2], argv[0], atoi(argv[3]), atoi(argv[4]));
	else if (argc == 4 && !strcmp(argv[1], "vfork"))
		status = parent(argv[2], argv[0], atoi(argv[3]));
	LEAVE();
	return status;
}
