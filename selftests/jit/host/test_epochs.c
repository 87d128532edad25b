// SPDX-License-Identifier: GPL-2.0-only
/*
 * Epochs: the order of windows, what the kernel knows at each step, and that a step that
 * fails is no step.
 */
#include <errno.h>

#include "model.h"
#include "tap.h"

#define PAGE	4096u
#define MAX_N	8u

static char text[(MAX_N + 1) * PAGE] __attribute__((__aligned__(PAGE)));
static struct sfreg_jit_epochs *epochs;

static struct sfreg_jit_options area(uint32_t len)
{
	return (struct sfreg_jit_options) {
		.size = sizeof(struct sfreg_jit_options), .text = text, .text_len = len,
		.max_functions = 2, .max_rows = 2,
	};
}

/* In the current window, a function whose CFA tells the epoch. */
static int describe(int epoch)
{
	const struct sfreg_jit_row row = { .cfa_offset = epoch, .ra_offset = -8 };
	void *start;
	struct sfreg_jit *jit = sfreg_jit_epochs_current(epochs, &start, NULL);

	return sfreg_jit_stub(jit, start, 16, &row, NULL);
}

/* What the kernel knows of a window: the epoch; 0: nothing. */
static int known(unsigned int window)
{
	const struct sfr_rule *rule = kernel_rule(text + window * PAGE);

	return rule ? rule->cfa_off : 0;
}

static bool is_current(unsigned int window)
{
	size_t len = 0;
	void *start = NULL;

	return sfreg_jit_epochs_current(epochs, &start, &len) && len == PAGE &&
	       start == text + window * PAGE;
}

static bool is_oldest(unsigned int window)
{
	size_t len = 0;
	void *start = NULL;

	return sfreg_jit_epochs_oldest(epochs, &start, &len) && len == PAGE &&
	       start == text + window * PAGE;
}

/* Round and round, with @full windows filled before the first wipe. */
static void check_rounds(unsigned int n, unsigned int full)
{
	struct sfreg_jit_options options = area(n * PAGE + PAGE - 1);
	unsigned int epoch, wrong = 0, i;

	kernel_reset();
	is(sfreg_jit_epochs_open(&options, n, &epochs), 0, "%u epochs", n);
	ok(is_current(0) && !sfreg_jit_epochs_oldest(epochs, NULL, NULL), "the first is current");
	is(sfreg_jit_epochs_wipe(epochs), -ENOENT, "none is full");
	for (epoch = 1; epoch <= 5 * n; epoch++) {
		unsigned int current = (epoch - 1) % n;

		if (epoch > full + 1) {
			wrong += !is_oldest((epoch - full - 2) % n);
			wrong += sfreg_jit_epochs_wipe(epochs) != 0;
			wrong += known((epoch - full - 2) % n) != 0;
		}
		wrong += !is_current(current) || known(current);
		wrong += describe(epoch) != 0;
		wrong += sfreg_jit_epochs_turn(epochs) != 0;
		/* Those that are full are known, and no other. */
		for (i = 1; i <= n; i++)
			wrong += known((epoch + n - i) % n) !=
				 (i <= full + 1 && i <= epoch ? (int)(epoch - i + 1) : 0);
		if (full + 2 == n && epoch > full) {
			wrong += describe(99) != 0;
			wrong += sfreg_jit_epochs_turn(epochs) != -EBUSY;
			wrong += known(epoch % n) != 0;
			wrong += !is_current(epoch % n) ||
				 sfreg_jit_remove(sfreg_jit_epochs_current(epochs, NULL, NULL),
						  text + epoch % n * PAGE) != 0;
		}
	}
	is(wrong, 0, "%u epochs, %u full: five times round", n, full + 1);
	sfreg_jit_epochs_close(epochs);
	is(kernel.n_windows, 0, "closed: the kernel knows nothing");
}

