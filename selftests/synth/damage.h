/* SPDX-License-Identifier: GPL-2.0-only */
/* A program with start files, pie-plain, and what is left of their rules when it is damaged. */
#ifndef DAMAGE_H
#define DAMAGE_H

#include "memory.h"

/* The pieces of the start files' functions, in the text's order. */
enum { INIT, DEREGISTER, DEREGISTER_END, REGISTER, REGISTER_END, DTORS, DTORS_END, DUMMY, FINI,
       N_PIECES };

#define ALL		((1u << N_PIECES) - 1)
/* What is reached from the constructor, and from the destructor. */
#define BY_REGISTER	(1u << REGISTER | 1u << REGISTER_END)
#define BY_DUMMY	(1u << DUMMY | BY_REGISTER)
#define BY_DTORS	(1u << DTORS | 1u << DTORS_END | 1u << DEREGISTER | 1u << DEREGISTER_END)

extern struct object file;
extern size_t file_size;
extern Elf64_Ehdr *ehdr;
/* Segments; data can be written, the dynamic one lies in it. */
extern Elf64_Phdr *text, *data, *dynamic;
/* What is made of it as it is, and where the pieces begin. */
extern struct outcome whole;
extern u64 pieces[N_PIECES];

/* Reads @dir/pie-plain. False: it is not what it should be; that has been told. */
bool start_damages(const char *dir);
void end_damages(void);

/* Where the file has it. */
void *at_addr(u64 addr);
u64 *dynamic_value(s64 tag);

struct damage {
	const char *what;
	void *at;
	u32 len;
	u64 value;		/* to be written there */
	u32 left;		/* pieces that are still as they were */
	u32 more;		/* bytes of others that now have a row */
};

/* One result: every byte of the text has the rule that it should have, then. */
void check_damage(const struct damage *d);

#endif /* DAMAGE_H */
