// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Environment, auxiliary vector, seccomp.
 */
#include <elf.h>

#include "memory.h"
#include "process.h"
#include "syscall.h"

struct process sfreg_process;

/* What tells where the user's cache is; the first that is there counts. */
static const struct {
	const char *variable, *below;
} caches[] = {
	{ "SFREG_CACHE=", "" },
	{ "XDG_CACHE_HOME=", "/sfreg" },
	{ "HOME=", "/.cache/sfreg" },
};

/*
 * Copied, for programs write over their environment. As the command has it in
 * cache_dir(): absolute paths only.
 */
static void set_user_cache(const char *path, const char *below)
{
	size_t len = sfreg_audit_strlen(path), more = sfreg_audit_strlen(below) + 1;

	if (len + more > USER_CACHE_MAX)
		return;
	__builtin_memcpy(sfreg_process.user_cache, path, len);
	__builtin_memcpy(sfreg_process.user_cache + len, below, more);
}

static void find_user_cache(char **envp)
{
	for (size_t i = 0; i < sizeof(caches) / sizeof(*caches); i++) {
		for (char **e = envp; *e; e++) {
			const char *path = *e;

			if (!sfreg_audit_begins(path, caches[i].variable))
				continue;
			path += sfreg_audit_strlen(caches[i].variable);
			if (*path != '/')
				continue;
			set_user_cache(path, caches[i].below);
			sfreg_process.only_user_cache = !i;
			return;
		}
	}
}

/* A setuid program's user has no say in where it looks. */
static void forget_user_cache(void)
{
	sfreg_process.user_cache[0] = '\0';
	sfreg_process.only_user_cache = false;
}

static void read_auxv(const Elf64_auxv_t *auxv)
{
	for (; auxv->a_type != AT_NULL; auxv++) {
		unsigned long value = auxv->a_un.a_val;

		if (auxv->a_type == AT_PHDR)
			sfreg_process.phdrs = value;
		else if (auxv->a_type == AT_PHNUM)
			sfreg_process.n_phdrs = value;
		else if (auxv->a_type == AT_SYSINFO_EHDR)
			sfreg_process.vdso = value;
		else if (auxv->a_type == AT_SECURE && value)
			forget_user_cache();
	}
}

/*
 * The loader runs constructors before la_version, and hands them what the kernel
 * laid on the stack: the auxiliary vector follows the environment.
 */
__attribute__((__constructor__)) static void process_init(int argc, char **argv,
							  char **envp)
{
	(void)argc;
	(void)argv;

	find_user_cache(envp);
	for (; *envp; envp++)
		if (sfreg_audit_begins(*envp, "SFREG_DEBUG="))
			sfreg_process.debug = (*envp)[sizeof("SFREG_DEBUG=") - 1];
	read_auxv((const Elf64_auxv_t *)(envp + 1));
}

/* The number in the line of @text that begins with @key, or -1. */
static int find_number(const char *text, const char *key)
{
	int number = 0;

	while (!sfreg_audit_begins(text, key)) {
		while (*text != '\n')
			if (!*text++)
				return -1;
		text++;
	}
	text += sfreg_audit_strlen(key);
	while (*text == '\t' || *text == ' ')
		text++;
	while (*text >= '0' && *text <= '9')
		number = number * 10 + *text++ - '0';
	return number;
}

/* The file is about 1.5 KB, of which the wanted lines lie in the last third. */
int sfreg_seccomp_filters(void)
{
	char text[4096];
	long len = 0;
	int fd, number;

	fd = sys_open("/proc/thread-self/status", O_RDONLY);
	if (fd < 0)
		return -1;
	len = sys_call(__NR_read, fd, (long)text, sizeof(text) - 1, 0, 0, 0);
	sys_close(fd);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	number = find_number(text, "Seccomp_filters:");
	if (number >= 0)
		return number;
	number = find_number(text, "Seccomp:");
	return number > 0 ? 1 : number;
}
