// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From a file to the module's section, by the shortest way that is safe: the file was seen
 * before; its bytes were; they were in the cache; else the section is made.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sfreg.h>

#include "broker_inside.h"
#include "mapped.h"
#include "sandbox.h"

/*
 * A file that was changed so many seconds ago may be changed again without its times
 * telling: they go by ticks, and a clock may be set back a little.
 */
#define RACY_SECONDS	2

/* An error that may be an overloaded machine's, or the module's settings. */
#define DOUBT_SECONDS	60

/* Each section is a descriptor: as many as are allowed. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct broker *broker_new(const char *cache_dir)
{
	struct broker *broker = calloc(1, sizeof(*broker));

	if (!broker)
		return NULL;
	broker->binder.fd = -1;
	broker->known = known_new();
	broker->objects = known_new();
	broker->cache_dir = cache_dir ? strdup(cache_dir) : NULL;
	if (!broker->known || !broker->objects || (cache_dir && !broker->cache_dir)) {
		broker_free(broker);
		return NULL;
	}
	raise_descriptors();
	return broker;
}

void broker_free(struct broker *broker)
{
	if (!broker)
		return;
	binder_end(&broker->binder);
	known_free(broker->known);
	known_free(broker->objects);
	free(broker->cache_dir);
	free(broker);
}

const struct broker_object *broker_refuse(struct broker *broker, int error)
{
	broker->answer = (struct broker_object){ .section_fd = -1, .error = error };
	broker->stats.failed += error != -EINPROGRESS;
	return &broker->answer;
}

bool broker_is_lasting(int error)
{
	switch (error) {
	case 0:
	case -ENODATA:
	case -ENOEXEC:
	case -EBADMSG:
	case -EFBIG:
		return true;
	default:
		return false;
	}
}

/* .. for a while: it would take as long as the first time to be told so. */
static bool is_doubtful(int error)
{
	switch (error) {
	case -EPROTO:
	case -ETIMEDOUT:
	case -EPROTONOSUPPORT:
	case -EOVERFLOW:
	case -E2BIG:
		return true;
	default:
		return false;
	}
}

/* Fills in @object's descriptor or error. */
static void make_section(struct broker *broker, struct broker_object *object,
			 const void *bytes, size_t len)
{
	int fd = len ? sfreg_section_create(bytes, len) : -ENODATA;

	if ((fd == -EMFILE || fd == -ENFILE) &&
	    (known_shed(broker->known) + known_shed(broker->objects)))
		fd = sfreg_section_create(bytes, len);
	object->section_fd = fd < 0 ? -1 : fd;
	object->error = fd < 0 ? fd : 0;
}

static struct broker_object from_entry(struct broker *broker, const struct cache_entry *entry)
{
	struct broker_object object = {
		.base = entry->base, .n_text = entry->n_text,
		.jit_descriptor = entry->jit_descriptor,
	};
	uint64_t page = sysconf(_SC_PAGESIZE), skip = entry->at % page;
	void *bytes = NULL;

	memcpy(object.text, entry->text, sizeof(object.text));
	if (entry->len) {
		bytes = mmap(NULL, skip + entry->len, PROT_READ, MAP_PRIVATE, entry->fd,
			     entry->at - skip);
		if (bytes == MAP_FAILED)
			return (struct broker_object){ .section_fd = -1, .error = -ENOMEM };
	}
	make_section(broker, &object, (char *)bytes + skip, entry->len);
	if (bytes)
		munmap(bytes, skip + entry->len);
	return object;
}

struct broker_object broker_from_section(struct broker *broker,
					 const struct synth_section *section)
{
	struct broker_object object = {
		.base = section->base, .n_text = section->n_text,
		.jit_descriptor = section->jit_descriptor,
	};

	memcpy(object.text, section->text, sizeof(object.text));
	make_section(broker, &object, section->bytes, section->len);
	return object;
}

const struct broker_object *broker_keep(struct broker *broker, struct known *known,
					const struct cache_key *key,
					const struct broker_object *object)
{
	bool doubtful = is_doubtful(object->error);

	if (!doubtful && !broker_is_lasting(object->error))
		return broker_refuse(broker, object->error);
	broker->stats.failed += !!object->error;
	return known_add(known, key, object, doubtful ? DOUBT_SECONDS : 0);
}

/* Where nobody says which cache it shall be, the machine's own counts for all. */
static int find_entry(const struct broker *broker, const struct synth_source *source,
		      struct cache_key *key, struct cache_entry *entry)
{
	int error;

	if (!broker->cache_dir)
		return -ENOENT;
	error = cache_find(broker->cache_dir, source, key, entry);
	if (error != -ENOENT || cache_is_named() || !strcmp(broker->cache_dir, CACHE_SYSTEM))
		return error;
	return cache_find(CACHE_SYSTEM, source, key, entry);
}

static const struct broker_object *look_in_cache(struct broker *broker,
						 const struct synth_file *file)
{
	const struct broker_object *known;
	struct broker_object object;
	struct cache_entry entry;
	struct cache_key key;
	int error;

	error = find_entry(broker, &file->source, &key, &entry);
	if (error)
		return error == -ENOENT ? NULL : broker_refuse(broker, error);
	broker->stats.cached++;
	known = known_by_key(broker->known, &key);
	if (!known) {
		object = from_entry(broker, &entry);
		known = broker_keep(broker, broker->known, &key, &object);
	}
	close(entry.fd);
	return known;
}

