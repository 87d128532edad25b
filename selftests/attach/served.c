// SPDX-License-Identifier: GPL-2.0-only
/*
 * served DIR FILE... - a file system of these files, mounted on DIR, that this program serves by
 * /dev/fuse, as any user may. SIGUSR1: it answers nobody any more; SIGUSR2: it goes on. Names
 * hold for an hour, what stat(2) tells not at all: who asks for that waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST		8
#define NAMES_HOLD	3600

static struct served {
	const char *name;
	int fd;
	uint64_t size;
} files[MOST];
static unsigned int n_files;
static int device;
static volatile sig_atomic_t is_silent;

static void on_signal(int number)
{
	is_silent = number == SIGUSR1;
}

static void answer(const struct fuse_in_header *to, int error, const void *bytes, size_t len)
{
	struct fuse_out_header head = {
		.len = sizeof(head) + len, .error = error, .unique = to->unique,
	};
	const struct iovec parts[] = { { &head, sizeof(head) }, { (void *)bytes, len } };

	/* Who asked may have gone. */
	if (writev(device, parts, 2) < 0 && errno != ENOENT)
		perror("served");
}

/* Node 1 is the directory. */
static struct fuse_attr attr_of(uint64_t node)
{
	struct fuse_attr attr = {
		.ino = node, .mode = S_IFDIR | 0755, .nlink = 2, .blksize = 4096,
	};

	if (node > 1) {
		attr.mode = S_IFREG | 0755;
		attr.nlink = 1;
		attr.size = files[node - 2].size;
	}
	return attr;
}

static void look_up(const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out entry = { .entry_valid = NAMES_HOLD };

	for (unsigned int i = 0; i < n_files; i++) {
		if (strcmp(files[i].name, name))
			continue;
		entry.nodeid = i + 2;
		entry.attr = attr_of(i + 2);
		answer(in, 0, &entry, sizeof(entry));
		return;
	}
	answer(in, -ENOENT, NULL, 0);
}

static void read_file(const struct fuse_in_header *in, const struct fuse_read_in *range)
{
	char *bytes = malloc(range->size);
	ssize_t n = pread(files[in->nodeid - 2].fd, bytes, range->size, range->offset);

	answer(in, n < 0 ? -EIO : 0, bytes, n < 0 ? 0 : n);
	free(bytes);
}

static void serve(const struct fuse_in_header *in)
{
	const struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
		.max_write = 4096,
	};
	const struct fuse_attr_out attr = { .attr = attr_of(in->nodeid) };
	const struct fuse_open_out opened = { .open_flags = FOPEN_KEEP_CACHE };
	const struct fuse_statfs_out statfs = { .st.bsize = 4096 };

	switch (in->opcode) {
	case FUSE_INIT:
		answer(in, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		look_up(in, (const char *)(in + 1));
		break;
	case FUSE_GETATTR:
		answer(in, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		answer(in, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		read_file(in, (const void *)(in + 1));
		break;
	case FUSE_STATFS:
		answer(in, 0, &statfs, sizeof(statfs));
		break;
	case FUSE_READDIR:
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
		answer(in, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(in, -ENOSYS, NULL, 0);
	}
}

static bool add(char *path)
{
	struct served *file = &files[n_files++];
	struct stat st;

	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &st))
		return false;
	file->name = basename(path);
	file->size = st.st_size;
	return true;
}

int main(int argc, char **argv)
{
	static char request[FUSE_MIN_READ_BUFFER + (1 << 20)] __attribute__((__aligned__(8)));
	const struct sigaction action = { .sa_handler = on_signal };
	char options[128];

	if (argc < 3 || argc - 2 > MOST)
		return 2;
	for (int i = 2; i < argc; i++)
		if (!add(argv[i]))
			return 2;
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 device);
	if (device < 0 || mount("served", argv[1], "fuse", MS_NODEV, options)) {
		perror("served");
		return 2;
	}
	/* Who waits for an answer can be killed as long as nobody has read what he asks. */
	for (;;) {
		ssize_t n = is_silent ? usleep(10000) : read(device, request, sizeof(request));

		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			serve((const void *)request);
		else if (n < 0 && errno == ENODEV)
			return 0;
	}
}
