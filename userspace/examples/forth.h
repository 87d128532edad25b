/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A toy Forth for template_jit.c: words of text become words of bytecode, and an interpreter runs
 * them. What it knows: numbers, + - * / mod = <, dup drop swap over, >r r> r@,
 * if else then, begin while repeat, exit, and recursion.
 */
#ifndef FORTH_H
#define FORTH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum operation {
	ADD, SUB, MUL, DIV, MOD, EQUAL, LESS, DUP, DROP, SWAP, OVER, TO_R, FROM_R, R_FETCH,
	N_PRIMITIVES, LITERAL = N_PRIMITIVES, CALL, JUMP, JUMP_0, EXIT,
};

struct insn {
	enum operation op;
	int64_t arg;		/* a number, a word's or an instruction's index */
};

#define WORDS		512
#define INSNS		64	/* of a word */

/* The stack grows down; *sp is its top. Both ways to run a word leave it to the other. */
struct word {
	char name[16];
	int64_t *(*host)(int64_t *sp);	/* it is a C function; or NULL */
	int n;
	struct insn code[INSNS];
};

static struct word words[WORDS];
static int n_words;

static void forth_die(const char *what, const char *token)
{
	fprintf(stderr, "%s: %s\n", token, what);
	exit(1);
}

static int forth_find(const char *name)
{
	for (int i = n_words - 1; i >= 0; i--)
		if (!strcmp(words[i].name, name))
			return i;
	return -1;
}

static struct word *forth_add(const char *name)
{
	struct word *w = &words[n_words++];

	if (n_words > WORDS || strlen(name) >= sizeof(w->name))
		forth_die("too many words, or too long a name", name);
	strcpy(w->name, name);
	return w;
}

static int forth_emit(struct word *w, enum operation op, int64_t arg)
{
	if (w->n == INSNS)
		forth_die("too long", w->name);
	w->code[w->n] = (struct insn) { op, arg };
	return w->n++;
}

static int forth_primitive(const char *token)
{
	static const char *const names[N_PRIMITIVES] = {
		"+", "-", "*", "/", "mod", "=", "<", "dup", "drop", "swap", "over", ">r", "r>",
		"r@",
	};

	for (int i = 0; i < N_PRIMITIVES; i++)
		if (!strcmp(names[i], token))
			return i;
	return -1;
}

/* What waits for its other half. */
struct forth_open {
	int at[16], n;
};

static void forth_control(struct word *w, const char *token, struct forth_open *open)
{
	int last = open->n ? open->at[open->n - 1] : 0;
	int before = open->n > 1 ? open->at[open->n - 2] : 0;

	if (!strcmp(token, "if") || !strcmp(token, "while")) {
		open->at[open->n++] = forth_emit(w, JUMP_0, 0);
	} else if (!strcmp(token, "else")) {
		open->at[open->n - 1] = forth_emit(w, JUMP, 0);
		w->code[last].arg = w->n;
	} else if (!strcmp(token, "then")) {
		w->code[last].arg = w->n;
		open->n--;
	} else if (!strcmp(token, "begin")) {
		open->at[open->n++] = w->n;
	} else if (!strcmp(token, "repeat")) {
		forth_emit(w, JUMP, before);
		w->code[last].arg = w->n;
		open->n -= 2;
	} else if (!strcmp(token, "exit")) {
		forth_emit(w, EXIT, 0);
	} else {
		forth_die("not known", token);
	}
}

static void forth_token(struct word *w, const char *token, struct forth_open *open)
{
	int primitive = forth_primitive(token), word = forth_find(token);
	char *end;
	int64_t number = strtoll(token, &end, 0);

	if (word >= 0)
		forth_emit(w, CALL, word);
	else if (primitive >= 0)
		forth_emit(w, primitive, 0);
	else if (!*end)
		forth_emit(w, LITERAL, number);
	else
		forth_control(w, token, open);
}

/* Reads ": name .. ;", once or many times. Returns the last word's number. */
static int forth_read(const char *text)
{
	static const char space[] = "\n\t ";
	char copy[4096], *save, *token;
	struct forth_open open = { .n = 0 };
	struct word *w = NULL;

	snprintf(copy, sizeof(copy), "%s", text);
	for (token = strtok_r(copy, space, &save); token; token = strtok_r(NULL, space, &save)) {
		if (!strcmp(token, ":"))
			w = forth_add(strtok_r(NULL, space, &save));
		else if (!strcmp(token, ";"))
			forth_emit(w, EXIT, 0);
		else
			forth_token(w, token, &open);
	}
	return n_words - 1;
}

static int64_t forth_binary(enum operation op, int64_t b, int64_t a)
{
	switch (op) {
	case ADD:
		return b + a;
	case SUB:
		return b - a;
	case MUL:
		return b * a;
	case DIV:
		return b / a;
	case MOD:
		return b % a;
	case EQUAL:
		return b == a;
	default:
		return b < a;
	}
}

static int64_t *forth_primitive_run(enum operation op, int64_t *sp, int64_t **rp)
{
	int64_t a = sp[0], b = sp[1];

	if (op <= LESS) {
		*++sp = forth_binary(op, b, a);
	} else if (op == SWAP) {
		sp[0] = b;
		sp[1] = a;
	} else if (op == DROP) {
		sp++;
	} else if (op == TO_R) {
		*(*rp)++ = *sp++;
	} else {
		*--sp = op == DUP ? a : op == OVER ? b : op == FROM_R ? *--*rp : (*rp)[-1];
	}
	return sp;
}

typedef int64_t *forth_runner(int word, int64_t *sp);

/* @call runs a word that is called: this function, or something faster. */
static int64_t *forth_interpret(int word, int64_t *sp, forth_runner *call)
{
	int64_t returns[16], *rp = returns;
	const struct insn *insn;

	if (words[word].host)
		return words[word].host(sp);
	for (insn = words[word].code; insn->op != EXIT;) {
		if (insn->op == LITERAL)
			*--sp = insn->arg;
		else if (insn->op == CALL)
			sp = call(insn->arg, sp);
		else if (insn->op < N_PRIMITIVES)
			sp = forth_primitive_run(insn->op, sp, &rp);
		if (insn->op == JUMP || (insn->op == JUMP_0 && !*sp++))
			insn = words[word].code + insn->arg;
		else
			insn++;
	}
	return sp;
}

#endif /* FORTH_H */
