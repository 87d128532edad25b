// SPDX-License-Identifier: GPL-2.0-only
/*
 * generator DIR: a program that generates code, and tells GDB's interface. Says "ready PID", then
 * answers each line of standard input:
 *
 *	text		the first 12 of 16 digits of its code's addresses
 *	add, remove	one more piece of code, the first in the list; the first one less
 *	again		other code in the first one's place
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target.h"

#define ROOM	65536
#define MOST	16

static uint8_t *text;
static uint8_t object[MOST][OBJECT_ROOM];
static unsigned int n;

static void add(const uint8_t *from)
{
	struct element *first = &element[n];

	target_object(object[n], from, text + 64 * n);
	*first = (struct element) {
		.next = n ? (uintptr_t)&element[n - 1] : 0,
		.at = (uintptr_t)object[n], .size = object_len,
	};
	if (n)
		element[n - 1].previous = (uintptr_t)first;
	__jit_debug_descriptor.first = (uintptr_t)first;
	n++;
}

static void take_away(void)
{
	n--;
	__jit_debug_descriptor.first = n ? (uintptr_t)&element[n - 1] : 0;
	if (n)
		element[n - 1].previous = 0;
}

static const char *answer(const char *line)
{
	static char words[32];

	if (!strcmp(line, "text\n")) {
		snprintf(words, sizeof(words), "%012llx",
			 (unsigned long long)(uintptr_t)text >> 16);
		return words;
	}
	if (!strcmp(line, "add\n") && n < MOST) {
		add(object24);
		return "added";
	}
	if (!strcmp(line, "remove\n") && n) {
		take_away();
		return "removed";
	}
	if (!strcmp(line, "again\n") && n) {
		take_away();
		add(object40);
		return "again";
	}
	return "what?";
}

int main(int argc, char **argv)
{
	char line[64];

	target_objects(argc > 1 ? argv[1] : ".");
	text = mmap(NULL, 2 * ROOM, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (text == MAP_FAILED)
		err(2, "mmap");
	text += -(uintptr_t)text % ROOM;
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		puts(answer(line));
		fflush(stdout);
	}
	return 0;
}
