/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Windows for generated code that GDB's JIT interface tells of.
 */
#ifndef SFREG_JIT_H
#define SFREG_JIT_H

#include "attach.h"
#include "descriptor.h"
#include "process.h"

/**
 * struct jit_look - a look at one process
 * @broker, @process: these
 * @text: its executable mappings
 * @descriptors: of the files among them
 * @partial: .. as far as they are known yet
 * @budget: how many sections may be made, counted down
 * @result: added to
 * @say, @ctx: as for attach_process()
 */
struct jit_look {
	struct broker *broker;
	const struct process *process;
	const struct maps *text;
	const struct descriptors *descriptors;
	bool partial;
	unsigned int budget;
	struct attach_result *result;
	attach_say *say;
	void *ctx;
};

/**
 * jit_attach() - place what is lacking, and remove what is told of no more
 *
 * The objects of each __jit_debug_descriptor are the truth about anonymous executable memory: a
 * window of an outsider there, that no object speaks of (any more, or in these words),
 * goes. Text of files is never touched; nor is what the process registered itself.
 *
 * Return: 0, or what the module said: see sfreg_place().
 */
int jit_attach(struct jit_look *look);

#endif /* SFREG_JIT_H */
