// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Writes a copy of an ELF file that carries a made section.
 *
 * Nothing in the file has room for more program headers, and nothing in it can move. So the
 * table gets a new place at the end, in a segment that it shares with the section:
 *
 *	the file as it was, but for its header
 *	(a hole)
 *	program headers, .sframe	a PT_LOAD of their own, behind all others
 *	section names, section headers	if the file has such
 *
 * The new segment's distance from the first one is the same in the file and in memory. Not
 * all who look for the program headers of what is mapped add what the segments say; adding
 * e_phoff to where the file's header lies has to do, too.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rebase.h"
#include "synth.h"

/* binutils 2.40 knows both; Debian 12's elf.h names neither. */
#ifndef PT_GNU_SFRAME
#define PT_GNU_SFRAME		0x6474e554
#endif
#ifndef SHT_GNU_SFRAME
#define SHT_GNU_SFRAME		0x6ffffff4
#endif

#define NAME			".sframe"
#define PAGE			4096ull
#define MAX_ADDRESS		(1ull << 47)
/* The hole takes no room on disk; but a file of any size is no good either. */
#define MAX_HOLE		(1ull << 30)
/* More program headers than the kernel takes are no use. */
#define MAX_PHDRS		(65536 / sizeof(Elf64_Phdr))

struct copy {
	int fd, to;
	uint64_t size;			/* of the original */
	Elf64_Ehdr ehdr;
	Elf64_Phdr *phdrs;		/* two more than there were */
	Elf64_Shdr *shdrs;		/* one more; NULL: the file has none */
	char *names;
	uint64_t names_len;
	uint64_t at, vaddr;		/* of the new segment */
	uint64_t sframe_at;		/* of the section, from there */
};

static uint64_t align(uint64_t n, uint64_t to)
{
	return (n + to - 1) & ~(to - 1);
}

static int read_all(int fd, void *to, size_t len, uint64_t at)
{
	ssize_t n;

	for (; len; to = (char *)to + n, at += n, len -= n) {
		n = pread(fd, to, len, at);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? -errno : -EBADMSG;
	}
	return 0;
}

static int write_all(int fd, const void *from, size_t len, uint64_t at)
{
	ssize_t n;

	for (; len; from = (const char *)from + n, at += n, len -= n) {
		n = pwrite(fd, from, len, at);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? -errno : -EIO;
	}
	return 0;
}

/* Allocated, with room for @more bytes; the file has the first @len. */
static int read_new(const struct copy *c, void *where, uint64_t at, uint64_t len, size_t more)
{
	void *bytes;
	int ret;

	if (at > c->size || len > c->size - at)
		return -EBADMSG;
	bytes = calloc(1, len + more);
	if (!bytes)
		return -ENOMEM;
	ret = read_all(c->fd, bytes, len, at);
	if (ret)
		free(bytes);
	else
		memcpy(where, &bytes, sizeof(bytes));
	return ret;
}

static int read_header(struct copy *c)
{
	static const uint8_t ident[] = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
					 ELFCLASS64, ELFDATA2LSB, EV_CURRENT };
	Elf64_Ehdr *e = &c->ehdr;
	struct stat st;
	int ret;

	if (fstat(c->fd, &st))
		return -errno;
	c->size = st.st_size;
	if (c->size < sizeof(*e))
		return -ENOEXEC;
	ret = read_all(c->fd, e, sizeof(*e), 0);
	if (ret)
		return ret;
	if (memcmp(e->e_ident, ident, sizeof(ident)) || e->e_machine != EM_X86_64 ||
	    (e->e_type != ET_EXEC && e->e_type != ET_DYN))
		return -ENOEXEC;
	if (e->e_phentsize != sizeof(Elf64_Phdr) || !e->e_phnum)
		return -EBADMSG;
	return e->e_phnum > MAX_PHDRS - 2 ? -EFBIG : 0;
}

