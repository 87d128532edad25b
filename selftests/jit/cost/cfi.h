/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same rows as call frame information, as code generators write .eh_frame: a common
 * entry, and one for each function.
 */
#ifndef COST_CFI_H
#define COST_CFI_H

#include "functions.h"

/* More than the common entry, and than a function's entry, take. */
#define CFI_CIE_ROOM	32
#define CFI_FDE_ROOM	96

/* All return the end. What is at @to will be read at @to + @away, within 2 GiB of the text. */
unsigned char *cfi_put_cie(unsigned char *to);
unsigned char *cfi_put_fde(unsigned char *to, const unsigned char *cie,
			   const struct function *function, long away);
/* The word that ends .eh_frame. */
unsigned char *cfi_put_end(unsigned char *to);

#endif /* COST_CFI_H */
