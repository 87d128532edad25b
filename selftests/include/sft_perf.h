/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sampler: cpu-clock of one task or one processor, with user callchains, read
 * from the ring as the kernel writes them.
 */
#ifndef SFT_PERF_H
#define SFT_PERF_H

#include "sft.h"
#include <linux/perf_event.h>

#define SFT_RING_PAGES	256
#define SFT_CHAIN_MAX	256

struct sft_perf {
	int fd;
	int flags;
	void *ring;
	uint64_t lost;
};

/* One sample; the chain without the kernel's context marks. */
struct sft_sample {
	uint32_t pid, tid;
	uint64_t ip;
	uint64_t time, r13;	/* with SFT_TIME_R13 */
	int n;
	uint64_t chain[SFT_CHAIN_MAX];
};

/* Flags of sft_perf_open(). */
#define SFT_AT_EXEC	1	/* begins when the task executes a program */
#define SFT_KERNEL_TOO	2	/* also samples that hit the kernel */
#define SFT_TIME_R13	4	/* CLOCK_MONOTONIC's, ns, and a register that nobody needs */
#define SFT_R13_BIT	21	/* of perf's registers */

/* @pid, @cpu as of perf_event_open(2). Returns 0 or -errno. */
static inline int sft_perf_open(struct sft_perf *p, pid_t pid, int cpu,
				unsigned int hz, int flags)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK, .freq = 1, .sample_freq = hz,
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_CALLCHAIN,
		.disabled = 1, .enable_on_exec = !!(flags & SFT_AT_EXEC),
		.exclude_kernel = !(flags & SFT_KERNEL_TOO),
		.exclude_hv = 1, .exclude_callchain_kernel = 1,
	};

	if (flags & SFT_TIME_R13) {
		attr.sample_type |= PERF_SAMPLE_TIME | PERF_SAMPLE_REGS_USER;
		attr.sample_regs_user = 1ULL << SFT_R13_BIT;
		attr.use_clockid = 1;
		attr.clockid = CLOCK_MONOTONIC;
	}
	p->flags = flags;
	p->lost = 0;
	p->fd = syscall(SYS_perf_event_open, &attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (p->fd < 0)
		return -errno;
	p->ring = mmap(NULL, (1 + SFT_RING_PAGES) * SFT_PAGE, SFT_RW, MAP_SHARED,
		       p->fd, 0);
	return p->ring == MAP_FAILED ? -errno : 0;
}

static inline void sft_perf_on(struct sft_perf *p)
{
	ioctl(p->fd, PERF_EVENT_IOC_ENABLE, 0);
}

static inline void sft_perf_off(struct sft_perf *p)
{
	ioctl(p->fd, PERF_EVENT_IOC_DISABLE, 0);
}

static inline void sft_perf_close(struct sft_perf *p)
{
	munmap(p->ring, (1 + SFT_RING_PAGES) * SFT_PAGE);
	close(p->fd);
}

static inline void sft_ring_copy(const struct sft_perf *p, uint64_t at, void *to,
				 size_t n)
{
	const uint8_t *data = (uint8_t *)p->ring + SFT_PAGE;

	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = data[(at + i) % (SFT_RING_PAGES * SFT_PAGE)];
}

static inline void sft_sample_take(const struct sft_perf *p, uint64_t at,
				   struct sft_sample *s)
{
	uint64_t nr, ip;

	sft_ring_copy(p, at, &s->ip, 8);
	sft_ring_copy(p, at + 8, &s->pid, 4);
	sft_ring_copy(p, at + 12, &s->tid, 4);
	at += 16;
	s->time = 0;
	s->r13 = 0;
	if (p->flags & SFT_TIME_R13) {
		sft_ring_copy(p, at, &s->time, 8);
		at += 8;
	}
	sft_ring_copy(p, at, &nr, 8);
	at += 8;
	s->n = 0;
	for (uint64_t i = 0; i < nr && s->n < SFT_CHAIN_MAX; i++) {
		sft_ring_copy(p, at + 8 * i, &ip, 8);
		if (ip < (uint64_t)PERF_CONTEXT_MAX)
			s->chain[s->n++] = ip;
	}
	at += 8 * nr + 8;	/* behind the registers' ABI */
	if (p->flags & SFT_TIME_R13)
		sft_ring_copy(p, at, &s->r13, 8);
}

/* The next sample, in order: true; none is there: false. */
static inline bool sft_perf_next(struct sft_perf *p, struct sft_sample *s)
{
	struct perf_event_mmap_page *meta = p->ring;
	struct perf_event_header h;
	bool found = false;
	uint64_t head = __atomic_load_n(&meta->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = meta->data_tail, lost;

	while (tail < head && !found) {
		sft_ring_copy(p, tail, &h, sizeof(h));
		if (h.type == PERF_RECORD_SAMPLE) {
			sft_sample_take(p, tail + sizeof(h), s);
			found = true;
		} else if (h.type == PERF_RECORD_LOST) {
			sft_ring_copy(p, tail + sizeof(h) + 8, &lost, 8);
			p->lost += lost;
		}
		tail += h.size;
	}
	__atomic_store_n(&meta->data_tail, tail, __ATOMIC_RELEASE);
	return found;
}

static inline bool sft_same_chain(const struct sft_sample *a,
				  const struct sft_sample *b)
{
	return a->n == b->n && !memcmp(a->chain, b->chain, a->n * sizeof(a->chain[0]));
}

#endif /* SFT_PERF_H */
