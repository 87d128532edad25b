// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worst sections, against the loaded module: each has one errno, and nothing
 * is lost. (All of them, with the exact status, are unit tests of the core.)
 */
#include "sft_probe.h"
#include <pthread.h>

FIXTURE(hostile) {
	int fd;
	struct sft_probe kept, probe;
	struct sft_listing before;
};

FIXTURE_SETUP(hostile)
{
	self->fd = sft_open();
	ASSERT_LE(0, self->fd);
	self->kept = sft_probe(0x28);
	self->probe = sft_probe(0x48);
	ASSERT_EQ(0, sft_probe_register(self->fd, &self->kept));
	self->before = sft_listing(self->fd, -1);
}

/* Whatever was refused: what there was is still there, and works. */
FIXTURE_TEARDOWN(hostile)
{
	struct sft_listing after = sft_listing(self->fd, -1);
	struct sft_probed r = sft_probe_run(self->kept.text, self->fd);

	EXPECT_TRUE(sft_same_listing(&self->before, &after));
	EXPECT_STREQ("", sft_probe_differs(&r, self->kept.text) ?: "");
	close(self->fd);
}

static const struct sfe_row rows[] = {
	{ .start = 0, .base = SFE_SP, .cfa = 8 },
	{ .start = 7, .base = SFE_SP, .cfa = 0x50 },
	{ .start = 21, .base = SFE_SP, .cfa = 8 },
};

static int emit(struct _test_data_hostile *self, const struct sfe_section *s,
		uint8_t *bytes)
{
	size_t len = sfe_emit(s, bytes, SFT_SECTION_MAX);
	uint64_t text = sft_addr(self->probe.text);
	int ret = sft_register(self->fd, text, SFT_PAGE, bytes, len, text);

	if (!ret)
		ret = sft_remove_one(self->fd, text);
	return ret;
}

/* One function of the version, then the field at @at with @n bytes changed. */
static int with(struct _test_data_hostile *self, int version, size_t at, int n,
		uint64_t value)
{
	struct sfe_func func = { .size = 22, .n_rows = 3, .rows = rows };
	struct sfe_section s = { .version = version, .sorted = true, SFE_FUNCS(func) };
	uint64_t text = sft_addr(self->probe.text);
	uint8_t bytes[SFT_SECTION_MAX];
	size_t len = sfe_emit(&s, bytes, sizeof(bytes));
	int ret;

	sfe_put(&s, bytes, at, n, value);
	ret = sft_register(self->fd, text, SFT_PAGE, bytes, len, text);
	return ret ?: sft_remove_one(self->fd, text);
}

TEST_F(hostile, valid_to_begin_with)
{
	for (int version = 1; version <= 3; version++)
		EXPECT_EQ(0, with(self, version, SFE_H_VERSION, 1, version));
}

TEST_F(hostile, sums_that_wrap)
{
	for (int version = 1; version <= 3; version++) {
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_N_FDES, 4, 0xffffffff));
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_N_FDES, 4, 0x0f0f0f10));
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_N_FRES, 4, 0));
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_FRE_LEN, 4, 0xffffffff));
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_FRE_LEN, 4, 0xffffffe4));
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_FDE_OFF, 4, 0xfffffff0));
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_FRE_OFF, 4, 0xfffffff0));
		EXPECT_EQ(-EBADMSG, with(self, version, SFE_H_AUX_LEN, 1, 0xff));
	}
	EXPECT_EQ(-EBADMSG, with(self, 2, SFE_H_SIZE + SFE_FDE_FRE_OFF, 4, 0xffffffff));
	EXPECT_EQ(-EBADMSG, with(self, 2, SFE_H_SIZE + SFE_FDE_N_FRES, 4, 0xffffffff));
	EXPECT_EQ(-EBADMSG, with(self, 3, SFE_H_SIZE + SFE_V3_FRE_OFF, 4, 0xffffffff));
	/* A function that ends beyond the end of all addresses. */
	EXPECT_EQ(-EBADMSG, with(self, 3, SFE_H_SIZE + SFE_V3_START, 8,
				 0x7ffffffffffffff8ULL));
}

