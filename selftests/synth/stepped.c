// SPDX-License-Identifier: GPL-2.0-only
/*
 * stepped DIR - are the rules of the start files' functions true? No call frame information
 * knows them, so the processor is asked: programs are run one instruction at a time. When such a
 * function is entered, the stack pointer, the return address and the frame pointer are
 * written down; at each of its instructions, and for each call that it makes, its rule must come to
 * the same. Programs of our own, DIR/KIND-VARIANT, see to it that each of its instructions is run.
 */
#include "equal.h"
#include "process.h"
#include "tap.h"

#define MAX_OBJECTS	8
#define MAX_BYTES	1024
#define MAX_FRAMES	8
/* The longest instruction. */
#define MAX_LEN		15

/* A file that is mapped, and its start files' functions, as bytes that are counted through. */
struct watched {
	const struct mapping *mapping;
	char path[256];
	struct made made;
	u64 bias;
	u32 n_bytes;
	bool seen[MAX_BYTES];	/* has an instruction been run that begins here? */
};

/* A function that has been entered. */
struct frame {
	u64 cfa, ra, fp;
	u64 resume_at, resume_sp;	/* behind a call that it has made */
};

struct run {
	struct process process;
	struct watched objects[MAX_OBJECTS];
	u32 n_objects;
	struct frame frames[MAX_FRAMES];
	u32 n_frames;
	u32 steps, wrong;
};

/* --- where it is ------------------------------------------------------------------- */

static void watch(struct run *run, const struct mapping *mapping)
{
	struct watched *w = &run->objects[run->n_objects++];
	const struct synth_report *r = &w->made.report;
	const char *why = "";
	u32 i;

	memset(w, 0, sizeof(*w));
	snprintf(w->path, sizeof(w->path), "%s", mapping->path);
	if (!made_open(&w->made, w->path, &why)) {
		ok(false, "%s: %s", w->path, why);
		return;
	}
	for (i = 0; i < w->made.section.n_text; i++) {
		const struct synth_segment *text = &w->made.section.text[i];

		if (text->offset / 4096 * 4096 == mapping->offset)
			w->bias = mapping->start - text->vaddr / 4096 * 4096;
	}
	for (i = 0; i < r->n_startup; i++)
		w->n_bytes += r->startup[i].len;
}

/* The file that is run; NULL: none. */
static struct watched *object_at(struct run *run)
{
	const struct mapping *mapping = process_mapping(&run->process);
	u32 i;

	if (!mapping)
		return NULL;
	for (i = 0; i < run->n_objects; i++)
		if (!strcmp(run->objects[i].path, mapping->path))
			return &run->objects[i];
	if (run->n_objects == MAX_OBJECTS)
		return NULL;
	watch(run, mapping);
	return &run->objects[run->n_objects - 1];
}

/* The number of the byte at @addr, of those that are watched; -1: it is none. */
static int byte_at(const struct watched *w, u64 addr)
{
	const struct synth_report *r = &w->made.report;
	u32 i, before = 0;

	for (i = 0; i < r->n_startup; i++) {
		if (addr - r->startup[i].start < r->startup[i].len)
			return before + (addr - r->startup[i].start);
		before += r->startup[i].len;
	}
	return -1;
}

/* --- what the rules come to -------------------------------------------------------- */

static u64 value_of(const struct run *run, const struct place *p, u64 cfa,
		    const struct user_regs_struct *regs)
{
	u64 base = p->reg == CFA_REG ? cfa : p->reg == 7 ? regs->rsp : p->reg == 6 ? regs->rbp : 0;

	return p->deref ? process_word(&run->process, base + p->off) : base + p->off;
}

