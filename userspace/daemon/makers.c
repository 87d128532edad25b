// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A file is known by device, inode, size and time of change. What came of it is kept, so
 * that no file is tried again and again; the oldest answers fall out.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../attach/mapped.h"
#include "makers.h"

#define FILES		256
#define AT_ONCE		2

enum state { FREE, QUEUED, RUNNING, FAILED, DONE };

struct file {
	enum state state;
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec ctime;
	int fd;			/* QUEUED, RUNNING */
	uint32_t fs_type;
	pid_t child;		/* RUNNING */
	unsigned long age;
};

struct makers {
	struct broker *broker;
	unsigned long clock;
	unsigned int running;
	struct file files[FILES];
};

struct makers *makers_new(struct broker *broker)
{
	struct makers *makers = calloc(1, sizeof(*makers));

	if (makers)
		makers->broker = broker;
	return makers;
}

void makers_free(struct makers *makers)
{
	for (int i = 0; makers && i < FILES; i++) {
		struct file *file = &makers->files[i];

		if (file->state == QUEUED || file->state == RUNNING)
			close(file->fd);
		if (file->state == RUNNING) {
			kill(file->child, SIGKILL);
			waitpid(file->child, NULL, 0);
		}
	}
	free(makers);
}

static bool is_file(const struct file *file, const struct stat *st)
{
	return file->state != FREE && file->dev == st->st_dev && file->ino == st->st_ino &&
	       file->size == st->st_size && file->ctime.tv_sec == st->st_ctim.tv_sec &&
	       file->ctime.tv_nsec == st->st_ctim.tv_nsec;
}

/* An answer may be forgotten, work may not. */
static struct file *find_room(struct makers *makers)
{
	struct file *oldest = NULL;

	for (int i = 0; i < FILES; i++) {
		struct file *file = &makers->files[i];

		if (file->state == FREE)
			return file;
		if ((file->state == FAILED || file->state == DONE) &&
		    (!oldest || file->age < oldest->age))
			oldest = file;
	}
	return oldest;
}

static int child_main(struct broker *broker, int fd)
{
	const struct broker_object *object;
	sigset_t none;

	/* The parent reads its signals from a descriptor. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	broker_end_binding(broker);
	object = broker_find(broker, fd);
	/* That there is nothing to place is a result as well, and cached. */
	return object->error && object->error != -ENODATA ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void start(struct makers *makers, struct file *file)
{
	pid_t pid = fork();

	if (!pid)
		_exit(child_main(makers->broker, file->fd));
	if (pid < 0)
		close(file->fd);
	file->state = pid < 0 ? FREE : RUNNING;
	file->child = pid;
	makers->running += pid > 0;
}

static void start_more(struct makers *makers)
{
	while (makers->running < AT_ONCE) {
		struct file *next = NULL;

		for (int i = 0; i < FILES; i++) {
			struct file *file = &makers->files[i];

			if (file->state == QUEUED && (!next || file->age < next->age))
				next = file;
		}
		if (!next)
			return;
		start(makers, next);
		if (next->state == FREE)
			return;
	}
}

static enum makers_answer answer_of(enum state state)
{
	switch (state) {
	case FAILED:
		return MAKERS_FAILED;
	case DONE:
		return MAKERS_DONE;
	default:
		return MAKERS_BUSY;
	}
}

enum makers_answer makers_want(struct makers *makers, int fd, uint32_t fs_type)
{
	struct file *file;
	struct stat st;

	if (mapped_stat_fd(fd, &st))
		return MAKERS_FAILED;
	for (int i = 0; i < FILES; i++)
		if (is_file(&makers->files[i], &st))
			return answer_of(makers->files[i].state);
	file = find_room(makers);
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (!file || fd < 0) {
		if (fd >= 0)
			close(fd);
		/* Far too much is going on; the process will be looked at again. */
		return MAKERS_BUSY;
	}
	*file = (struct file) {
		.state = QUEUED,
		.dev = st.st_dev,
		.ino = st.st_ino,
		.size = st.st_size,
		.ctime = st.st_ctim,
		.fd = fd,
		.fs_type = fs_type,
		.age = ++makers->clock,
	};
	start_more(makers);
	return MAKERS_BUSY;
}

bool makers_reap(struct makers *makers)
{
	bool any = false;
	int status;

	for (int i = 0; i < FILES; i++) {
		struct file *file = &makers->files[i];

		if (file->state != RUNNING || waitpid(file->child, &status, WNOHANG) <= 0)
			continue;
		file->state = WIFEXITED(status) && !WEXITSTATUS(status) ? DONE : FAILED;
		file->age = ++makers->clock;
		makers->running--;
		/* No process may have it mapped any more. */
		broker_learn(makers->broker, file->fd, file->fs_type, false);
		close(file->fd);
		any = true;
	}
	start_more(makers);
	return any;
}

bool makers_are_idle(const struct makers *makers)
{
	for (int i = 0; i < FILES; i++)
		if (makers->files[i].state == RUNNING || makers->files[i].state == QUEUED)
			return false;
	return true;
}