TEST_F(hostile, no_division_by_zero)
{
	struct sfe_func func = {
		.size = 64, .pc_type = 1, .rep_size = 16, .n_rows = 1, .rows = rows,
	};
	struct sfe_section s = { .version = 2, .sorted = true, SFE_FUNCS(func) };
	uint8_t bytes[SFT_SECTION_MAX];

	EXPECT_EQ(0, emit(self, &s, bytes));
	func.rep_size = 0;
	EXPECT_EQ(-EBADMSG, emit(self, &s, bytes));
	s.version = 3;
	EXPECT_EQ(-EBADMSG, emit(self, &s, bytes));
	/* A huge function of tiny blocks is one row, not a thousand million. */
	func.rep_size = 1;
	func.size = 0xfffffff0;
	EXPECT_EQ(0, emit(self, &s, bytes));
}

TEST_F(hostile, overlap_and_order)
{
	struct sfe_func funcs[2] = {
		{ .start = 0, .size = 22, .n_rows = 3, .rows = rows },
		{ .start = 32, .size = 22, .n_rows = 3, .rows = rows },
	};
	struct sfe_section s = {
		.version = 2, .sorted = true, SFE_FUNC_ARRAY(funcs),
	};
	struct sfe_row bad[] = { rows[0], rows[1], rows[2] };
	uint8_t bytes[SFT_SECTION_MAX];

	EXPECT_EQ(0, emit(self, &s, bytes));
	/* The sorted flag lies: harmless. */
	funcs[0].start = 64;
	EXPECT_EQ(0, emit(self, &s, bytes));
	funcs[0].start = 31;
	EXPECT_EQ(-EBADMSG, emit(self, &s, bytes));
	funcs[0].start = 32;
	EXPECT_EQ(-EBADMSG, emit(self, &s, bytes));
	/* Empty ones do not count. */
	funcs[0].size = 0;
	funcs[0].n_rows = 0;
	EXPECT_EQ(0, emit(self, &s, bytes));
	funcs[0] = (struct sfe_func) { .size = 22, .n_rows = 3, .rows = bad };
	EXPECT_EQ(0, emit(self, &s, bytes));
	bad[2].start = 6;	/* goes back */
	EXPECT_EQ(-EBADMSG, emit(self, &s, bytes));
	bad[2].start = 23;	/* beyond the function */
	EXPECT_EQ(-EBADMSG, emit(self, &s, bytes));
}

TEST_F(hostile, rows)
{
	size_t info = 28 + 20 + 1;	/* of V2's first row */

	EXPECT_EQ(-EBADMSG, with(self, 2, info, 1, 0x63));	/* width 3 */
	EXPECT_EQ(-EBADMSG, with(self, 2, info, 1, 0x1f));	/* 15 words */
	EXPECT_EQ(-EBADMSG, with(self, 2, 28 + SFE_FDE_INFO, 1, 0x03));
	/* Type 1 is the flexible one, whose words these are not; there is no type 2. */
	EXPECT_EQ(-EBADMSG, with(self, 3, 28 + 16 + SFE_ATTR_INFO2, 1, 1));
	EXPECT_EQ(-EPROTONOSUPPORT, with(self, 3, 28 + 16 + SFE_ATTR_INFO2, 1, 2));
	EXPECT_EQ(-EPROTONOSUPPORT, with(self, 2, SFE_H_FLAGS, 1, 0x08));
}