/* The section headers, and the names that they have. */
static int read_sections(struct copy *c)
{
	const Elf64_Ehdr *e = &c->ehdr;
	const Elf64_Shdr *names;
	int ret;

	if (!e->e_shoff)
		return 0;
	/* Numbers that do not fit into the file's header stand elsewhere. */
	if (!e->e_shnum || e->e_shnum >= SHN_LORESERVE - 1)
		return -EFBIG;
	if (e->e_shentsize != sizeof(Elf64_Shdr) || e->e_shstrndx >= e->e_shnum)
		return -EBADMSG;
	ret = read_new(c, &c->shdrs, e->e_shoff, e->e_shnum * sizeof(Elf64_Shdr),
		       sizeof(Elf64_Shdr));
	if (ret)
		return ret;
	names = &c->shdrs[e->e_shstrndx];
	/* sh_name is of 32 bits. */
	if (names->sh_type != SHT_STRTAB || names->sh_size > UINT32_MAX - sizeof(NAME))
		return -EBADMSG;
	ret = read_new(c, &c->names, names->sh_offset, names->sh_size, 1 + sizeof(NAME));
	if (ret)
		return ret;
	c->names_len = names->sh_size;
	return c->names_len && !c->names[c->names_len - 1] ? 0 : -EBADMSG;
}

static bool has_one(const struct copy *c)
{
	unsigned int i;

	for (i = 0; i < c->ehdr.e_phnum; i++)
		if (c->phdrs[i].p_type == PT_GNU_SFRAME)
			return true;
	for (i = 0; c->shdrs && i < c->ehdr.e_shnum; i++)
		if (c->shdrs[i].sh_name < c->names_len &&
		    !strcmp(c->names + c->shdrs[i].sh_name, NAME))
			return true;
	return false;
}

/*
 * Behind everything in memory and in the file, and at the same distance in both. A page is left
 * free: strip(1) begins the segment as many bytes earlier as it is not aligned in its copy.
 */
static int find_room(struct copy *c)
{
	uint64_t base = 0, end = 0;
	const Elf64_Phdr *p;

	for (p = c->phdrs; p < c->phdrs + c->ehdr.e_phnum; p++) {
		if (p->p_type != PT_LOAD)
			continue;
		if (p->p_vaddr >= MAX_ADDRESS || p->p_memsz >= MAX_ADDRESS ||
		    p->p_vaddr + p->p_memsz < end ||
		    p->p_offset > c->size || p->p_filesz > c->size - p->p_offset)
			return -EBADMSG;
		if (!end && p->p_vaddr >= p->p_offset)
			base = p->p_vaddr - p->p_offset;
		end = p->p_vaddr + p->p_memsz;
	}
	if (!end || base % PAGE)
		return -EBADMSG;
	end = align(end, PAGE) + PAGE;
	c->at = align(c->size, PAGE) + PAGE;
	c->vaddr = base + c->at;
	if (c->vaddr < end) {
		c->at = end - base;
		c->vaddr = end;
	}
	return c->at - c->size > MAX_HOLE || c->vaddr >= MAX_ADDRESS ? -EFBIG : 0;
}

/* Two more program headers; the PT_LOAD keeps them in ascending order. */
static void add_segments(struct copy *c, uint64_t sframe_len)
{
	unsigned int n = c->ehdr.e_phnum, i, after = 0;
	uint64_t table = (n + 2) * sizeof(Elf64_Phdr);
	Elf64_Phdr *p = c->phdrs;

	for (i = 0; i < n; i++) {
		if (p[i].p_type == PT_LOAD)
			after = i + 1;
		if (p[i].p_type != PT_PHDR)
			continue;
		p[i].p_offset = c->at;
		p[i].p_vaddr = c->vaddr;
		p[i].p_paddr = c->vaddr;
		p[i].p_filesz = table;
		p[i].p_memsz = table;
	}
	c->sframe_at = align(table, 8);
	memmove(&p[after + 1], &p[after], (n - after) * sizeof(*p));
	p[after] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R, .p_align = PAGE,
		.p_offset = c->at, .p_vaddr = c->vaddr, .p_paddr = c->vaddr,
		.p_filesz = c->sframe_at + sframe_len, .p_memsz = c->sframe_at + sframe_len,
	};
	p[n + 1] = (Elf64_Phdr){
		.p_type = PT_GNU_SFRAME, .p_flags = PF_R, .p_align = 8,
		.p_offset = c->at + c->sframe_at,
		.p_vaddr = c->vaddr + c->sframe_at, .p_paddr = c->vaddr + c->sframe_at,
		.p_filesz = sframe_len, .p_memsz = sframe_len,
	};
	c->ehdr.e_phnum = n + 2;
	c->ehdr.e_phoff = c->at;
}

