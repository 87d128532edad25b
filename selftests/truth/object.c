// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ELF file in memory of our own: relocatable objects get addresses and their
 * .eh_frame and .sframe relocated here, as a linker would.
 */
#include <sys/stat.h>
#include "format.h"
#include "truth.h"

static const struct arch arches[] = {
	{ EM_X86_64, false, SFR_ABI_AMD64_LE, 7, 6, 16, 16, -8 },
	{ EM_AARCH64, false, SFR_ABI_AARCH64_LE, 31, 29, 30, NO_REG, 0 },
	{ EM_AARCH64, true, SFR_ABI_AARCH64_BE, 31, 29, 30, NO_REG, 0 },
	{ EM_S390, true, SFR_ABI_S390X_BE, 15, 11, 14, NO_REG, 0 },
};

static const struct arch *arch_of(const GElf_Ehdr *ehdr)
{
	bool big = ehdr->e_ident[EI_DATA] == ELFDATA2MSB;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arches); i++)
		if (arches[i].machine == ehdr->e_machine && arches[i].big == big)
			return &arches[i];
	return NULL;
}

static void *read_image(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	void *image;

	if (!f)
		return NULL;
	if (fstat(fileno(f), &st) || !st.st_size) {
		fclose(f);
		return NULL;
	}
	*len = st.st_size;
	image = malloc(*len);
	if (fread(image, 1, *len, f) != *len) {
		free(image);
		image = NULL;
	}
	fclose(f);
	return image;
}

/* One behind the other, from a page on. */
static void place_sections(Elf *elf)
{
	Elf_Scn *scn = NULL;
	u64 at = 0x10000;
	GElf_Shdr s;

	while ((scn = elf_nextscn(elf, scn))) {
		gelf_getshdr(scn, &s);
		if (!(s.sh_flags & SHF_ALLOC))
			continue;
		if (s.sh_addralign > 1)
			at = (at + s.sh_addralign - 1) / s.sh_addralign * s.sh_addralign;
		s.sh_addr = at;
		at += s.sh_size;
		gelf_update_shdr(scn, &s);
	}
}

/* What a relocation writes: its width, and whether relative to its place. */
static int reloc_width(u16 machine, u32 type, bool *relative)
{
	static const struct {
		u16 machine;
		u16 type;
		u8 width;
		bool relative;
	} known[] = {
		{ EM_X86_64, R_X86_64_64, 8, false },
		{ EM_X86_64, R_X86_64_32, 4, false },
		{ EM_X86_64, R_X86_64_PC32, 4, true },
		{ EM_X86_64, R_X86_64_PC64, 8, true },
		{ EM_AARCH64, R_AARCH64_ABS64, 8, false },
		{ EM_AARCH64, R_AARCH64_ABS32, 4, false },
		{ EM_AARCH64, R_AARCH64_PREL64, 8, true },
		{ EM_AARCH64, R_AARCH64_PREL32, 4, true },
		{ EM_S390, R_390_64, 8, false },
		{ EM_S390, R_390_32, 4, false },
		{ EM_S390, R_390_PC64, 8, true },
		{ EM_S390, R_390_PC32, 4, true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].machine == machine && known[i].type == type) {
			*relative = known[i].relative;
			return known[i].width;
		}
	}
	return 0;
}

static void put(u8 *p, int n, bool big, u64 value)
{
	int i;

	for (i = 0; i < n; i++)
		p[big ? n - 1 - i : i] = value >> 8 * i;
}

/* @to_section: what is relative counts from the section, not from the field. */
static bool relocate_section(Elf *elf, const struct arch *arch, Elf_Scn *rela_scn,
			     bool to_section)
{
	GElf_Shdr rela_shdr, shdr, home;
	Elf_Data *rela, *data, *symbols;
	size_t i;

	gelf_getshdr(rela_scn, &rela_shdr);
	gelf_getshdr(elf_getscn(elf, rela_shdr.sh_info), &shdr);
	rela = elf_getdata(rela_scn, NULL);
	data = elf_getdata(elf_getscn(elf, rela_shdr.sh_info), NULL);
	symbols = elf_getdata(elf_getscn(elf, rela_shdr.sh_link), NULL);
	for (i = 0; i < rela_shdr.sh_size / rela_shdr.sh_entsize; i++) {
		GElf_Rela r;
		GElf_Sym sym;
		bool relative;
		int width;
		u64 value;

		gelf_getrela(rela, i, &r);
		gelf_getsym(symbols, GELF_R_SYM(r.r_info), &sym);
		value = sym.st_value + r.r_addend;
		if (sym.st_shndx != SHN_UNDEF && sym.st_shndx < SHN_LORESERVE &&
		    gelf_getshdr(elf_getscn(elf, sym.st_shndx), &home))
			value += home.sh_addr;
		width = reloc_width(arch->machine, GELF_R_TYPE(r.r_info), &relative);
		if (!width || r.r_offset + width > data->d_size)
			return false;
		put((u8 *)data->d_buf + r.r_offset, width, arch->big,
		    value - (relative ? shdr.sh_addr + (to_section ? 0 : r.r_offset) : 0));
	}
	return true;
}

