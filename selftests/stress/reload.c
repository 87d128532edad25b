// SPDX-License-Identifier: GPL-2.0-only
/*
 * reload [ROUNDS]: the module is unloaded and loaded again, ten times, while both
 * processors are sampled and a process on each is at work. The processes register
 * themselves whenever there is a module to register with. In every round samples
 * of each show its whole chain; none ever shows a wrong one; no process is lost.
 *
 * What is in use cannot be unloaded: an open device, a section's descriptor, a
 * call in progress. It is said at once, and nothing waits.
 *
 * SFREG_MODULE names the module's file. Leaves it loaded.
 */
#include "sft_child.h"
#include "sft_module.h"
#include "sft_perf.h"
#include "sft_probe.h"
#include "sft_self.h"
#include "sft_uffd.h"
#include "worker.h"
#include <pthread.h>

#define CPUS_MAX	8
#define GOOD		20	/* samples of each process in each round */

static struct shared {
	volatile int round;		/* a module is there since then */
	volatile struct {
		uint64_t beats;
		int round;		/* registered in */
		int err;
	} worker[CPUS_MAX];
} *shared;

static struct process {
	pid_t pid;
	struct sft_perf perf;
	uint64_t good, stock, wrong;
	struct sft_sample wrong_sample;
} process[CPUS_MAX];

static int cpus;

/* In its own text only; through prctl, so that no descriptor holds the module. */
static __attribute__((noinline)) void work(int cpu)
{
	struct sft_self self = sft_self();

	for (;;) {
		int round = shared->round;

		if (shared->worker[cpu].round != round) {
			int err = sft_prctl(PR_SFREG_REGISTER, self.text, self.text_len,
					    self.sframe, self.sframe_len);

			/* No module, off, or about to go: later. */
			if (!err)
				shared->worker[cpu].round = round;
			else if (err != -EINVAL && err != -ESHUTDOWN)
				shared->worker[cpu].err = err;
		}
		sft_work(2000);
		shared->worker[cpu].beats++;
	}
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		_exit(99);
}

static void start(int cpu)
{
	struct process *p = &process[cpu];

	p->pid = fork();
	if (!p->pid) {
		pin(cpu);
		work(cpu);
	}
	if (sft_perf_open(&p->perf, -1, cpu, 2000, SFT_KERNEL_TOO))
		ksft_exit_fail_msg("perf_event_open: %s\n", strerror(errno));
	sft_perf_on(&p->perf);
}

/* A sample in the innermost function: its chain is known, or the stock walker's. */
static void judge(struct process *p, const struct sft_sample *s)
{
	if ((pid_t)s->pid != p->pid || !s->n ||
	    !sft_within(s->chain[0], sft_work_leaf, sft_work_leaf_end))
		return;
	if (s->n < 2 || s->chain[1] != sft_addr(sft_work_leaf_ret)) {
		p->stock++;
	} else if (s->n > 5 && s->chain[2] == sft_addr(sft_work_middle_ret) &&
		   s->chain[3] == sft_addr(sft_work_outer_ret)) {
		p->good++;
	} else {
		if (!p->wrong++)
			p->wrong_sample = *s;
	}
}

static void drain(void)
{
	static struct sft_sample s;

	for (int i = 0; i < cpus; i++)
		while (sft_perf_next(&process[i].perf, &s))
			judge(&process[i], &s);
}

/* Until each process has worked, registered and been seen whole, in this round. */
static bool round_is_good(int round)
{
	uint64_t end = sft_now_ms() + 60000, good[CPUS_MAX], beats[CPUS_MAX];
	int done = 0;

	drain();
	for (int i = 0; i < cpus; i++) {
		good[i] = process[i].good;
		beats[i] = shared->worker[i].beats;
	}
	while (done < cpus && sft_now_ms() < end) {
		sft_sleep_ms(20);
		drain();
		done = 0;
		for (int i = 0; i < cpus; i++)
			done += shared->worker[i].round == round &&
				shared->worker[i].beats > beats[i] &&
				process[i].good >= good[i] + GOOD;
	}
	return done == cpus;
}

/* The module in use for a moment (a prctl in progress): again, at most 10 s. */
static int unload_soon(void)
{
	uint64_t end = sft_now_ms() + 10000;
	int ret;

	do {
		ret = sft_module_unload();
		if (ret)
			sft_sleep_ms(5);
	} while ((ret == -EAGAIN || ret == -EBUSY) && sft_now_ms() < end);
	return ret;
}