/* A header and nothing else is valid; it describes nothing. */
TEST_F(hostile, empty)
{
	struct sfe_section s = { .version = 2, .sorted = true };
	uint64_t text = sft_addr(self->probe.text);
	uint8_t bytes[SFT_SECTION_MAX];
	struct sft_probed r;

	ASSERT_EQ(28, sfe_emit(&s, bytes, sizeof(bytes)));
	ASSERT_EQ(0, sft_register(self->fd, text, SFT_PAGE, bytes, 28, text));
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_unknown(&r, self->probe.text) ?: "");
	EXPECT_EQ(SFREG_STOP_NO_RULE, r.bt.stop);
	ASSERT_EQ(0, sft_remove_one(self->fd, text));
}

/* Every byte of a section, each of some values: no crash, a known outcome. */
TEST_F(hostile, every_byte)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct sfe_func func = { .size = 22, .n_rows = 3, .rows = rows };
	int outcomes[3] = { 0 };

	for (int version = 1; version <= 3; version++) {
		struct sfe_section s = { .version = version, SFE_FUNCS(func) };

		for (size_t at = 0; at < sfe_len(&s); at++) {
			for (size_t i = 0; i < sizeof(values); i++) {
				int ret = with(self, version, at, 1, values[i]);

				EXPECT_TRUE(!ret || ret == -EBADMSG ||
					    ret == -ENOEXEC || ret == -EOVERFLOW ||
					    ret == -EPROTONOSUPPORT) {
					TH_LOG("V%d, byte %zu = %u: %d", version,
					       at, values[i], ret);
				}
				outcomes[!ret ? 0 : ret == -EBADMSG ? 1 : 2]++;
			}
		}
	}
	sft_note("%d taken, %d malformed, %d not for us\n", outcomes[0],
		 outcomes[1], outcomes[2]);
	for (int i = 0; i < 3; i++)
		EXPECT_LT(0, outcomes[i]);
}

/* Bytes that change while they are read: what was read is what counts. */
static volatile bool stop;

static void *scribble(void *arg)
{
	volatile uint8_t *bytes = arg;
	uint32_t random = 1;

	while (!stop) {
		random = random * 1103515245 + 12345;
		bytes[(random >> 16) % 96] ^= 1 << (random >> 9) % 8;
		if (!(random >> 28))
			memcpy(arg, (uint8_t *)arg + 256, 96);
	}
	return NULL;
}

TEST_F(hostile, changing_bytes)
{
	uint64_t text = sft_addr(self->probe.text);
	uint8_t *bytes = sft_map(SFT_PAGE, SFT_RW);
	int taken = 0, refused = 0;
	pthread_t thread;

	memcpy(bytes, self->probe.section, self->probe.section_len);
	memcpy(bytes + 256, self->probe.section, self->probe.section_len);
	ASSERT_EQ(0, pthread_create(&thread, NULL, scribble, bytes));
	for (int i = 0; i < 3000 || ((!taken || !refused) && i < 300000); i++) {
		int ret = sft_register(self->fd, text, SFT_PAGE, bytes,
				       self->probe.section_len, text);

		if (!ret) {
			taken++;
			ASSERT_EQ(0, sft_remove_one(self->fd, text));
			continue;
		}
		refused++;
		ASSERT_TRUE(ret == -EBADMSG || ret == -ENOEXEC ||
			    ret == -EOVERFLOW || ret == -EPROTONOSUPPORT) {
			TH_LOG("%d", ret);
		}
	}
	stop = true;
	pthread_join(thread, NULL);
	sft_note("%d taken, %d refused\n", taken, refused);
	EXPECT_LT(0, taken);
	EXPECT_LT(0, refused);
}

/* Changed after registration: nothing changes. */
TEST_F(hostile, bytes_changed_later)
{
	uint64_t text = sft_addr(self->probe.text);
	struct sft_probed r;

	ASSERT_EQ(0, sft_probe_register(self->fd, &self->probe));
	memset(self->probe.section, 0xff, self->probe.section_len);
	r = sft_probe_run(self->probe.text, self->fd);
	EXPECT_STREQ("", sft_probe_differs(&r, self->probe.text) ?: "");
	ASSERT_EQ(0, sft_remove_one(self->fd, text));
}

SFT_MAIN
