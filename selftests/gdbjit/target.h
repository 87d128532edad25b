/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that generates code, for tests: a child that does nothing. All that it has, its
 * parent had when it was forked; what it changes later, its parent writes to its memory.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>
#include <sys/types.h>

struct descriptor {
	uint32_t version, action;
	uint64_t relevant, first;
};

struct element {
	uint64_t next, previous, at, size;
};

extern struct descriptor __jit_debug_descriptor;

#define N_ELEMENTS	600
extern struct element element[N_ELEMENTS];

/* 48 bytes of text at @text are described: with frames of 24 bytes, or of 40. */
#define OBJECT_ROOM	4096
#define TEXT_LEN	48
extern uint8_t object24[OBJECT_ROOM], object40[OBJECT_ROOM];
extern size_t object_len;

/* From the files of this directory. */
void target_objects(const char *dir);
/* The object @from as a JIT has it: for text at @text. */
void target_object(uint8_t to[OBJECT_ROOM], const uint8_t *from, const void *text);

/* A list of @n elements, each with the same object. */
void target_list(unsigned int n, const void *at, uint64_t size);

/* To read and write a process's memory with. */
int target_open(pid_t pid);
/* Forks. @mem: as of target_open(). */
pid_t target_start(int *mem);
void target_end(pid_t pid, int mem);

/* In the child: [@here, @here + @len) of ours. */
void target_write(int mem, const void *here, const void *bytes, size_t len);

#endif /* TARGET_H */
