// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the broker does with a file that the module has handed out: which files it reads,
 * which it binds at first sight, and which not, because they may bring generated code.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>

#include "broker.h"
#include "descriptor.h"
#include "files.h"
#include "known.h"
#include "module.h"
#include "tap.h"

static struct broker *broker;

/* How many calls of the module that makes, and what was found. */
static const struct broker_object *found;

static unsigned int learn_on(int fd, uint32_t fs_type, bool may_make)
{
	unsigned int before = n_bound;

	last_bind = (struct sfreg_bind) { 0 };
	found = broker_learn(broker, fd, fs_type, may_make);
	return n_bound - before;
}

/* Of a file system that says for itself what it is. */
static unsigned int learn(int fd, bool may_make)
{
	return learn_on(fd, 0, may_make);
}

static void test_handed_out(void)
{
	uint32_t fs_type = 0;

	next_unbound = 77;
	next_fs_type = 0xef53;
	tap_ok(broker_next_unbound(broker, &fs_type) == 77 && fs_type == 0xef53,
	       "the module's descriptor, and what the file lies on");
	next_unbound = -EACCES;
	tap_equal(broker_next_unbound(broker, &fs_type), -EACCES, "the module's error");
	next_unbound = -ENODATA;
}

static void test_first_sight(void)
{
	struct file file = file_copy_self("first");
	struct broker_stats before, after;

	tap_equal(learn(file.fd, false), 0, "a file that has to be made is not bound");
	tap_ok(found && found->error == -EINPROGRESS && found->section_fd == -1,
	       "where it may not be made");
	tap_equal(learn(file.fd, true), 1, "where it may, it is bound at first sight");
	tap_ok(found && !found->error && found->section_fd >= 0 &&
	       last_bind.section_fd == found->section_fd && last_bind.file_fd == file.fd,
	       "to its section");
	broker_stats(broker, &before);
	tap_equal(learn(file.fd, false), 0, "once");
	broker_stats(broker, &after);
	tap_ok(found && !found->error && after.known == before.known + 1 &&
	       after.made == before.made, "and known from then on");
}

/* It may be another one in a moment: whoever maps it is to be looked at. */
static void test_young(void)
{
	struct file file = file_copy_self("young");
	time_t passed = time_passed;

	time_passed = 0;
	tap_equal(learn(file.fd, true), 0, "a file that was written just now is not bound");
	tap_ok(found && !found->error, "but made");
	time_passed = passed;
	tap_equal(learn(file.fd, false), 0, "nor is it known later:");
	tap_ok(found && found->error == -EINPROGRESS, "it has to be looked at again");
	tap_equal(learn(file.fd, true), 1, "and is bound then");
}

/* Returns its descriptor: this program, in memory. */
static int in_memory(int seals)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("program", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char bytes[4096];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(fd, bytes, n) != n)
			exit(1);
	close(from);
	if (fcntl(fd, F_ADD_SEALS, seals))
		exit(1);
	time_passed += WAIT_RACY;
	return fd;
}

static void test_of_no_interest(void)
{
	struct file script = file_write("script", "#!/bin/sh\n", 10, 0);
	struct file empty = file_write("empty", "", 0, 0);
	struct file three = file_write("three", ELFMAG, SELFMAG - 1, 0);
	struct broker_stats before, after;
	int pipes[2];

	broker_stats(broker, &before);
	tap_ok(!learn(script.fd, true) && !found, "no ELF file: neither bound nor found");
	tap_ok(!learn(empty.fd, true) && !found, "nor an empty one");
	tap_ok(!learn(three.fd, true) && !found, "nor one of three bytes");
	tap_ok(!pipe(pipes) && !learn(pipes[0], true) && !found, "nor a pipe");
	tap_ok(!learn(-1, true) && !found, "nor none");
	tap_ok(!learn(in_memory(F_SEAL_GROW | F_SEAL_SHRINK), true) && !found,
	       "nor a file whose times are not to be trusted");
	tap_ok(!learn_on(in_memory(F_SEAL_GROW | F_SEAL_SHRINK), TMPFS_MAGIC, true) && !found,
	       "whatever it lies on");
	broker_stats(broker, &after);
	tap_ok(!memcmp(&before, &after, sizeof(before)), "none of these was read");
	tap_ok(learn(in_memory(F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE), true) == 1 && found,
	       "one that is sealed is");
	tap_ok(learn_on(in_memory(F_SEAL_GROW | F_SEAL_SHRINK), EXT4_SUPER_MAGIC, true) == 1 &&
	       found,
	       "and one of an overlay whose files really lie on a disk");
}

