// SPDX-License-Identifier: GPL-2.0-only
/* A file, opened twice: by synth, and by elfutils. */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#include "equal.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int make(struct made *m, const char *path)
{
	struct synth_file file;
	double began = now();
	int ret, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = synth_file_init(&file, fd);
	if (!ret)
		ret = synth_make(&file.source, &m->section, &m->report);
	close(fd);
	m->seconds = now() - began;
	return ret;
}

/* Executable segments, as the program headers say. */
static bool same_text(const struct made *m)
{
	GElf_Phdr phdr;
	u32 n = 0;
	size_t i, phdrs;

	elf_getphdrnum(m->object.elf, &phdrs);
	for (i = 0; i < phdrs; i++) {
		gelf_getphdr(m->object.elf, i, &phdr);
		if (phdr.p_type != PT_LOAD || !(phdr.p_flags & PF_X))
			continue;
		if (n == m->section.n_text || m->section.text[n].vaddr != phdr.p_vaddr ||
		    m->section.text[n].offset != phdr.p_offset ||
		    m->section.text[n].len != phdr.p_filesz)
			return false;
		n++;
	}
	return n == m->section.n_text;
}

/* Its value, by a table of this type. */
static u64 descriptor_in(const struct made *m, u32 type)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr shdr;
	GElf_Sym symbol;
	const char *name;
	int i;

	while ((scn = elf_nextscn(m->object.elf, scn))) {
		if (!gelf_getshdr(scn, &shdr) || shdr.sh_type != type)
			continue;
		data = elf_getdata(scn, NULL);
		for (i = 0; gelf_getsym(data, i, &symbol); i++) {
			name = elf_strptr(m->object.elf, shdr.sh_link, symbol.st_name);
			if (name && !strcmp(name, "__jit_debug_descriptor") && symbol.st_shndx)
				return symbol.st_value;
		}
	}
	return 0;
}

/* Of those that do not export it, no library has one: so what .symtab says counts. */
static bool same_descriptor(const struct made *m)
{
	u64 value = descriptor_in(m, SHT_DYNSYM);

	return m->section.jit_descriptor == (value ? value : descriptor_in(m, SHT_SYMTAB));
}

bool made_open(struct made *m, const char *path, const char **why)
{
	int ret;

	memset(m, 0, sizeof(*m));
	ret = make(m, path);
	if (ret) {
		*why = strerror(-ret);
		return false;
	}
	if (!object_open(&m->object, path, why))
		return false;
	m->cfi = cfi_open(&m->object, why);
	if (!m->cfi)
		return false;
	*why = "it names other executable segments than there are";
	if (!same_text(m))
		return false;
	*why = "it has another __jit_debug_descriptor";
	if (!same_descriptor(m))
		return false;
	free(m->object.sframe);
	m->object.sframe = malloc(m->section.len + 1);
	memcpy(m->object.sframe, m->section.bytes, m->section.len);
	m->object.sframe_len = m->section.len;
	m->object.sframe_addr = m->section.base;
	if (m->section.len)
		compiled_make(&m->compiled, &m->object);
	*why = sfr_status_name(m->compiled.status);
	return !m->compiled.status;
}

void made_close(struct made *m)
{
	compiled_free(&m->compiled);
	if (m->cfi)
		cfi_close(m->cfi);
	object_close(&m->object);
	synth_report_free(&m->report);
	synth_free(&m->section);
}
