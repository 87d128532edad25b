// SPDX-License-Identifier: GPL-2.0-only
/* One of many libraries: each has other bytes, so that none has another's section. */
#define NAME_OF(n) function_##n
#define NAME(n) NAME_OF(n)

int NAME(NUMBER)(int x);

int NAME(NUMBER)(int x)
{
	int volatile sum = x;

	for (int i = 0; i < NUMBER % 3; i++)
		sum += i;
	return sum;
}
