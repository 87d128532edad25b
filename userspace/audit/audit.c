// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libsfreg-audit.so: the dynamic loader's hook (LD_AUDIT, see rtld-audit(7)).
 * Registers every object that has SFrame data, its own or in the cache, before its code
 * runs, and unregisters it before it is unmapped.
 *
 * It must never be felt by the program. So it needs no library, not even libc (a
 * second copy of which would be loaded for it), no heap and no thread-local
 * storage, leaves errno alone and no descriptor open, and says nothing unless
 * SFREG_DEBUG is set. Whatever fails, the object is left unregistered, and the
 * stacks through it are as short as without the hook.
 *
 * The loader holds its lock around all of these calls.
 */
#define _GNU_SOURCE
#include <errno.h>
/* The loader's own prototypes: what they declare is seen outside. */
#pragma GCC visibility push(default)
#include <link.h>
#pragma GCC visibility pop

#include "cached.h"
#include "memory.h"
#include "object.h"
#include "process.h"
#include "report.h"
#include "sfreg.h"
#include "windows.h"

/*
 * The cookie of an object is its list of windows; the main program's is this
 * mark, for it is never unloaded.
 */
static struct window main_program;

/*
 * At exit the loader closes the main program first and then the libraries, while
 * their destructors and other threads still run. The kernel forgets everything
 * when the process is gone; until then the stacks should stay whole.
 */
static bool exiting;

/*
 * A program that has put itself into a new sandbox may be killed for a system
 * call that it does not make itself. From then on the hook keeps still; text that
 * is unmapped loses its window all the same.
 */
static int filters_at_start;
static bool sandboxed;

/*
 * Asked only when the loader has just opened a file, or there is a window to
 * remove, never at exit: the question itself opens a file. If that fails, the
 * hook keeps still this once.
 */
static void look_for_sandbox(void)
{
	sandboxed = sfreg_seccomp_filters() != filters_at_start;
	if (sandboxed)
		sfreg_report("hook", "the program is in a new sandbox; keeping still");
}

unsigned int la_version(unsigned int version)
{
	int error = sfreg_probe();

	if (error == -ENOSYS) {
		sfreg_report("hook", sfreg_reason(error));
		/* Unloads the hook, unless the user wants to see what it sees. */
		if (!sfreg_process.debug)
			return 0;
	}
	filters_at_start = sfreg_seccomp_filters();
	return version < LAV_CURRENT ? version : LAV_CURRENT;
}

void la_activity(uintptr_t *cookie, unsigned int flag)
{
	(void)cookie;

	if (flag == LA_ACT_ADD)
		look_for_sandbox();
}

/* prctl(2) cannot say what a section's offsets are relative to; the device can. */
static int register_text(const struct object *object, unsigned long text, unsigned long len)
{
	struct sfreg_window window = {
		.size = sizeof(window),
		.text_start = text,
		.text_len = len,
		.sframe_addr = object->sframe,
		.sframe_len = object->sframe_len,
		.sframe_base = object->sframe_base,
		.mem_fd = -1,
	};

	if (object->sframe_base)
		return sfreg_register_window(&window);
	return sfreg_register((const void *)text, len, (const void *)object->sframe,
			      object->sframe_len);
}

/* The records of what was registered. */
static struct window *register_object(const struct object *object, const char *name)
{
	struct window *windows = NULL;
	struct window_report report = {
		.object = name,
		.sframe = object->sframe,
		.sframe_len = object->sframe_len,
	};
	unsigned int at = 0;

	while (sfreg_object_text(object, &at, &report.text, &report.text_len)) {
		struct window *window = sfreg_window_new(windows, report.text);

		if (!window)
			break;
		report.error = register_text(object, report.text, report.text_len);
		if (report.error)
			sfreg_window_free(window);
		else
			windows = window;
		sfreg_report_window(&report);
	}
	return windows;
}

/* An object's own section counts; only where it has none is one looked for in the cache. */
static struct window *open_object(const struct object_hint *hint, const char *name)
{
	struct window *windows;
	struct object object;
	struct cached cached;
	const char *why = sfreg_object_find(&object, hint);

	if (!why)
		return register_object(&object, name);
	if (!sfreg_cached_find(&cached, &object, hint)) {
		sfreg_report(name, why);
		return NULL;
	}
	windows = register_object(&object, name);
	sfreg_cached_end(&cached);
	return windows;
}

unsigned int la_objopen(struct link_map *map, Lmid_t lmid, uintptr_t *cookie)
{
	bool is_main = lmid == LM_ID_BASE && !*map->l_name;
	struct object_hint hint = {
		.base = map->l_addr,
		.dynamic = (unsigned long)map->l_ld,
		.path = is_main ? "/proc/self/exe" : map->l_name,
		.phdrs = is_main ? sfreg_process.phdrs : 0,
		.n_phdrs = is_main ? sfreg_process.n_phdrs : 0,
	};
	const char *name = is_main ? "main program" : map->l_name;
	struct window *windows;

	*cookie = is_main ? (uintptr_t)&main_program : 0;
	if (sandboxed || (map->l_addr && map->l_addr == sfreg_process.vdso))
		return 0;
	windows = open_object(&hint, name);
	if (!is_main)
		*cookie = (uintptr_t)windows;
	return 0;
}

unsigned int la_objclose(uintptr_t *cookie)
{
	struct window *window = (struct window *)*cookie;

	*cookie = 0;
	if (window == &main_program)
		exiting = true;
	if (!window || exiting)
		return 0;
	look_for_sandbox();
	while (window && !sandboxed) {
		int error = sfreg_unregister((const void *)window->text);

		sfreg_report("closed object", error ? sfreg_reason(error) : "unregistered");
		window = sfreg_window_free(window);
	}
	return 0;
}