/* --- which may bring generated code ------------------------------------------------ */

#define STRINGS		(80u << 10)
#define PORTION		(32u << 10)	/* that are read at once */
#define LARGE		(70u << 20)	/* the file is, so that none of these is over its end */
#define NAME		(sizeof(DESCRIPTOR_NAME) - 1)

/* An ELF file with one symbol table's names, and nothing else; one thing is odd about it. */
struct recipe {
	uint32_t name_at;
	enum { NOTHING, LONGER, TYPE, LINK, SHNUM, SHENTSIZE, SHOFF, OFFSET, SIZE, TABLES } odd;
	uint64_t value;
};

#define NOWHERE	UINT32_MAX

static void spoil(const struct recipe *recipe, Elf64_Ehdr *header, Elf64_Shdr *sections,
		  char *strings)
{
	switch (recipe->odd) {
	case NOTHING:
		break;
	case LONGER:
		strings[recipe->name_at + NAME] = recipe->value;
		break;
	case TYPE:
		sections[1].sh_type = recipe->value;
		break;
	case LINK:
		sections[1].sh_link = recipe->value;
		break;
	case SHNUM:
		header->e_shnum = recipe->value;
		break;
	case SHENTSIZE:
		header->e_shentsize = recipe->value;
		break;
	case SHOFF:
		header->e_shoff = recipe->value;
		break;
	case OFFSET:
		sections[2].sh_offset = recipe->value;
		break;
	case SIZE:
		sections[2].sh_size = recipe->value;
		break;
	/* More symbol tables, of the same names. */
	case TABLES:
		for (uint32_t i = 1; i < recipe->value; i++)
			sections[2 + i] = sections[1];
		header->e_shnum = 2 + recipe->value;
		break;
	}
}

static struct file make(const char *name, const struct recipe *recipe)
{
	static char bytes[4096 + STRINGS + 4096];
	Elf64_Ehdr *header = (void *)bytes;
	Elf64_Shdr *sections = (void *)(header + 1);
	char *strings = bytes + 4096;
	static uint32_t n;

	memset(bytes, 0, sizeof(bytes));
	*header = (Elf64_Ehdr){
		.e_ident = ELFMAG "\2\1\1", .e_type = ET_DYN, .e_machine = EM_X86_64,
		.e_version = EV_CURRENT, .e_ehsize = sizeof(*header), .e_shoff = sizeof(*header),
		.e_shentsize = sizeof(*sections), .e_shnum = 3,
	};
	sections[1] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB, .sh_link = 2 };
	sections[2] = (Elf64_Shdr){
		.sh_type = SHT_STRTAB, .sh_offset = 4096, .sh_size = STRINGS,
	};
	if (recipe->name_at != NOWHERE)
		memcpy(strings + recipe->name_at, DESCRIPTOR_NAME, NAME);
	spoil(recipe, header, sections, strings);
	/* No two are alike. */
	n++;
	memcpy(bytes + sizeof(bytes) - sizeof(n), &n, sizeof(n));
	return file_write(name, bytes, sizeof(bytes), LARGE);
}