/* The names move behind the segment, the headers behind the names. */
static void add_section(struct copy *c, uint64_t sframe_len)
{
	unsigned int n = c->ehdr.e_shnum;
	uint64_t at = c->at + c->sframe_at + sframe_len;
	Elf64_Shdr *names;

	if (!c->shdrs)
		return;
	c->shdrs[n] = (Elf64_Shdr){
		.sh_name = c->names_len, .sh_type = SHT_GNU_SFRAME, .sh_flags = SHF_ALLOC,
		.sh_addr = c->vaddr + c->sframe_at, .sh_offset = c->at + c->sframe_at,
		.sh_size = sframe_len, .sh_addralign = 8,
	};
	memcpy(c->names + c->names_len, NAME, sizeof(NAME));
	c->names_len += sizeof(NAME);
	names = &c->shdrs[c->ehdr.e_shstrndx];
	names->sh_offset = at;
	names->sh_size = c->names_len;
	c->ehdr.e_shoff = align(at + c->names_len, 8);
	c->ehdr.e_shnum = n + 1;
}

static int copy_file(const struct copy *c)
{
	static const size_t room = 1 << 20;
	uint64_t at, len;
	void *buffer = malloc(room);
	int ret = buffer ? 0 : -ENOMEM;

	for (at = 0; !ret && at < c->size; at += len) {
		len = c->size - at < room ? c->size - at : room;
		ret = read_all(c->fd, buffer, len, at);
		if (!ret)
			ret = write_all(c->to, buffer, len, at);
	}
	free(buffer);
	return ret;
}

/* Everything but the section, which may be written as it is made. */
static int write_copy(const struct copy *c, const uint8_t *sframe, uint64_t len)
{
	int ret = copy_file(c);

	if (!ret)
		ret = write_all(c->to, c->phdrs, c->ehdr.e_phnum * sizeof(Elf64_Phdr), c->at);
	if (!ret)
		ret = write_all(c->to, sframe, len, c->at + c->sframe_at);
	if (!ret && c->shdrs)
		ret = write_all(c->to, c->names, c->names_len, c->at + c->sframe_at + len);
	if (!ret && c->shdrs)
		ret = write_all(c->to, c->shdrs, c->ehdr.e_shnum * sizeof(Elf64_Shdr),
				c->ehdr.e_shoff);
	return ret ? ret : write_all(c->to, &c->ehdr, sizeof(c->ehdr), 0);
}

static int embed(struct copy *c, const struct synth_section *section)
{
	uint8_t *sframe;
	int ret;

	ret = read_header(c);
	if (!ret)
		ret = read_new(c, &c->phdrs, c->ehdr.e_phoff,
			       c->ehdr.e_phnum * sizeof(Elf64_Phdr), 2 * sizeof(Elf64_Phdr));
	if (!ret)
		ret = read_sections(c);
	if (!ret)
		ret = has_one(c) ? -EEXIST : find_room(c);
	if (ret)
		return ret;
	add_segments(c, section->len);
	add_section(c, section->len);
	sframe = malloc(section->len);
	if (!sframe)
		return -ENOMEM;
	memcpy(sframe, section->bytes, section->len);
	ret = rebase(sframe, section->len, section->base - (c->vaddr + c->sframe_at));
	if (!ret)
		ret = write_copy(c, sframe, section->len);
	free(sframe);
	return ret;
}

int synth_embed(int fd, const struct synth_section *section, int to)
{
	struct copy c = { .fd = fd, .to = to };
	int ret;

	if (!section->len)
		return -ENODATA;
	ret = embed(&c, section);
	free(c.phdrs);
	free(c.shdrs);
	free(c.names);
	return ret;
}
