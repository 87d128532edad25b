// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The verdict first, then what it rests on.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "tool.h"

/* Of ten thousand: from here on nothing to speak of is missing. */
#define COMPLETE	9990
/* An object that lacks less than this share of all text is not gone into. */
#define SMALL		10000

/* Rounded down: 100 is all. */
static unsigned int share(uint64_t part, uint64_t whole)
{
	return whole ? (unsigned int)((__uint128_t)part * 10000 / whole) : 10000;
}

static void say_share(uint64_t part, uint64_t whole)
{
	unsigned int hundredths = share(part, whole);

	printf("%u.%02u %%", hundredths / 100, hundredths % 100);
}

static void say_module(int module)
{
	struct sfreg_info info = { .size = sizeof(info) };

	if (module)
		printf("None of it is used: %s.\n", explain(module));
	else if (!sfreg_info(&info) && !(info.features & SFREG_FEAT_PERF))
		printf("The module is not hooked into perf: its callers alone see the stacks.\n");
}

static void say_verdict(const struct patient *patient, bool exits)
{
	if (exits || patient->module) {
		say_share(patient->could, patient->text);
		printf(" of the text that %s has mapped can have rows.\n", patient->name);
		say_module(patient->module);
		return;
	}
	say_share(patient->now, patient->text);
	printf(" of the text that %s has mapped has rows", patient->name);
	if (share(patient->could, patient->text) > share(patient->now, patient->text)) {
		printf("; ");
		say_share(patient->could, patient->text);
		printf(" when it is attached (sfreg attach %d)", patient->process.pid);
	}
	printf(".\n");
	say_module(0);
}

static const char *rows_by(const struct object *object)
{
	if (object->by_itself + object->by_outsider < object->mapped)
		return object->by_itself + object->by_outsider ? "partly" :
		       object->could ? "not yet" : "nobody";
	if (!object->by_outsider)
		return "itself";
	return object->by_itself ? "both" : "attached";
}

static const char *name_of(const struct object *object)
{
	if (object->map->kind == MAP_KIND_ANONYMOUS)
		return "[anonymous memory]";
	return object->map->path;
}

static void say_objects(const struct patient *patient)
{
	printf("\n%12s %12s %9s  %-8s  %s\n", "TEXT", "WITH ROWS", "", "BY", "OBJECT");
	for (size_t i = 0; i < patient->n; i++) {
		const struct object *object = &patient->objects[i];

		printf("%12llu %12llu ", (unsigned long long)object->diagnosis.text,
		       (unsigned long long)object->could);
		printf("%4u.%02u %%", share(object->could, object->diagnosis.text) / 100,
		       share(object->could, object->diagnosis.text) % 100);
		printf("  %-8s  %s%s\n", rows_by(object), name_of(object),
		       object->map->deleted ? " (deleted)" : "");
	}
}

static const char *why_none(int error)
{
	switch (-error) {
	case ENODATA:
		return "it has no call frame information";
	case ENOEXEC:
		return "it is no ELF file of this machine's kind";
	case EBADMSG:
		return "its headers contradict each other";
	case EFBIG:
		return "it is larger than anything that is taken";
	case EOPNOTSUPP:
		return "it lies on a file system that a user serves";
	case EPROTO:
		return "reading it failed";
	case ETIMEDOUT:
		return "reading it takes too long";
	default:
		return strerror(-error);
	}
}

static void say_lacks(const struct object *object)
{
	const struct diagnosis *d = &object->diagnosis;

	for (size_t i = 0; i < d->n_lacks; i++) {
		const struct lack *lack = &d->lacks[i];

		printf("%12llu %12s  ", (unsigned long long)lack->bytes, "");
		if (*lack->name)
			printf("%s", lack->name);
		else
			printf("at 0x%llx", (unsigned long long)lack->at);
		printf(": %s\n", lack->why);
	}
}

static void say_reason(const struct object *object)
{
	const struct diagnosis *d = &object->diagnosis;
	bool own = object->by_itself && d->own;

	printf("%12llu bytes of %s", (unsigned long long)(d->text - object->could),
	       name_of(object));
	if (object->map->kind == MAP_KIND_ANONYMOUS)
		printf(": no file describes it (a JIT's code?)\n");
	else if (d->error)
		printf(": %s\n", why_none(d->error));
	else
		printf("%s\n", own ? ": its own .sframe leaves them out" : ", mostly:");
	if (!d->error && !own)
		say_lacks(object);
}

/*
 * One paragraph for each object that lacks something worth it. All others lack a little: what
 * the compiler adds to run when an object is loaded and unloaded has no description.
 */
static void say_reasons(const struct patient *patient)
{
	uint64_t small = 0;
	size_t n_small = 0, n = 0;

	for (size_t i = 0; i < patient->n; i++) {
		const struct object *object = &patient->objects[i];
		uint64_t bytes = object->diagnosis.text - object->could;

		if (object->could >= object->diagnosis.text)
			continue;
		if (bytes < patient->text / SMALL) {
			small += bytes;
			n_small++;
			continue;
		}
		printf("%s", n++ ? "" : "\nWithout rows:\n");
		say_reason(object);
	}
	if (n_small)
		printf("\nA little is lacking, %llu bytes in all, in %zu other object%s: such\n"
		       "as the compiler's start-up code.\n",
		       (unsigned long long)small, n_small, n_small == 1 ? "" : "s");
}

bool doctor_say(const struct patient *patient, bool exits)
{
	say_verdict(patient, exits);
	say_objects(patient);
	say_reasons(patient);
	return share(patient->could, patient->text) >= COMPLETE;
}
