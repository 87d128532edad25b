// SPDX-License-Identifier: GPL-2.0-only
/*
 * landmarks: what a file itself says about places in its code, so that a chain can be
 * judged without a word from sfreg.
 *
 *	landmarks mains FILE...	where main is, or what it is a bare jump to: "FILE begin
 *				end". Programs are stripped, but _start hands main's
 *				address to __libc_start_main
 *	landmarks places	of each line "FILE offset" of standard input:
 *				"FILE offset flags", in which are
 *		o	the call frame information says: no caller; or there is none for
 *			the code at the entry point, as in ld.so
 *		s	it says: a signal's trampoline
 *		c	a call instruction ends here, so it can be a return address
 *		-	none of these
 *
 * Offsets are in the file, hexadecimal; ends are exclusive.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <err.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_OPEN	64

struct object {
	char name[PATH_MAX];
	Elf *elf;		/* NULL: no ELF file that can be read */
	Dwarf_CFI *cfi;
	const uint8_t *bytes;
	size_t len;
};

static struct object objects[N_OPEN];
static size_t n_objects;

static struct object *object_of(const char *name)
{
	struct object *o;
	int fd;

	for (size_t i = 0; i < n_objects; i++)
		if (!strcmp(objects[i].name, name))
			return &objects[i];
	if (n_objects == N_OPEN || strlen(name) >= sizeof(o->name))
		errx(2, "%s: too many files", name);
	o = &objects[n_objects++];
	strcpy(o->name, name);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return o;
	o->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (o->elf && elf_kind(o->elf) != ELF_K_ELF) {
		elf_end(o->elf);
		o->elf = NULL;
	}
	if (o->elf) {
		o->cfi = dwarf_getcfi_elf(o->elf);
		o->bytes = (const uint8_t *)elf_rawfile(o->elf, &o->len);
	}
	return o;
}

/* Between file offsets and virtual addresses, as the executable segments say. */
static bool translate(struct object *o, uint64_t from, uint64_t *to, bool to_vaddr)
{
	GElf_Phdr p;

	for (int i = 0; gelf_getphdr(o->elf, i, &p); i++) {
		uint64_t at = to_vaddr ? p.p_offset : p.p_vaddr;

		if (p.p_type != PT_LOAD || !(p.p_flags & PF_X))
			continue;
		if (from >= at && from - at < p.p_filesz) {
			*to = from - at + (to_vaddr ? p.p_vaddr : p.p_offset);
			return true;
		}
	}
	return false;
}

/*
 * main's virtual address: what is loaded into rdi before _start's indirect call.
 *	48 8d 3d rel32		lea main(%rip),%rdi
 *	48 c7 c7 imm32		mov $main,%rdi
 */
static bool find_main(struct object *o, uint64_t *main_at)
{
	GElf_Ehdr header;
	uint64_t start;
	int32_t word;

	if (!gelf_getehdr(o->elf, &header) || !translate(o, header.e_entry, &start, false))
		return false;
	for (uint64_t i = 0; i < 64 && start + i + 7 <= o->len; i++) {
		const uint8_t *b = o->bytes + start + i;

		memcpy(&word, b + 3, 4);
		if (b[0] == 0x48 && b[1] == 0x8d && b[2] == 0x3d) {
			*main_at = header.e_entry + i + 7 + (int64_t)word;
			return true;
		}
		if (b[0] == 0x48 && b[1] == 0xc7 && b[2] == 0xc7) {
			*main_at = (uint64_t)(int64_t)word;
			return true;
		}
	}
	return false;
}

/*
 * A function ends before the next one that .eh_frame_hdr's table names. The table is
 * as every linker writes it: sorted, entries of two signed words (place, FDE), both
 * relative to the header.
 */
static bool function_end(struct object *o, uint64_t begin, uint64_t *end)
{
	GElf_Phdr p;
	uint32_t n;
	int32_t start;
	int i = 0;

	while (gelf_getphdr(o->elf, i, &p) && p.p_type != PT_GNU_EH_FRAME)
		i++;
	if (!gelf_getphdr(o->elf, i, &p) || p.p_offset > o->len || o->len - p.p_offset < 12 ||
	    memcmp(o->bytes + p.p_offset, "\x01\x1b\x03\x3b", 4))
		return false;
	memcpy(&n, o->bytes + p.p_offset + 8, 4);
	if (n > (o->len - p.p_offset - 12) / 8)
		return false;
	for (uint32_t k = 0; k < n; k++) {
		memcpy(&start, o->bytes + p.p_offset + 12 + 8 * (uint64_t)k, 4);
		*end = p.p_vaddr + (int64_t)start;
		if (*end > begin)
			return true;
	}
	return false;
}