static const char *section_name(Elf *elf, const GElf_Shdr *shdr)
{
	size_t strings;

	elf_getshdrstrndx(elf, &strings);
	return elf_strptr(elf, strings, shdr->sh_name);
}

/*
 * Before version 3 a linker, not the relocation alone, makes function starts
 * relative to the section.
 */
static bool starts_at_section(Elf_Scn *sframe)
{
	const Elf_Data *data = elf_getdata(sframe, NULL);

	return data->d_size > 3 && !(((const u8 *)data->d_buf)[3] & SFR_F_START_PCREL);
}

static bool relocate(struct object *o)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr s, target;
	bool sframe;

	place_sections(o->elf);
	while ((scn = elf_nextscn(o->elf, scn))) {
		gelf_getshdr(scn, &s);
		if (s.sh_type != SHT_RELA)
			continue;
		gelf_getshdr(elf_getscn(o->elf, s.sh_info), &target);
		sframe = !strcmp(section_name(o->elf, &target), ".sframe");
		if (!sframe && strcmp(section_name(o->elf, &target), ".eh_frame"))
			continue;
		if (!relocate_section(o->elf, o->arch, scn, sframe &&
				      starts_at_section(elf_getscn(o->elf, s.sh_info))))
			return false;
	}
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct section *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void find_texts(struct object *o)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr s;
	size_t n;

	elf_getshdrnum(o->elf, &n);
	o->texts = calloc(n, sizeof(*o->texts));
	while ((scn = elf_nextscn(o->elf, scn))) {
		gelf_getshdr(scn, &s);
		if (s.sh_flags & SHF_ALLOC && s.sh_flags & SHF_EXECINSTR && s.sh_size)
			o->texts[o->n_texts++] = (struct section) {
				s.sh_addr, s.sh_addr + s.sh_size, section_name(o->elf, &s),
			};
	}
	qsort(o->texts, o->n_texts, sizeof(*o->texts), by_start);
}

Elf_Data *object_section(struct object *o, const char *name, u64 *addr)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr s;

	while ((scn = elf_nextscn(o->elf, scn))) {
		gelf_getshdr(scn, &s);
		if (!strcmp(section_name(o->elf, &s), name)) {
			*addr = s.sh_addr;
			return elf_getdata(scn, NULL);
		}
	}
	return NULL;
}

#define STATIC	"-static.exe"

/* What NAME-static.exe has of its own is NAME.o; the rest is the C library's. */
static bool open_own(struct object *o, const char **why)
{
	size_t len = strlen(o->path), suffix = strlen(STATIC);
	char path[4096];

	if (len < suffix || strcmp(o->path + len - suffix, STATIC))
		return true;
	snprintf(path, sizeof(path), "%.*s.o", (int)(len - suffix), o->path);
	o->own = calloc(1, sizeof(*o->own));
	return object_open(o->own, path, why);
}

bool object_open(struct object *o, const char *path, const char **why)
{
	Elf_Data *sframe;
	GElf_Ehdr ehdr;
	size_t len = 0;

	*o = (struct object) { .path = path };
	elf_version(EV_CURRENT);
	o->image = read_image(path, &len);
	*why = "cannot be read";
	if (!o->image)
		return false;
	o->elf = elf_memory(o->image, len);
	*why = "no ELF file of a known machine";
	if (!o->elf || !gelf_getehdr(o->elf, &ehdr))
		return false;
	o->arch = arch_of(&ehdr);
	if (!o->arch)
		return false;
	o->relocatable = ehdr.e_type == ET_REL;
	*why = "a relocation of unknown type";
	if (o->relocatable && !relocate(o))
		return false;
	find_texts(o);
	sframe = object_section(o, ".sframe", &o->sframe_addr);
	if (sframe) {
		o->sframe_len = sframe->d_size;
		o->sframe = malloc(sframe->d_size + 1);
		memcpy(o->sframe, sframe->d_buf, sframe->d_size);
	}
	return fdes_read(o, why) && open_own(o, why);
}

void object_close(struct object *o)
{
	u32 i;

	if (o->own)
		object_close(o->own);
	free(o->own);
	for (i = 0; i < o->n_fdes; i++)
		free(o->fdes[i].signs);
	free(o->fdes);
	free(o->texts);
	free(o->sframe);
	elf_end(o->elf);
	free(o->image);
}
