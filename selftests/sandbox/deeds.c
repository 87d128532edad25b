// SPDX-License-Identifier: GPL-2.0-only
/*
 * A child that crashes, never ends, eats memory, or asks for what it must not have.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "works.h"

/* The parameters of a work, which most have no use for. */
#define WORK(name) \
	static int name(const struct synth_source *source, struct synth_section *section, \
			struct synth_report *report)
#define UNUSED()	((void)source, (void)section, (void)report)

static void say(uint32_t what, uint64_t at, uint64_t len)
{
	const struct sandbox_message message = { .say = what, .at = at, .len = len };

	if (write(SANDBOX_SOCKET, &message, sizeof(message)) < 0)
		_exit(1);
}

WORK(crashes)
{
	UNUSED();
	__builtin_trap();
}

WORK(ends)
{
	UNUSED();
	_exit(0);
}

WORK(loops)
{
	UNUSED();
	for (volatile int i = 1; i; i |= 1)
		;
	return 0;
}

WORK(waits)
{
	char byte;

	UNUSED();
	return read(SANDBOX_SOCKET, &byte, 1) < 0;
}

/* More than a socket holds: the parent has to wait for it, but not for ever. */
WORK(asks_and_does_not_read)
{
	say(SANDBOX_READ, 0, SYNTH_FIRST_READ);
	say(SANDBOX_READ, SYNTH_FIRST_READ, FILE_SIZE - SYNTH_FIRST_READ);
	return loops(source, section, report);
}

WORK(trickles)
{
	struct sandbox_message message = { .say = SANDBOX_READ, .len = 1 };

	UNUSED();
	for (size_t i = 0; i < sizeof(message) - 1; i++)
		if (write(SANDBOX_SOCKET, (char *)&message + i, 1) != 1)
			_exit(1);
	return loops(source, section, report);
}

WORK(half_a_message)
{
	UNUSED();
	if (write(SANDBOX_SOCKET, "half", 4) != 4)
		_exit(1);
	_exit(0);
}

WORK(allocates)
{
	UNUSED();
	for (;;) {
		char *more = malloc(4 << 20);

		if (!more)
			return -ENOMEM;
		memset(more, 1, 4 << 20);
	}
}

WORK(maps)
{
	UNUSED();
	while (mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	       MAP_FAILED)
		;
	return errno == ENOMEM ? -ENOMEM : -EFBIG;
}

static volatile int for_ever = 1;

WORK(recurses)
{
	volatile char frame[4096];

	frame[0] = 1;
	return (for_ever ? recurses(source, section, report) : 0) + frame[0];
}

static char buffer[FILE_SIZE];

/* The beginning, as is right, and then what is not. */
WORK(asks)
{
	(void)section;
	(void)report;
	source->read(source, buffer, SYNTH_FIRST_READ, 0);
	source->read(source, buffer, deed_now->args[1], deed_now->args[0]);
	return 0;
}

WORK(begins)
{
	(void)section;
	(void)report;
	source->read(source, buffer, deed_now->args[1], deed_now->args[0]);
	return 0;
}

WORK(asks_often)
{
	(void)section;
	(void)report;
	for (unsigned int i = 0; i < SYNTH_MAX_READS + 1; i++)
		source->read(source, buffer, SYNTH_FIRST_READ, i * SYNTH_FIRST_READ);
	return 0;
}

WORK(is_ready_twice)
{
	UNUSED();
	say(SANDBOX_READY, 0, 0);
	return 0;
}

WORK(says_the_unknown)
{
	UNUSED();
	say(SANDBOX_DONE + 1, 0, 0);
	return 0;
}

const struct misdeed deeds[] = {
	{ "crashes", crashes, .outcome = -EPROTO },
	{ "ends without a word", ends, .outcome = -EPROTO },
	{ "loops", loops, .outcome = -ETIMEDOUT, .time = 300 },
	{ "waits for what nobody sends", waits, .outcome = -ETIMEDOUT, .time = 300 },
	{ "asks, and does not read the answer", asks_and_does_not_read,
	  .outcome = -ETIMEDOUT, .time = 300 },
	{ "says a message but for its last byte", trickles, .outcome = -ETIMEDOUT, .time = 300 },
	{ "ends in the middle of a message", half_a_message, .outcome = -EPROTO },
	{ "allocates without end", allocates, .outcome = -ENOMEM, .memory = 64 << 20 },
	{ "maps without end", maps, .outcome = -ENOMEM, .memory = 64 << 20 },
	{ "recurses without end", recurses, .outcome = -EPROTO },
	{ "asks for a byte behind the end", asks, -EPROTO,
	  .args = { FILE_SIZE - 1, 2 } },
	{ "asks far behind the end", asks, -EPROTO,
	  .args = { FILE_SIZE + 4096, 1 } },
	{ "asks for a range that wraps around", asks, -EPROTO,
	  .args = { UINT64_MAX - 1, 4 } },
	{ "asks for nothing", asks, -EPROTO,
	  .args = { 8192, 0 } },
	{ "asks for 2^64 - 1 bytes", asks, -EPROTO,
	  .args = { 8192, UINT64_MAX } },
	{ "asks for a range twice", asks, -EPROTO,
	  .args = { 0, SYNTH_FIRST_READ } },
	{ "asks for one byte twice", asks, -EPROTO,
	  .args = { SYNTH_FIRST_READ - 1, 2 } },
	{ "does not ask for the beginning first", begins, -EPROTO,
	  .args = { 1, SYNTH_FIRST_READ } },
	{ "asks for too little of the beginning", begins, -EPROTO,
	  .args = { 0, SYNTH_FIRST_READ - 1 } },
	{ "asks once too often", asks_often, .outcome = -EPROTO },
	{ "says twice that it is ready", is_ready_twice, .outcome = -EPROTO },
	{ "says what there is no word for", says_the_unknown, .outcome = -EPROTO },
	{}
};