static bool rounds_are_good(int rounds)
{
	for (int round = 1; round <= rounds; round++) {
		int err = unload_soon();

		if (err) {
			ksft_print_msg("round %d: unload: %d\n", round, err);
			return false;
		}
		/* A while with nobody there. */
		sft_sleep_ms(round % 3 * 50);
		drain();
		err = sft_module_load();
		if (err) {
			ksft_print_msg("round %d: load: %d\n", round, err);
			return false;
		}
		shared->round = round + 1;
		if (!round_is_good(round + 1)) {
			ksft_print_msg("round %d: not all were seen\n", round);
			return false;
		}
	}
	return true;
}

static bool none_is_lost(void)
{
	bool good = true;

	drain();
	for (int i = 0; i < cpus; i++) {
		struct process *p = &process[i];
		const struct sft_sample *w = &p->wrong_sample;
		int end;

		kill(p->pid, SIGKILL);
		end = sft_wait(p->pid);
		sft_perf_off(&p->perf);
		ksft_print_msg("cpu %d: %lu whole, %lu stock, %lu wrong, %lu lost; end %d, %d\n",
			       i, p->good, p->stock, p->wrong, p->perf.lost, -end,
			       shared->worker[i].err);
		for (int k = 0; p->wrong && k < w->n; k++)
			ksft_print_msg("  wrong: %lx\n", w->chain[k]);
		good = good && end == -SIGKILL && !p->wrong && !shared->worker[i].err;
		sft_perf_close(&p->perf);
	}
	return good;
}

/* An open device or section: refused at once; closed: unloaded. */
static bool descriptors_hold(void)
{
	struct sft_probe probe = sft_probe(0x28);
	int fd = sft_open(), section, with_device, with_section, without;

	section = sft_section(fd, probe.section, probe.section_len);
	with_device = sft_module_unload();
	close(fd);
	with_section = sft_module_unload();
	close(section);
	without = unload_soon();
	ksft_print_msg("unload: with the device %d, with a section %d, without %d\n",
		       with_device, with_section, without);
	return fd >= 0 && section >= 0 && with_device == -EAGAIN &&
	       with_section == -EAGAIN && !without && !sft_module_load();
}

/* A call that waits for its page: refused at once; killed: unloaded. */
static void *parked_call(void *arg)
{
	struct sft_uffd *u = arg;

	sft_prctl(PR_SFREG_REGISTER, sft_addr(sft_work), 16, sft_addr(u->page), 64);
	return NULL;
}

static void park(int to)
{
	struct sft_uffd u;
	pthread_t thread;

	if (sft_uffd(&u) || pthread_create(&thread, NULL, parked_call, &u) ||
	    !sft_uffd_parked(&u) || write(to, "p", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static bool parked_holds(void)
{
	int pipes[2], with, without;
	pid_t pid;
	char c;

	if (pipe(pipes))
		return false;
	pid = fork();
	if (!pid)
		park(pipes[1]);
	close(pipes[1]);
	if (read(pipes[0], &c, 1) != 1)
		return false;
	with = sft_module_unload();
	kill(pid, SIGKILL);
	sft_wait(pid);
	without = unload_soon();
	ksft_print_msg("unload: with a parked call %d, when it is killed %d\n", with,
		       without);
	return with == -EAGAIN && !without && !sft_module_load();
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 10;

	ksft_print_header();
	if (access(SFREG_DEVICE, F_OK))
		ksft_exit_skip("the module is not loaded\n");
	ksft_set_plan(5);
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpus = cpus > CPUS_MAX ? CPUS_MAX : cpus;
	shared = mmap(NULL, sizeof(*shared), SFT_RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared->round = 1;

	ksft_test_result(descriptors_hold(), "descriptors hold the module\n");
	ksft_test_result(parked_holds(), "a parked call holds the module\n");
	fflush(stdout);
	for (int i = 0; i < cpus; i++)
		start(i);
	ksft_test_result(round_is_good(1), "sampled before\n");
	ksft_test_result(rounds_are_good(rounds), "%d rounds of unload and load\n",
			 rounds);
	ksft_test_result(none_is_lost(), "no process is lost, no chain is wrong\n");
	ksft_finished();
}
