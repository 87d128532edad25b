// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The hook's voice: only heard with SFREG_DEBUG. A line is built on the stack and
 * written with one system call, so that lines of several processes do not mix.
 */
#include "memory.h"
#include "process.h"
#include "report.h"
#include "syscall.h"

#define LINE_MAX_LEN	512
#define STDERR		2

struct line {
	unsigned int len;
	char text[LINE_MAX_LEN];
};

/* What does not fit is left out, but for the newline's place. */
static void put(struct line *line, const char *s)
{
	while (*s && line->len < LINE_MAX_LEN - 1)
		line->text[line->len++] = *s++;
}

static void put_hex(struct line *line, unsigned long value)
{
	char digits[] = "0x0000000000000000";
	char *p = digits + sizeof(digits) - 1;

	do {
		*--p = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	*--p = 'x';
	*--p = '0';
	put(line, p);
}

static void put_range(struct line *line, const char *what, unsigned long start,
		      unsigned long len)
{
	put(line, what);
	put_hex(line, start);
	put(line, "+");
	put_hex(line, len);
}

static void begin(struct line *line, const char *object)
{
	line->len = 0;
	put(line, "sfreg: ");
	put(line, object);
	put(line, ": ");
}

static void end(struct line *line)
{
	line->text[line->len++] = '\n';
	sys_call(__NR_write, STDERR, (long)line->text, line->len, 0, 0, 0);
}

void sfreg_report(const char *object, const char *what)
{
	struct line line;

	if (!sfreg_process.debug)
		return;
	begin(&line, object);
	put(&line, what);
	end(&line);
}

void sfreg_report_window(const struct window_report *report)
{
	struct line line;

	if (!sfreg_process.debug)
		return;
	begin(&line, report->object);
	put_range(&line, "text ", report->text, report->text_len);
	put_range(&line, ", .sframe ", report->sframe, report->sframe_len);
	put(&line, ": ");
	put(&line, report->error ? sfreg_reason(report->error) : "registered");
	end(&line);
}

const char *sfreg_reason(int error)
{
	switch (-error) {
	case ENOSYS:
		return "the module is not loaded";
	case ESHUTDOWN:
		return "sfreg is switched off";
	case EPERM:
	case EACCES:
		return "not permitted";
	case EMFILE:
	case ENFILE:
		return "no descriptor left";
	case EFAULT:
		return "the text is not mapped executable, or .sframe cannot be read";
	case ENOEXEC:
		return ".sframe is for another machine";
	case EBADMSG:
		return ".sframe is malformed";
	case EPROTONOSUPPORT:
		return ".sframe is of a kind that the module does not know";
	case E2BIG:
	case EOVERFLOW:
		return ".sframe is over the module's limits";
	case EEXIST:
		return "something else is registered there";
	case ENOSPC:
	case EDQUOT:
		return "the process or the user has registered too much";
	case ENOMEM:
		return "out of memory";
	case ENOENT:
		return "nothing is registered there";
	default:
		return "refused";
	}
}
