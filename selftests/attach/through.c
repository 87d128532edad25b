// SPDX-License-Identifier: GPL-2.0-only
/*
 * A library of the same kind: a function that calls back, with a frame of ROOM bytes.
 */
void through(void (*callback)(void));

void through(void (*callback)(void))
{
	volatile char room[ROOM];

	room[0] = 5;
	callback();
	room[0]++;
}
