/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * May libdw run these call frame instructions? It grows a frame to the highest register
 * that they name, remembers as many states as they like, and begins anew for each row.
 */
#ifndef SYNTH_PROGRAM_H
#define SYNTH_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What all rows of a section of @len bytes may cost, in instruction bytes that are run, which
 * take about a nanosecond. The dearest file that is known, libcufft, comes to a third.
 */
static inline uint64_t program_budget(size_t len)
{
	return (1ull << 30) + ((uint64_t)(len < 1u << 21 ? len : 1u << 21) << 12);
}

/*
 * @begun: where the program begins, in @section; @end: and ends
 * @encoding: the CIE's, of addresses
 * @budget: what is left; goes down by what the program's rows cost
 */
bool program_is_good(const uint8_t *section, uint64_t begun, uint64_t end, uint8_t encoding,
		     uint64_t *budget);

#endif /* SYNTH_PROGRAM_H */
