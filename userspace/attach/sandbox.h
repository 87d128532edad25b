/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Reads a foreign file in a child that has nothing: no privilege, no file system, no
 * network, no descriptor but one socket, a seccomp filter of what malloc and that socket
 * need, limits of memory and CPU time. Each file gets a child of its own, which asks
 * for each piece of the file over the socket; so the parent knows, and hashes, all that
 * the child has seen, and a child that a file has taken over can spoil only what is
 * said about files of the very same bytes.
 *
 * The parent's half reads the file and believes nothing that the child says: lengths are
 * bounded, and the section's bytes are the kernel's to check.
 */
#ifndef SFREG_SANDBOX_H
#define SFREG_SANDBOX_H

#include "../cache/cache.h"
#include "../synth/synth.h"

/**
 * sandbox_synth() - synth_make() in a child
 * @source: the file, read by the caller
 * @trace: initialised; gets all that the child was given
 * @section: filled in; free with synth_free()
 * @report: NULL, or filled in; free with synth_report_free(). As little to be
 *	believed as the section
 *
 * Return: as synth_make(); -ETIMEDOUT: it took too long and was killed; -EPROTO: it
 * died, or said nonsense; -EAGAIN, -ENOMEM, ..: no child could be made.
 */
int sandbox_synth(const struct synth_source *source, struct cache_trace *trace,
		  struct synth_section *section, struct synth_report *report);

/* The same with synth_make_object(): a JIT's object, as it was in memory. */
int sandbox_synth_object(const struct synth_source *source, struct synth_section *section);

#endif /* SFREG_SANDBOX_H */
