// SPDX-License-Identifier: GPL-2.0-only
/*
 * perf's jitdump: a file with two records for each function, its call frame information and
 * its code, which perf inject makes an ELF file of, later. Written through a buffer of 1 MiB.
 * (perf's tools/perf/Documentation/jitdump-specification.txt.)
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../bench/bench.h"
#include "cfi.h"
#include "way.h"

#define BUFFER	(1u << 20)

enum { CODE_LOAD = 0, CODE_UNWINDING_INFO = 4 };

struct file_header {
	uint32_t magic, version, total_size, elf_mach, pad, pid;
	uint64_t timestamp, flags;
};

struct record {
	uint32_t id, total_size;
	uint64_t timestamp;
};

struct code_load {
	struct record record;
	uint32_t pid, tid;
	uint64_t vma, code_addr, code_size, code_index;
};

struct unwinding_info {
	struct record record;
	uint64_t unwinding_size, header_size, mapped_size;
};

/* .eh_frame_hdr with a table of one entry; all relative to the header's begin. */
struct eh_frame_hdr {
	uint8_t version, eh_frame_enc, count_enc, table_enc;
	int32_t eh_frame;
	uint32_t count;
	int32_t start, fde;
};

#define RECORD_ROOM	(sizeof(struct unwinding_info) + sizeof(struct eh_frame_hdr) + \
			 CFI_CIE_ROOM + CFI_FDE_ROOM + sizeof(struct code_load) + 64)

static unsigned char *buffer, *at;
static int fd = -1;
static uint64_t written, index_of_code;
static uint32_t pid;
static char path[64];
/* What the generator has just written. Each function's is the same. */
static unsigned char code[4096];

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void flush(void)
{
	size_t len = at - buffer;

	if (write(fd, buffer, len) != (ssize_t)len)
		bench_fail("%s cannot be written", path);
	written += len;
	at = buffer;
}

static void begin(void)
{
	struct file_header header;

	pid = getpid();
	snprintf(path, sizeof(path), "jit-%u.dump", pid);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	buffer = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || buffer == MAP_FAILED)
		bench_fail("%s cannot be made", path);
	header = (struct file_header) {
		.magic = 0x4a695444, .version = 1, .total_size = sizeof(header),
		.elf_mach = EM_X86_64, .pid = pid, .timestamp = now(),
	};
	memcpy(buffer, &header, sizeof(header));
	at = buffer + sizeof(header);
	flush();
	/* By this perf knows of the file. */
	if (mmap(NULL, sizeof(header), PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED)
		bench_fail("%s cannot be mapped", path);
}

/* The .eh_frame that is written here will lie right behind the code, aligned to 8. */
static void put_unwinding_info(const struct function *function, uint64_t timestamp)
{
	struct unwinding_info *info = (struct unwinding_info *)at;
	unsigned char *cie = at + sizeof(*info), *fde, *end;
	uintptr_t will_be = ((uintptr_t)function->start + function->size + 7) & ~7ul;
	struct eh_frame_hdr *header;

	fde = cfi_put_cie(cie);
	end = cfi_put_fde(fde, cie, function, will_be - (uintptr_t)cie);
	end = cfi_put_end(end);
	header = (struct eh_frame_hdr *)end;
	*header = (struct eh_frame_hdr) {
		.version = 1, .eh_frame_enc = 0x1b, .count_enc = 0x03, .table_enc = 0x3b,
		.eh_frame = cie - (unsigned char *)&header->eh_frame, .count = 1,
		.start = (uintptr_t)function->start - (will_be + (end - cie)),
		.fde = fde - end,
	};
	*info = (struct unwinding_info) {
		.unwinding_size = end + sizeof(*header) - cie, .header_size = sizeof(*header),
	};
	at = end + sizeof(*header);
	at += -(uintptr_t)at & 7;
	info->record = (struct record) {
		CODE_UNWINDING_INFO, at - (unsigned char *)info, timestamp
	};
}

/* The code stands at the record's end; what is between its name and it is not looked at. */
static void put_code_load(const struct function *function, uint64_t timestamp, bool with_code)
{
	struct code_load *load = (struct code_load *)at;
	size_t name_len = strlen(function->name) + 1;
	size_t code_len = with_code ? function->size : 0;
	size_t len = (sizeof(*load) + name_len + code_len + 7) & ~7ul;

	*load = (struct code_load) {
		{ CODE_LOAD, len, timestamp },
		.pid = pid, .tid = pid, .vma = (uintptr_t)function->start,
		.code_addr = (uintptr_t)function->start, .code_size = function->size,
		.code_index = index_of_code++,
	};
	memcpy(at + sizeof(*load), function->name, name_len);
	memcpy(at + len - code_len, code, code_len);
	at += len;
}

void jitdump_describe(const struct way *way, const struct function *functions, unsigned int n)
{
	unsigned int i;

	if (fd < 0)
		begin();
	for (i = 0; i < n; i++) {
		uint64_t timestamp = now();

		if (RECORD_ROOM + functions[i].size > (size_t)(buffer + BUFFER - at))
			flush();
		put_unwinding_info(&functions[i], timestamp);
		put_code_load(&functions[i], timestamp, way->with_code);
	}
}

double jitdump_disk(const struct way *way)
{
	(void)way;
	flush();
	return written;
}

void jitdump_undo(const struct way *way)
{
	(void)way;
	close(fd);
	unlink(path);
}