static void check_errors(void)
{
	struct sfreg_jit_options options = area(2 * PAGE);

	options.text = text + 1;
	is(sfreg_jit_epochs_open(&options, 2, &epochs), -EINVAL, "text that begins no page");
	options = area(2 * PAGE - 1);
	is(sfreg_jit_epochs_open(&options, 2, &epochs), -EINVAL, "less than two pages");
	options = area(2 * PAGE);
	is(sfreg_jit_epochs_open(&options, 0, &epochs), -EINVAL, "no windows");
	is(sfreg_jit_epochs_open(&options, 1, &epochs), -EINVAL, "one window");
	is(sfreg_jit_epochs_open(&options, 3, &epochs), -EINVAL, "three of two pages");
	options.size--;
	is(sfreg_jit_epochs_open(&options, 2, &epochs), -EINVAL, "another size");
	options = area(2 * PAGE);
	options.max_rows = 0;
	is(sfreg_jit_epochs_open(&options, 2, &epochs), -EINVAL, "what no window takes");
	options = area(2 * PAGE);
	options.text_len = -(size_t)PAGE;
	is(sfreg_jit_epochs_open(&options, 2, &epochs), -EINVAL, "text that wraps");
	options.text_len = 1ul << 34;
	is(sfreg_jit_epochs_open(&options, 2, &epochs), -EINVAL, "windows that are too long");
	is(sfreg_jit_epochs_open(&options, 5, &epochs), 0, "and five that are not");
	sfreg_jit_epochs_close(epochs);
}

static int answers[2];

static void interrupt(void)
{
	answers[0] = sfreg_jit_epochs_turn(epochs);
	answers[1] = sfreg_jit_epochs_wipe(epochs);
}

static void check_refusals(void)
{
	struct sfreg_jit_options options = area(3 * PAGE);

	kernel_reset();
	is(sfreg_jit_epochs_open(&options, 3, &epochs), 0, "epochs");
	describe(1);
	kernel.answer = -ENOSPC;
	is(sfreg_jit_epochs_turn(epochs), -ENOSPC, "turn, and the kernel has no room");
	ok(is_current(0) && !known(0), "nothing has changed");
	is(sfreg_jit_retire(sfreg_jit_epochs_current(epochs, NULL, NULL)), 0, "given up");
	is(sfreg_jit_epochs_turn(epochs), 0, "turn without it");
	ok(is_current(1) && is_oldest(0) && kernel.n_asked == 1, "to the next; nobody was asked");
	describe(2);
	kernel.answer = -ENOSYS;
	is(sfreg_jit_epochs_turn(epochs), 0, "turn without a module");
	ok(is_current(2), "to the next");
	is(sfreg_jit_epochs_turn(epochs), -EBUSY, "the next is the first again");
	is(sfreg_jit_epochs_wipe(epochs), 0, "wiped");
	describe(3);
	is(sfreg_jit_publish(sfreg_jit_epochs_current(epochs, NULL, NULL)), 0, "published");
	kernel.n_asked = 0;
	is(sfreg_jit_epochs_turn(epochs), 0, "turn");
	ok(is_current(0) && known(2) == 3, "and the last is known");
	is(kernel.n_asked, 0, "without publishing it twice");
	is(sfreg_jit_epochs_wipe(epochs), 0, "wiped is what was never known");
	kernel.answer = -EPERM;
	is(sfreg_jit_epochs_wipe(epochs), -EPERM, "what is known, the kernel keeps");
	ok(is_oldest(2) && known(2) == 3, "nothing has changed");
	describe(4);
	kernel.interrupt = interrupt;
	is(sfreg_jit_epochs_turn(epochs), 0, "turn");
	ok(answers[0] == -EBUSY && answers[1] == -EBUSY, "what interrupts it is told so");
	ok(is_current(1) && known(0) == 4, "and it is not disturbed");
	sfreg_jit_epochs_close(epochs);
	is(kernel.n_windows, 0, "closed: the kernel knows nothing");
}

int main(void)
{
	unsigned int n, full;

	check_errors();
	check_refusals();
	for (n = 2; n <= MAX_N; n += n > 2 ? 5 : 1)
		for (full = 0; full <= n - 2; full++)
			check_rounds(n, full);
	kernel_reset();
	return tap_done();
}
