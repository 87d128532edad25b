// SPDX-License-Identifier: GPL-2.0-only
/*
 * throws [LIBRARY] - an exception passes through generated code, whose frame is registered.
 * With LIBRARY, __register_frame() must be that library's.
 */
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <sys/mman.h>

extern "C" void __register_frame(void *begin);
extern "C" void __deregister_frame(void *begin);

/* push rbp; mov rbp, rsp; call *rdi; pop rbp; ret */
static const unsigned char code[] = { 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3 };

static const unsigned char frames[] = {
	20, 0, 0, 0, 0, 0, 0, 0, 1, 'z', 'R', 0, 1, 0x78, 16, 1, 0,
	0x0c, 7, 8, 0x90, 1, 0, 0,			/* absolute addresses */
	36, 0, 0, 0, 28, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, sizeof(code), 0, 0, 0, 0, 0, 0, 0, 0,
	0x41, 0x0e, 16, 0x86, 2,			/* behind push rbp */
	0x43, 0x0d, 6,					/* behind mov */
	0x43, 0x0c, 7, 8,				/* behind pop */
	0, 0, 0,
	0, 0, 0, 0,
};

#define START	32	/* where the entry has the function's start */

static void thrower()
{
	throw 4711;
}

static bool is_of(const char *library)
{
	Dl_info info;

	return dladdr(dlsym(RTLD_DEFAULT, "__register_frame"), &info) &&
	       !strcmp(info.dli_fname, library);
}

/* The number that was thrown; 0: it came back without. */
static int through(void *function)
{
	try {
		reinterpret_cast<void (*)(void (*)())>(function)(thrower);
	} catch (int number) {
		return number;
	}
	return 0;
}

int main(int argc, char **argv)
{
	char *text = static_cast<char *>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
					      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	static unsigned char table[sizeof(frames)] __attribute__((__aligned__(8)));
	int round, right = 0;

	if (argc > 1 && !is_of(argv[1]))
		return printf("__register_frame is not of %s\n", argv[1]), 1;
	memcpy(text, code, sizeof(code));
	memcpy(table, frames, sizeof(frames));
	memcpy(table + START, &text, sizeof(text));
	for (round = 0; round < 100; round++) {
		errno = 42;
		__register_frame(table);
		right += errno == 42 && through(text) == 4711;
		errno = 42;
		__deregister_frame(table);
		right += errno == 42;
	}
	printf("%d of 200\n", right);
	return right != 200;
}
