// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs whose files are bound: their windows are there before their first instruction.
 */
#include "bound.h"
#include "sft_child.h"
#include <elf.h>
#include <spawn.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#define LINKER	"/ld-linux-x86-64.so.2"

FIXTURE(bound_exec) {
	struct bound b;
};

/* A copy that nobody has mapped. */
FIXTURE_SETUP(bound_exec)
{
	ASSERT_TRUE(bound_open(&self->b));
	ASSERT_EQ(0, system("cp /bin/cat program"));
}

FIXTURE_TEARDOWN(bound_exec)
{
	bound_close(&self->b);
}

struct object {
	uint64_t start, end, offset;
	char path[256];
};

/* What is mapped executable there, with a name that ends so. */
static bool find_object(pid_t pid, const char *what, struct object *o)
{
	char path[64], line[512];
	bool found = false;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	while (maps && !found && fgets(line, sizeof(line), maps)) {
		size_t len;

		if (sscanf(line, "%lx-%lx r-xp %lx %*s %*s %255s", &o->start, &o->end,
			   &o->offset, o->path) != 4)
			continue;
		len = strlen(o->path);
		found = len >= strlen(what) && !strcmp(o->path + len - strlen(what), what);
	}
	if (maps)
		fclose(maps);
	return found;
}

/* All that is mapped executable of it there; its offsets are from the first byte of that. */
static int bind_object(struct bound *b, pid_t pid, const char *what)
{
	struct sfreg_bind bind = { .size = sizeof(bind), .file_fd = -1 };
	struct sfreg_bind_text text;
	struct object o;
	int fd = -1, ret;

	if (!find_object(pid, what, &o))
		return -ENOENT;
	if (o.path[0] == '/') {
		fd = open(o.path, O_RDONLY | O_CLOEXEC);
		bind = bind_describe(fd);
	}
	text = (struct sfreg_bind_text) { .offset = o.offset, .len = o.end - o.start };
	bind.section_fd = b->section;
	bind.texts = sft_addr(&text);
	bind.n_texts = 1;
	ret = sft_ioctl(b->binder, SFREG_IOC_BIND, &bind);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int bind_all(struct bound *b, pid_t pid)
{
	return bind_object(b, pid, "/program") ?: bind_object(b, pid, LINKER) ?:
	       bind_object(b, getpid(), "[vdso]");
}

/* Has it the one window of this object that it should have? */
static bool has_window(struct bound *b, pid_t pid, const char *what)
{
	int mem = sft_mem_open(pid);
	struct sfreg_list_entry e;
	struct object o;
	bool has = find_object(pid, what, &o) &&
		   sft_list(b->dev, mem, o.start, &e, 1, NULL) == 1 &&
		   e.text_start == o.start && e.text_len == o.end - o.start &&
		   e.sframe_base == o.start && e.flags == SFREG_LIST_OUTSIDER;

	close(mem);
	return has;
}

static int total(struct bound *b, pid_t pid)
{
	int mem = sft_mem_open(pid);
	int n = sft_total(b->dev, mem);

	close(mem);
	return n;
}

/* A child that stands before its program's first instruction, or -1. */
static pid_t execute_stopped(struct user_regs_struct *regs)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl("./program", "program", NULL);
		_exit(1);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_GETREGS, pid, 0, regs))
		return -1;
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void all_is_there(struct __test_metadata *_metadata, struct bound *b, pid_t pid)
{
	EXPECT_TRUE(has_window(b, pid, "/program"));
	EXPECT_TRUE(has_window(b, pid, LINKER));
	EXPECT_TRUE(has_window(b, pid, "[vdso]"));
	EXPECT_EQ(3, total(b, pid));
}

TEST_F(bound_exec, from_the_first_instruction)
{
	const Elf64_Ehdr *linker = (void *)getauxval(AT_BASE);
	struct user_regs_struct regs;
	pid_t pid;

	pid = execute_stopped(&regs);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, total(&self->b, pid));
	ASSERT_EQ(0, bind_all(&self->b, pid));
	EXPECT_EQ(0, total(&self->b, pid));
	end(pid);
	bound_forget(&self->b);
	for (int i = 0; i < 5; i++) {
		struct object o;

		pid = execute_stopped(&regs);
		ASSERT_LT(0, pid);
		ASSERT_TRUE(find_object(pid, LINKER, &o));
		EXPECT_EQ(linker->e_entry, regs.rip - (o.start - o.offset));
		all_is_there(_metadata, &self->b, pid);
		end(pid);
		EXPECT_BROUGHT(&self->b, 3, 0, 0);
	}
}

/* Its parent's memory until it executes; cat's echo says that it runs. */
TEST_F(bound_exec, after_vfork)
{
	char *argv[2] = { "program", NULL }, *envp[1] = { NULL };
	posix_spawn_file_actions_t actions;
	struct user_regs_struct regs;
	int to[2], from[2];
	pid_t pid;
	char c;

	pid = execute_stopped(&regs);
	ASSERT_EQ(0, bind_all(&self->b, pid));
	end(pid);
	ASSERT_EQ(0, pipe2(to, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(from, O_CLOEXEC));
	ASSERT_EQ(0, posix_spawn_file_actions_init(&actions));
	ASSERT_EQ(0, posix_spawn_file_actions_adddup2(&actions, to[0], 0));
	ASSERT_EQ(0, posix_spawn_file_actions_adddup2(&actions, from[1], 1));
	ASSERT_EQ(0, posix_spawn(&pid, "./program", &actions, NULL, argv, envp));
	ASSERT_EQ(1, write(to[1], "x", 1));
	ASSERT_EQ(1, read(from[0], &c, 1));
	all_is_there(_metadata, &self->b, pid);
	EXPECT_EQ(0, sft_total(self->b.dev, -1));
	end(pid);
}

/* The file is as it was, and another: the vDSO's and the linker's windows come all the same. */
TEST_F(bound_exec, program_changed)
{
	struct user_regs_struct regs;
	pid_t pid = execute_stopped(&regs);

	ASSERT_EQ(0, bind_all(&self->b, pid));
	end(pid);
	file_wait();
	ASSERT_EQ(0, system("touch program"));
	bound_forget(&self->b);
	pid = execute_stopped(&regs);
	EXPECT_FALSE(has_window(&self->b, pid, "/program"));
	EXPECT_TRUE(has_window(&self->b, pid, LINKER));
	EXPECT_TRUE(has_window(&self->b, pid, "[vdso]"));
	end(pid);
	EXPECT_BROUGHT(&self->b, 2, 0, 1);
}

/* Whoever executes loses what he had, also the same. */
TEST_F(bound_exec, executes_itself)
{
	struct user_regs_struct regs;
	pid_t pid = execute_stopped(&regs);

	ASSERT_EQ(0, bind_all(&self->b, pid));
	end(pid);
	pid = fork();
	if (!pid) {
		file_map_all(self->b.fd);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl("./program", "program", NULL);
		_exit(1);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	all_is_there(_metadata, &self->b, pid);
	end(pid);
}

SFT_MAIN
