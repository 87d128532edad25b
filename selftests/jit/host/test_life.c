// SPDX-License-Identifier: GPL-2.0-only
/*
 * A window's life with the kernel: registered once and replaced then; what happens when the
 * kernel refuses, has dropped it, or is not there; and a call that interrupts another.
 */
#include <errno.h>

#include "model.h"
#include "tap.h"

#define LEN	4096u

static char text[LEN];
static const struct sfreg_jit_row at_8 = { .cfa_offset = 8, .ra_offset = -8 };
static const struct sfreg_jit_row at_16 = { .cfa_offset = 16, .ra_offset = -8 };
static struct sfreg_jit *jit;

static const struct sfreg_jit_options options = {
	.size = sizeof(options), .text = text, .text_len = LEN, .max_functions = 4, .max_rows = 8,
};

/* Registered, replaced and removed so often. */
static void calls_are(int registered, int replaced, int removed, const char *what)
{
	ok(kernel.n_registered == registered && kernel.n_replaced == replaced &&
	   kernel.n_removed == removed, "%s: %d registered, %d replaced, %d removed", what,
	   registered, replaced, removed);
}

/* What the kernel knows at the text's begin; 0: nothing. */
static int cfa(void)
{
	const struct sfr_rule *rule = kernel_rule(text);

	return rule ? rule->cfa_off : 0;
}

static void begin(void)
{
	kernel_reset();
	is(sfreg_jit_open(&options, &jit), 0, "a window");
}

static void end(void)
{
	sfreg_jit_close(jit);
	is(kernel.n_windows, 0, "closed: there is no window");
}

static void describe(const struct sfreg_jit_row *row)
{
	is(sfreg_jit_stub(jit, text, 16, row, NULL), 0, "described");
}

static void check_usual(void)
{
	begin();
	describe(&at_8);
	is(kernel.n_asked, 0, "the kernel is not asked");
	is(sfreg_jit_publish(jit), 0, "published");
	calls_are(1, 0, 0, "first");
	is(cfa(), 8, "the kernel knows it");
	is(kernel_find(text)->text_len, LEN, "the whole text");
	is(sfreg_jit_remove(jit, text), 0, "removed");
	is(cfa(), 8, "the kernel still knows it");
	describe(&at_16);
	is(cfa(), 8, "described anew, and it does not know");
	is(sfreg_jit_publish(jit), 0, "published");
	calls_are(1, 1, 0, "then");
	is(cfa(), 16, "now it does");
	is(sfreg_jit_retire(jit), 0, "retired");
	calls_are(1, 1, 1, "at last");
	is(sfreg_jit_remove(jit, text), -ENOENT, "and nothing is described");
	is(sfreg_jit_retire(jit), 0, "retired again");
	is(sfreg_jit_publish(jit), 0, "nothing is published, too");
	calls_are(2, 1, 1, "then");
	ok(kernel_find(text) && !cfa(), "a window without a rule");
	describe(&at_8);
	is(sfreg_jit_publish(jit), 0, "published");
	is(cfa(), 8, "and with one");
	end();
}

/* An error of the first publication, of a later one, of the removal. */
static void check_refusals(void)
{
	begin();
	describe(&at_8);
	kernel.answer = -ENOSPC;
	is(sfreg_jit_publish(jit), -ENOSPC, "refused");
	is(kernel.n_asked, 1, "and not asked again");
	is(sfreg_jit_publish(jit), 0, "later not");
	calls_are(1, 0, 0, "so");
	is(sfreg_jit_remove(jit, text), 0, "removed");
	describe(&at_16);
	kernel.answer = -EDQUOT;
	is(sfreg_jit_publish(jit), -EDQUOT, "refused, of a window that there is");
	is(cfa(), 8, "what was published before stays");
	is(sfreg_jit_publish(jit), 0, "later not");
	is(cfa(), 16, "and is known");
	kernel.answer = -EPERM;
	is(sfreg_jit_retire(jit), -EPERM, "retiring is refused");
	is(cfa(), 16, "it is as it was");
	is(sfreg_jit_remove(jit, text), 0, "what is described, too");
	end();
	calls_are(1, 1, 1, "in all");
}

