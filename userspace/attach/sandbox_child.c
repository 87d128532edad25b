// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The sandbox's child at work: asks its parent for pieces of the file, makes the section,
 * and sends it. Nothing here is trusted by the parent, so nothing is checked for its sake.
 */
#include <unistd.h>

#include "sandbox_inside.h"

/* Without a parent, or out of step with it, there is nobody to tell. */
static void send_all(const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len) {
		ssize_t n = write(SANDBOX_SOCKET, from, len);

		if (n <= 0)
			_exit(1);
		from += n;
		len -= n;
	}
}

static void receive_all(void *bytes, size_t len)
{
	uint8_t *to = bytes;

	while (len) {
		ssize_t n = read(SANDBOX_SOCKET, to, len);

		if (n <= 0)
			_exit(1);
		to += n;
		len -= n;
	}
}

static void say(enum sandbox_say what, int status)
{
	const struct sandbox_message message = { .say = what, .status = status };

	send_all(&message, sizeof(message));
}

static int ask(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	const struct sandbox_message message = { .say = SANDBOX_READ, .at = at, .len = len };

	(void)source;
	send_all(&message, sizeof(message));
	receive_all(to, len);
	return 0;
}

void sandbox_child(const struct sandbox_job *job, int socket)
{
	const struct synth_source source = { .size = job->source->size, .read = ask };
	struct synth_section section = { 0 };
	struct synth_report report = { 0 };
	int status;

	if (socket != SANDBOX_SOCKET && dup2(socket, SANDBOX_SOCKET) < 0)
		_exit(1);
	status = sandbox_lock(job);
	say(SANDBOX_READY, status);
	if (status)
		_exit(1);
	status = job->work(&source, &section, job->report ? &report : NULL);
	say(SANDBOX_DONE, status);
	if (!status) {
		send_all(&section, sizeof(section));
		send_all(section.bytes, section.len);
		if (job->report) {
			send_all(&report, sizeof(report));
			send_all(report.holes, report.n_holes * sizeof(*report.holes));
		}
	}
	_exit(0);
}