static const struct {
	const char *what;
	bool is_bound;
	struct recipe recipe;
} recipes[] = {
	{ "names, but not that one", true, { .name_at = NOWHERE } },
	{ "two tables of them", true, { NOWHERE, TABLES, 2 } },
	{ "three, as no linker makes", false, { NOWHERE, TABLES, 3 } },
	{ "that name", false, { .name_at = 1 } },
	{ "that name, dynamic", false, { 1, TYPE, SHT_DYNSYM } },
	{ "at the beginning", false, { .name_at = 0 } },
	{ "at the end", false, { .name_at = STRINGS - NAME - 1 } },
	{ "whose end is cut off", true, { .name_at = STRINGS - NAME } },
	{ "behind the names", true, { .name_at = STRINGS } },
	{ "a longer name", true, { 100, LONGER, '_' } },
	{ "at the end of what is read at once", false, { .name_at = PORTION - NAME - 1 } },
	{ "over that end by one", false, { .name_at = PORTION - NAME } },
	{ "over that end", false, { .name_at = PORTION - NAME / 2 } },
	{ "over that end but for one", false, { .name_at = PORTION - 1 } },
	{ "behind that end", false, { .name_at = PORTION } },
	{ "in what is read last", false, { .name_at = 2 * PORTION + 1234 } },
	{ "in strings of no symbols", true, { 1, TYPE, SHT_PROGBITS } },
	{ "no section headers", false, { NOWHERE, SHNUM, 0 } },
	{ "section headers behind the end", false, { NOWHERE, SHOFF, 1ull << 40 } },
	{ "section headers before the beginning", false, { NOWHERE, SHOFF, -64ULL } },
	{ "section headers that are cut off", false,
		{ NOWHERE, SHOFF, LARGE - 100 } },
	{ "section headers of another size", false, { NOWHERE, SHENTSIZE, 40 } },
	{ "more sections than anybody has", false, { NOWHERE, SHNUM, 4097 } },
	{ "names in a section that is not there", false, { NOWHERE, LINK, 3 } },
	{ "names behind the end", false, { NOWHERE, OFFSET, 1ull << 40 } },
	{ "names that are cut off", false, { NOWHERE, OFFSET, LARGE - STRINGS + 1 } },
	{ "more names than anybody has", false, { NOWHERE, SIZE, (64 << 20) + 1 } },
	{ "nothing but that name", false, { 0, SIZE, NAME + 1 } },
	{ "no names", true, { NOWHERE, SIZE, 0 } },
};

static void test_made_up(void)
{
	for (size_t i = 0; i < sizeof(recipes) / sizeof(*recipes); i++) {
		struct file file = make("made-up", &recipes[i].recipe);
		bool bound = learn(file.fd, true);

		tap_ok(found && bound == recipes[i].is_bound, "%s: %s",
		       recipes[i].what, recipes[i].is_bound ? "bound" : "known, and not bound");
		if (bound)
			tap_ok(last_bind.section_fd == -1 && !last_bind.n_texts,
			       "there is nothing to place");
		close(file.fd);
	}
}

/* As compilers write them. */
static void test_real(const char *dir)
{
	static const char *const names[] = { "brings.so", "brings-stripped.so", "brings" };
	char path[512];

	snprintf(path, sizeof(path), "%s/library.so", dir);
	tap_equal(learn(file_copy("library.so", path).fd, true), 1, "a library is bound");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct file file;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		file = file_copy(names[i], path);
		tap_equal(learn(file.fd, true), 0, names[i]);
		tap_ok(found && broker_seen(broker, &file.stat), "is known all the same");
	}
}

int main(int argc, char **argv)
{
	if (argc != 2 || !files_begin())
		return files_skip();
	broker = broker_new(NULL);
	tap_ok(!broker_begin_binding(broker), "a module that can");
	test_handed_out();
	test_first_sight();
	test_young();
	test_of_no_interest();
	test_made_up();
	test_real(argv[1]);
	broker_free(broker);
	return tap_end() | files_end();
}