/* A main that is a bare jump leaves no frame: what it jumps to stands for it. */
static bool follow_jump(const struct object *o, uint64_t offset, uint64_t *target)
{
	const uint8_t *b = o->bytes + offset;
	int32_t word;

	if (offset + 5 > o->len)
		return false;
	if (b[0] == 0xeb) {
		*target = offset + 2 + (int8_t)b[1];
	} else if (b[0] == 0xe9) {
		memcpy(&word, b + 1, 4);
		*target = offset + 5 + (int64_t)word;
	} else {
		return false;
	}
	return true;
}

static int print_main(const char *name)
{
	struct object *o = object_of(name);
	uint64_t begin, end, offset, target;
	int jumps = 0;

	if (!o->elf || !find_main(o, &begin))
		goto unknown;
	do {
		if (!function_end(o, begin, &end) || !translate(o, begin, &offset, false))
			goto unknown;
		printf("%s %" PRIx64 " %" PRIx64 "\n", name, offset, offset + (end - begin));
	} while (++jumps < 4 && follow_jump(o, offset, &target) &&
		 translate(o, target, &begin, true));
	return 0;
unknown:
	warnx("%s: cannot tell where main is", name);
	return 1;
}

/*
 * e8 rel32, or ff /2 with any operand: one of two to seven bytes. Other bytes may look
 * the same by chance; but an arbitrary word of the stack hardly points behind such.
 */
static bool follows_call(const struct object *o, uint64_t at)
{
	if (at > o->len)
		return false;
	if (at >= 5 && o->bytes[at - 5] == 0xe8)
		return true;
	for (unsigned int n = 2; n <= 7 && n <= at; n++) {
		const uint8_t *b = o->bytes + at - n;
		unsigned int mod = b[1] >> 6, rm = b[1] & 7, len = 2;

		if (b[0] != 0xff || (b[1] >> 3 & 7) != 2)
			continue;
		if (mod != 3 && rm == 4)
			len += 1 + (mod == 0 && n > 2 && (b[2] & 7) == 5 ? 4 : 0);
		if (mod == 0 && rm == 5)
			len += 4;
		len += mod == 1 ? 1 : mod == 2 ? 4 : 0;
		if (len == n)
			return true;
	}
	return false;
}

/* As far as a _start without call frame information is long. */
static bool at_entry(const struct object *o, uint64_t vaddr)
{
	GElf_Ehdr header;

	return gelf_getehdr(o->elf, &header) && vaddr - header.e_entry < 64;
}

static const char *flags_of(struct object *o, uint64_t offset)
{
	static char flags[4];
	Dwarf_Frame *frame = NULL;
	uint64_t vaddr;
	char *f = flags;
	bool mapped = o->elf && translate(o, offset, &vaddr, true);

	if (mapped && (!o->cfi || dwarf_cfi_addrframe(o->cfi, vaddr, &frame) != 0) &&
	    at_entry(o, vaddr))
		*f++ = 'o';
	if (frame) {
		Dwarf_Op mem[3], *ops;
		Dwarf_Addr from, to;
		size_t n = 0;
		bool signal;
		int ra = dwarf_frame_info(frame, &from, &to, &signal);

		/* "Undefined" is the caller's buffer without an operation in it. */
		if (dwarf_frame_register(frame, ra, mem, &ops, &n) == 0 && n == 0 && ops == mem)
			*f++ = 'o';
		if (signal)
			*f++ = 's';
		free(frame);
	}
	if (o->elf && follows_call(o, offset))
		*f++ = 'c';
	if (f == flags)
		*f++ = '-';
	*f = '\0';
	return flags;
}

/* The offset is behind the last space: a name may hold spaces. */
static void print_places(void)
{
	char line[PATH_MAX + 32], *offset, *end;

	while (fgets(line, sizeof(line), stdin)) {
		uint64_t at;

		line[strcspn(line, "\n")] = '\0';
		offset = strrchr(line, ' ');
		if (!offset)
			errx(2, "not understood: %s", line);
		*offset++ = '\0';
		at = strtoull(offset, &end, 16);
		if (!*offset || *end)
			errx(2, "not understood: %s %s", line, offset);
		printf("%s %s %s\n", line, offset, flags_of(object_of(line), at));
	}
}

int main(int argc, char **argv)
{
	int failed = 0;

	elf_version(EV_CURRENT);
	if (argc == 2 && !strcmp(argv[1], "places")) {
		print_places();
	} else if (argc > 2 && !strcmp(argv[1], "mains")) {
		for (int i = 2; i < argc; i++)
			failed |= print_main(argv[i]);
	} else {
		fprintf(stderr, "usage: landmarks mains FILE... | landmarks places < LINES\n");
		return 2;
	}
	return failed;
}