/* With @regs, at @addr or, if there is a call before, in that. */
static void check_rule(struct run *run, struct watched *w, u64 addr, bool after_call,
		       const struct user_regs_struct *regs)
{
	struct rule rule = compiled_rule_at(&w->made.compiled, &w->made.object, addr, after_call);
	const struct frame *frame = &run->frames[run->n_frames - 1];
	u64 cfa = value_of(run, &rule.cfa, 0, regs);

	if (rule.kind == ROW && cfa == frame->cfa &&
	    value_of(run, &rule.ra, cfa, regs) == frame->ra &&
	    value_of(run, &rule.fp, cfa, regs) == frame->fp)
		return;
	if (run->wrong++ < MAX_WRONGS)
		printf("# %s: %#llx%s: %s\n", w->path, (unsigned long long)addr,
		       after_call ? " after a call" : "", rule_text(&rule));
}

/* --- one instruction ------------------------------------------------------------------ */

struct before {
	struct user_regs_struct regs;
	struct watched *object;
	int byte;
};

/* It has been a call: where that returns to is what it put on the stack. */
static bool was_call(const struct run *run, const struct before *before, u64 *ra)
{
	const struct user_regs_struct *now = &run->process.regs;

	if (now->rsp != before->regs.rsp - 8)
		return false;
	*ra = process_word(&run->process, now->rsp);
	return *ra - before->regs.rip - 1 < MAX_LEN && now->rip != *ra;
}

static void push_frame(struct run *run)
{
	const struct user_regs_struct *now = &run->process.regs;

	if (run->n_frames == MAX_FRAMES) {
		run->wrong++;
		return;
	}
	run->frames[run->n_frames++] = (struct frame) {
		.cfa = now->rsp + 8, .ra = process_word(&run->process, now->rsp), .fp = now->rbp,
	};
}

/* From one of the functions. */
static void leave(struct run *run, const struct before *before, bool inside)
{
	const struct user_regs_struct *now = &run->process.regs;
	struct frame *frame = &run->frames[run->n_frames - 1];
	u64 ra;

	if (was_call(run, before, &ra)) {
		check_rule(run, before->object, ra - before->object->bias, true, &before->regs);
		frame->resume_at = ra;
		frame->resume_sp = before->regs.rsp;
		if (inside)
			push_frame(run);
	} else if (now->rsp == frame->cfa && now->rip == frame->ra) {
		run->n_frames--;
	} else if (!inside) {
		/* By a jump, as if it had never been there. */
		run->wrong += now->rsp != frame->cfa - 8 || now->rbp != frame->fp;
		run->n_frames--;
	}
}

static void enter(struct run *run)
{
	const struct user_regs_struct *now = &run->process.regs;
	const struct frame *frame = run->n_frames ? &run->frames[run->n_frames - 1] : NULL;

	if (!frame || now->rip != frame->resume_at || now->rsp != frame->resume_sp)
		push_frame(run);
}

static void look(struct run *run, struct before *before)
{
	struct watched *w = object_at(run);
	u64 addr = w ? run->process.regs.rip - w->bias : 0;
	int byte = w ? byte_at(w, addr) : -1;

	if (before->byte >= 0)
		leave(run, before, byte >= 0);
	else if (byte >= 0)
		enter(run);
	if (byte >= 0) {
		check_rule(run, w, addr, false, &run->process.regs);
		w->seen[byte] = true;
		run->steps++;
	}
	*before = (struct before) { run->process.regs, w, byte };
}

static bool step_through(struct run *run, char *const argv[])
{
	struct before before = { .byte = -1 };

	memset(run, 0, sizeof(*run));
	if (!process_start(&run->process, argv))
		return false;
	do {
		look(run, &before);
	} while (process_step(&run->process));
	return !run->process.status && !run->n_frames;
}

static void forget(struct run *run)
{
	while (run->n_objects)
		made_close(&run->objects[--run->n_objects].made);
}

/* --- programs as they are -------------------------------------------------------------- */

/* One piece is not come to: in __do_global_dtors_aux, the return of a second time. */
static void check_object(const struct watched *w, const char *name)
{
	const struct synth_report *r = &w->made.report;
	u32 i, begun = 0, before = 0;

	for (i = 0; i < r->n_startup; i++) {
		begun += w->seen[before];
		before += r->startup[i].len;
	}
	is(begun, r->n_startup - 1, "%s: %s: %u of %u pieces are run", name, w->path, begun,
	   r->n_startup);
}

