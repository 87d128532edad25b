// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text for the test objects. With FAR, some of it lies in a second section, for
 * which the linker makes a second executable segment.
 */
#ifdef FAR
__attribute__((__section__(".far"), __noinline__)) static int helper(int n)
#else
__attribute__((__noinline__)) static int helper(int n)
#endif
{
	volatile int room[16] = { n };

	return room[n & 15] + 1;
}

int sample(int n)
{
	return helper(n) * 2;
}
