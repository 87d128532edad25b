// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Objects of JITs: known by all of their bytes, and made in the sandbox like files.
 */
#include <errno.h>
#include <string.h>

#include "broker_inside.h"
#include "sandbox.h"

struct memory {
	struct synth_source source;
	const uint8_t *bytes;
};

static int read_memory(const struct synth_source *source, void *to, size_t len, uint64_t at)
{
	const struct memory *memory = (const void *)source;

	memcpy(to, memory->bytes + at, len);
	return 0;
}

static struct cache_key key_of(const void *bytes, size_t len)
{
	static const char domain[16] = "sfreg object 1";
	struct blake2b state;
	struct cache_key key;

	blake2b_init(&state);
	blake2b_update(&state, domain, sizeof(domain));
	blake2b_update(&state, bytes, len);
	blake2b_result(&state, key.bytes);
	return key;
}

const struct broker_object *broker_find_object(struct broker *broker, const void *bytes,
					       size_t len, unsigned int *budget)
{
	const struct memory memory = { { len, read_memory }, bytes };
	const struct cache_key key = key_of(bytes, len);
	struct broker_object object = { .section_fd = -1 };
	const struct broker_object *known;
	struct synth_section section;

	known = known_by_key(broker->objects, &key);
	broker->stats.known += !!known;
	if (known)
		return known;
	if (!*budget)
		return broker_refuse(broker, -EINPROGRESS);
	--*budget;
	object.error = sandbox_synth_object(&memory.source, &section);
	if (!object.error) {
		broker->stats.made++;
		object = broker_from_section(broker, &section);
		synth_free(&section);
	}
	return broker_keep(broker, broker->objects, &key, &object);
}