static void check_stock(struct run *run, char *const argv[])
{
	u32 i, n = 0;
	bool good;

	good = step_through(run, argv) && run->steps > 20 && !run->wrong;
	ok(good, "%s: %u instructions of start files, %u wrong", argv[0], run->steps, run->wrong);
	for (i = 0; i < run->n_objects; i++) {
		if (!run->objects[i].n_bytes)
			continue;
		check_object(&run->objects[i], argv[0]);
		n++;
	}
	ok(n, "%s: %u files that have them", argv[0], n);
	forget(run);
}

/* --- programs of our own ---------------------------------------------------------------- */

/* Marks where instructions begin, as binutils say. Return: how many. */
static u32 list_instructions(const struct watched *w, bool begins[MAX_BYTES])
{
	char command[512], line[512];
	unsigned long long addr;
	char behind;
	u32 n = 0;
	FILE *f;
	int byte;

	snprintf(command, sizeof(command), "objdump -dw --no-show-raw-insn '%s'", w->path);
	f = popen(command, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %llx%c", &addr, &behind) != 2 || behind != ':')
			continue;
		byte = byte_at(w, addr);
		if (byte < 0)
			continue;
		begins[byte] = true;
		n++;
	}
	if (f)
		pclose(f);
	return n;
}

/* Of a program's files the one that has start files' functions. */
static const struct watched *program_of(const struct run *run)
{
	u32 i = run->n_objects;

	while (i && !run->objects[i - 1].n_bytes)
		i--;
	return i ? &run->objects[i - 1] : NULL;
}

static void check_kind(struct run *run, const char *dir, const char *kind,
		       const char *const *variant)
{
	bool begins[MAX_BYTES] = {}, seen[MAX_BYTES] = {};
	char path[4096], *const argv[] = { path, NULL };
	const struct watched *program;
	u32 i, n = 0, run_of_them = 0;
	bool good;

	snprintf(path, sizeof(path), "%s/%s-%s", dir, kind, *variant);
	if (access(path, X_OK)) {
		ok(true, "%s # SKIP there is no such compiler", kind);
		return;
	}
	for (; *variant; variant++) {
		snprintf(path, sizeof(path), "%s/%s-%s", dir, kind, *variant);
		good = step_through(run, argv) && run->steps && !run->wrong;
		ok(good, "%s-%s: %u instructions of start files, %u wrong", kind, *variant,
		   run->steps, run->wrong);
		program = run->steps ? program_of(run) : NULL;
		if (program && !n)
			n = list_instructions(program, begins);
		for (i = 0; i < MAX_BYTES && program; i++)
			seen[i] |= program->seen[i];
		forget(run);
	}
	for (i = 0; i < MAX_BYTES; i++) {
		run_of_them += begins[i] && seen[i];
		if (begins[i] && !seen[i])
			printf("# %s: byte %u of them is not run\n", kind, i);
	}
	ok(n > 30 && run_of_them == n, "%s: of their %u instructions %u are run", kind, n,
	   run_of_them);
}

int main(int argc, char **argv)
{
	static char *const bash[] = { "/bin/bash", "--version", NULL };
	static char *const nothing[] = { "/bin/true", NULL };
	static const char *const three[] = { "plain", "tm", "bare", NULL };
	static const char *const two[] = { "plain", "tm", NULL };
	static struct run run;

	if (argc < 2)
		return 2;
	check_stock(&run, nothing);
	check_stock(&run, bash);
	check_kind(&run, argv[1], "static", three);
	check_kind(&run, argv[1], "static-pie", two);
	check_kind(&run, argv[1], "no-pie", two);
	check_kind(&run, argv[1], "pie", two);
	check_kind(&run, argv[1], "clang", two);
	return tap_done();
}
