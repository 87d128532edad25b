// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "known.h"

/* statfs(2) has them; some are in <linux/magic.h> only, two nowhere. */
static const unsigned int trusted[] = {
	0xef53,		/* ext2, 3, 4 */
	0x58465342,	/* xfs */
	0x9123683e,	/* btrfs */
	0xf2f52010,	/* f2fs */
	0x73717368,	/* squashfs */
	0xe0f5e1e2,	/* erofs */
	0x2fc12fc1,	/* zfs */
	0x01021997,	/* 9p: a virtual machine's host */
};

/* All that changes when a file is another one, or is written to. */
struct identity {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

struct object {
	struct broker_object object;	/* first: an object is found by its address */
	struct cache_key key;
	uint64_t used;			/* 0: free */
	time_t until;			/* CLOCK_MONOTONIC; 0: for ever */
};

struct file {
	struct identity identity;
	struct cache_key key;
	uint64_t used;
	unsigned int note;
};

struct known {
	uint64_t now;			/* counts questions */
	struct object objects[KNOWN_OBJECTS];
	struct file files[KNOWN_FILES];
};

struct known *known_new(void)
{
	return calloc(1, sizeof(struct known));
}

static void forget(struct object *object)
{
	if (object->used && object->object.section_fd >= 0)
		close(object->object.section_fd);
	object->used = 0;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	for (int i = 0; i < KNOWN_OBJECTS; i++)
		forget(&known->objects[i]);
	free(known);
}

bool known_trusts_type(uint32_t fs_type)
{
	for (size_t i = 0; i < sizeof(trusted) / sizeof(*trusted); i++)
		if (fs_type == trusted[i])
			return true;
	return false;
}

bool known_trusts(int fd)
{
	const int sealed = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;
	int seals = fcntl(fd, F_GET_SEALS);
	struct statfs fs;

	if (seals >= 0)
		return (seals & sealed) == sealed;
	return !fstatfs(fd, &fs) && known_trusts_type(fs.f_type);
}

/* Compared as bytes: nothing may be left as it was. */
static struct identity identity_of(const struct stat *file)
{
	struct identity identity;

	memset(&identity, 0, sizeof(identity));
	identity.dev = file->st_dev;
	identity.ino = file->st_ino;
	identity.size = file->st_size;
	identity.mtime = file->st_mtim;
	identity.ctime = file->st_ctim;
	return identity;
}

/* Files of one directory have numbers in a row: so they are looked for from there on. */
#define PROBES	8

static struct file *file_slot(struct known *known, const struct identity *identity, int probe)
{
	uint64_t hash = (identity->ino ^ (uint64_t)identity->dev << 32) * 0x9e3779b97f4a7c15;

	return &known->files[((hash >> 40) + probe) % KNOWN_FILES];
}

static struct file *find_file(struct known *known, const struct stat *file)
{
	const struct identity identity = identity_of(file);

	for (int probe = 0; probe < PROBES; probe++) {
		struct file *slot = file_slot(known, &identity, probe);

		if (slot->used && !memcmp(&slot->identity, &identity, sizeof(identity)))
			return slot;
	}
	return NULL;
}

const struct broker_object *known_by_file(struct known *known, const struct stat *file)
{
	struct file *found = find_file(known, file);

	if (!found)
		return NULL;
	found->used = ++known->now;
	return known_by_key(known, &found->key);
}

unsigned int *known_note(struct known *known, const struct stat *file)
{
	struct file *found = find_file(known, file);

	return found ? &found->note : NULL;
}

static time_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

const struct broker_object *known_by_key(struct known *known, const struct cache_key *key)
{
	for (int i = 0; i < KNOWN_OBJECTS; i++) {
		struct object *object = &known->objects[i];

		if (!object->used || !cache_key_equal(&object->key, key))
			continue;
		if (object->until && object->until <= seconds_now()) {
			forget(object);
			return NULL;
		}
		object->used = ++known->now;
		return &object->object;
	}
	return NULL;
}

const struct broker_object *known_add(struct known *known, const struct cache_key *key,
				      const struct broker_object *added, unsigned int seconds)
{
	struct object *oldest = &known->objects[0];

	for (int i = 1; i < KNOWN_OBJECTS; i++)
		if (known->objects[i].used < oldest->used)
			oldest = &known->objects[i];
	forget(oldest);
	*oldest = (struct object){
		.object = *added,
		.key = *key,
		.used = ++known->now,
		.until = seconds ? seconds_now() + seconds : 0,
	};
	return &oldest->object;
}

/* The middle one's age: counted, as there are few, and this is seldom. */
static uint64_t median_use(const struct known *known, unsigned int n)
{
	uint64_t low = 0, high = known->now;

	while (low < high) {
		uint64_t middle = (low + high) / 2;
		unsigned int older = 0;

		for (int i = 0; i < KNOWN_OBJECTS; i++)
			older += known->objects[i].used && known->objects[i].used <= middle &&
				 known->objects[i].object.section_fd >= 0;
		if (2 * older < n)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool known_shed(struct known *known)
{
	unsigned int n = known_open_sections(known);
	uint64_t median = median_use(known, n);

	for (int i = 0; i < KNOWN_OBJECTS; i++)
		if (known->objects[i].object.section_fd >= 0 && known->objects[i].used <= median)
			forget(&known->objects[i]);
	return n;
}

void known_bind(struct known *known, const struct stat *file, const struct cache_key *key)
{
	const struct identity identity = identity_of(file);
	struct file *oldest = NULL;

	for (int probe = 0; probe < PROBES; probe++) {
		struct file *slot = file_slot(known, &identity, probe);

		if (slot->used && !memcmp(&slot->identity, &identity, sizeof(identity))) {
			oldest = slot;
			break;
		}
		if (!oldest || slot->used < oldest->used)
			oldest = slot;
	}
	*oldest = (struct file){ identity, *key, ++known->now, 0 };
}

const struct cache_key *known_key(const struct broker_object *object)
{
	return &((const struct object *)object)->key;
}

unsigned int known_open_sections(const struct known *known)
{
	unsigned int n = 0;

	for (int i = 0; i < KNOWN_OBJECTS; i++)
		n += known->objects[i].used && known->objects[i].object.section_fd >= 0;
	return n;
}