/* An error is remembered by what the child had read when it came. */
static const struct broker_object *make(struct broker *broker, const struct synth_file *file)
{
	struct broker_object object = { .section_fd = -1 };
	const struct broker_object *known;
	struct synth_section section;
	struct cache_trace trace;
	struct cache_key key;

	cache_trace_init(&trace, file->source.size);
	object.error = sandbox_synth(&file->source, &trace, &section, NULL);
	cache_trace_key(&trace, &key);
	broker->stats.made += !object.error;
	known = known_by_key(broker->known, &key);
	if (!object.error) {
		if (broker->cache_dir)
			cache_store(broker->cache_dir, &trace, &section);
		if (!known)
			object = broker_from_section(broker, &section);
		synth_free(&section);
	}
	return known ? known : broker_keep(broker, broker->known, &key, &object);
}

/* What was read is the file as it is now, and its times would tell if that changed. */
static bool is_settled(int fd, const struct stat *before)
{
	struct timespec now;
	struct stat after;

	if (mapped_stat_fd(fd, &after) || clock_gettime(CLOCK_REALTIME, &now))
		return false;
	return before->st_size == after.st_size &&
	       before->st_mtim.tv_sec == after.st_mtim.tv_sec &&
	       before->st_mtim.tv_nsec == after.st_mtim.tv_nsec &&
	       before->st_ctim.tv_sec == after.st_ctim.tv_sec &&
	       before->st_ctim.tv_nsec == after.st_ctim.tv_nsec &&
	       after.st_ctim.tv_sec < now.tv_sec - RACY_SECONDS;
}

const struct broker_object *broker_seen(struct broker *broker, const struct stat *file)
{
	const struct broker_object *object = known_by_file(broker->known, file);

	broker->stats.seen += !!object;
	return object;
}

/* @trusts: the file system's word on times and numbers. */
static const struct broker_object *find(struct broker *broker, int fd, bool trusts, bool may_make)
{
	const struct broker_object *object;
	struct synth_file file;
	struct stat before;
	int error;

	error = mapped_stat_fd(fd, &before);
	if (error)
		return broker_refuse(broker, error);
	if (!S_ISREG(before.st_mode))
		return broker_refuse(broker, -ENOEXEC);
	object = trusts ? known_by_file(broker->known, &before) : NULL;
	if (object) {
		broker->stats.known++;
		return object;
	}
	if (synth_file_init(&file, fd))
		return broker_refuse(broker, -ENOEXEC);
	object = look_in_cache(broker, &file);
	if (!object)
		object = may_make ? make(broker, &file) : broker_refuse(broker, -EINPROGRESS);
	if (trusts && object != &broker->answer && is_settled(fd, &before))
		known_bind(broker->known, &before, known_key(object));
	return object;
}

const struct broker_object *broker_find(struct broker *broker, int fd)
{
	return find(broker, fd, known_trusts(fd), true);
}

const struct broker_object *broker_look(struct broker *broker, int fd)
{
	return find(broker, fd, known_trusts(fd), false);
}

/* --- files that the module knows --------------------------------------------------- */

int broker_begin_binding(struct broker *broker)
{
	return binder_begin(&broker->binder);
}

void broker_end_binding(struct broker *broker)
{
	binder_end(&broker->binder);
}

/*
 * Whatever the module says: for a file that is what it is, it will say nothing else. A file that
 * cannot have a section is bound to none; one that may get one next time is not.
 */
void broker_bind(struct broker *broker, int fd, const struct stat *file)
{
	unsigned int *note = known_note(broker->known, file);
	const struct broker_object *object = known_by_file(broker->known, file);

	if (broker->binder.fd < 0 || !object || !broker_is_lasting(object->error) ||
	    *note == broker->binder.turn)
		return;
	if (!object->jit_descriptor)
		binder_bind(&broker->binder, fd, file, object);
	*note = broker->binder.turn;
}

void broker_bind_vdso(struct broker *broker, const struct map *map,
		      const struct broker_object *object)
{
	if (broker->binder.fd < 0 || broker->vdso_note == broker->binder.turn)
		return;
	binder_bind_vdso(&broker->binder, map, object);
	broker->vdso_note = broker->binder.turn;
}

int broker_next_unbound(const struct broker *broker, uint32_t *fs_type)
{
	return binder_next(&broker->binder, fs_type);
}

const struct broker_object *broker_learn(struct broker *broker, int fd, uint32_t fs_type,
					 bool may_make)
{
	const struct broker_object *object;
	struct stat file;

	if (!known_trusts_type(fs_type) && !known_trusts(fd))
		return NULL;
	if (!mapped_is_elf(fd) || mapped_stat_fd(fd, &file))
		return NULL;
	object = find(broker, fd, true, may_make);
	broker_bind(broker, fd, &file);
	return object;
}

void broker_stats(const struct broker *broker, struct broker_stats *stats)
{
	*stats = broker->stats;
	stats->bound = broker->binder.bound;
	stats->open_sections = known_open_sections(broker->known) +
			       known_open_sections(broker->objects);
}