static void check_absence(void)
{
	int i;

	begin();
	for (i = 0; i < 2; i++) {
		kernel.answer = -ENOSYS;
		is(sfreg_jit_publish(jit), -ENOSYS, "no module");
	}
	describe(&at_8);
	is(sfreg_jit_retire(jit), 0, "retired");
	is(kernel.n_asked, 2, "nobody to be asked");
	describe(&at_8);
	is(sfreg_jit_publish(jit), 0, "the module is loaded");
	kernel.answer = -ENOSYS;
	is(sfreg_jit_retire(jit), 0, "and unloaded: there is nothing to remove");
	describe(&at_8);
	kernel_drop(text);
	is(sfreg_jit_publish(jit), 0, "and loaded");
	calls_are(2, 0, 0, "in all");
	kernel.answer = -ESHUTDOWN;
	is(sfreg_jit_retire(jit), 0, "and off");
	kernel_drop(text);
	end();
}

/* The text was unmapped, and mapped again. */
static void check_loss(void)
{
	begin();
	describe(&at_8);
	is(sfreg_jit_publish(jit), 0, "published");
	kernel_drop(text);
	is(sfreg_jit_publish(jit), 0, "dropped by the kernel, and published");
	calls_are(2, 0, 0, "anew");
	is(cfa(), 8, "known again");
	kernel_drop(text);
	is(sfreg_jit_retire(jit), 0, "dropped, and retired");
	describe(&at_8);
	is(sfreg_jit_publish(jit), 0, "published");
	calls_are(3, 0, 0, "anew");
	end();
}

/* Another window is in the way: its registration is somebody else's. */
static void check_others(void)
{
	begin();
	describe(&at_8);
	is(sfreg_jit_publish(jit), 0, "published");
	sfreg_jit_close(jit);
	is(sfreg_jit_open(&options, &jit), 0, "a window");
	describe(&at_16);
	is(sfreg_jit_publish(jit), 0, "published");
	kernel.windows[0].text += 8;
	is(sfreg_jit_publish(jit), -EEXIST, "it overlaps another's");
	is(sfreg_jit_retire(jit), 0, "retired: that one stays");
	is(kernel.n_windows, 1, "there it is");
	kernel.windows[0].text -= 8;
	kernel_drop(text);
	end();
}

static int interrupted[5];

static void interrupt(void)
{
	interrupted[0] = sfreg_jit_stub(jit, text + 32, 8, &at_8, NULL);
	interrupted[1] = sfreg_jit_function(jit, text + 32, 8, &at_8, 1, NULL);
	interrupted[2] = sfreg_jit_remove(jit, text);
	interrupted[3] = sfreg_jit_publish(jit);
	interrupted[4] = sfreg_jit_retire(jit);
}

static void was_interrupted(const char *what)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(interrupted); i++) {
		is(interrupted[i], -EBUSY, "%s is interrupted: call %zu", what, i);
		interrupted[i] = 0;
	}
}

static void check_interruption(void)
{
	begin();
	describe(&at_8);
	kernel.interrupt = interrupt;
	is(sfreg_jit_publish(jit), 0, "published");
	was_interrupted("the first publication");
	kernel.interrupt = interrupt;
	is(sfreg_jit_publish(jit), 0, "published");
	was_interrupted("a later one");
	is(sfreg_jit_remove(jit, text + 32), -ENOENT, "and nothing was described");
	kernel.interrupt = interrupt;
	is(sfreg_jit_retire(jit), 0, "retired");
	was_interrupted("retiring");
	is(kernel.n_asked, 3, "three calls of the kernel in all");
	end();
}

int main(void)
{
	check_usual();
	check_refusals();
	check_absence();
	check_loss();
	check_others();
	check_interruption();
	kernel_reset();
	return tap_done();
}
