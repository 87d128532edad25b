/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libsfreg: tell the kernel's sfreg module where SFrame data describes text.
 *
 * For dynamic loaders, JITs and daemons. Every function returns 0, a count or a
 * descriptor, or a negative errno value; errno itself is left alone. Nothing is
 * printed, allocated or kept between calls: the device is opened for the length
 * of one call, so that no descriptor outlives fork, is closed behind the
 * library's back, or keeps the module from being unloaded. All functions may be
 * called from any thread and from signal handlers.
 *
 * Without the module every call returns -ENOSYS; a program goes on working.
 * The kernel's own errors are documented in <sfreg/uapi.h> and sfreg(4).
 */
#ifndef SFREG_H
#define SFREG_H

#include <stddef.h>
#include <sys/types.h>

#include <sfreg/uapi.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/**
 * sfreg_probe() - is there a module to register with?
 *
 * For callers who would rather not produce SFrame data for nobody. What is found
 * may change at any time.
 *
 * Return: 0; -ENOSYS: no module; -ESHUTDOWN: it is switched off; -EOPNOTSUPP:
 * not for a program of this kind; -EPERM, -EACCES: a policy forbids all access.
 */
int sfreg_probe(void);

/**
 * sfreg_register() - describe a range of text
 * @text: its first byte; the key by which to unregister
 * @text_len: its length
 * @sframe: the SFrame section's bytes; copied, not needed afterwards
 * @sframe_len: their length; may be more than the section needs
 *
 * The section's offsets are taken relative to @sframe. Uses prctl(2), and the
 * device where that is not available.
 *
 * Return: 0, -ENOSYS, or an error of struct sfreg_window.
 */
int sfreg_register(const void *text, size_t text_len, const void *sframe,
		   size_t sframe_len);

/**
 * sfreg_replace() - take the place of the window at the same text
 * @text: the key of the window to replace
 * @text_len: the new length
 * @sframe: the new SFrame section's bytes
 * @sframe_len: their length
 *
 * In one step: a sample sees the old window or the new one.
 *
 * Return: 0, -ENOSYS, -ENOENT without such a window, or an error of struct
 * sfreg_window.
 */
int sfreg_replace(const void *text, size_t text_len, const void *sframe,
		  size_t sframe_len);

/**
 * sfreg_unregister() - forget the window at this text
 * @text: the key
 *
 * To be called before the text is unmapped or reused. Never waits.
 *
 * Return: 0, -ENOSYS, -ENOENT without such a window, or a general error.
 */
int sfreg_unregister(const void *text);

/**
 * sfreg_register_window() - register with everything that the ABI offers
 * @window: filled in by the caller, ->size included
 *
 * As sfreg_register(), for bytes that do not lie where they were linked
 * (->sframe_base), for another process (->mem_fd, see sfreg_target_open()), and
 * for SFREG_F_REPLACE. Always uses the device.
 *
 * Return: 0, -ENOSYS, or an error of struct sfreg_window.
 */
int sfreg_register_window(const struct sfreg_window *window);

/**
 * sfreg_section_create() - check and compile a section, to be placed later
 * @sframe: the SFrame section's bytes; copied, not needed afterwards
 * @sframe_len: their length
 *
 * Return: a descriptor (close-on-exec), -ENOSYS, or an error of struct
 * sfreg_section.
 */
int sfreg_section_create(const void *sframe, size_t sframe_len);

/**
 * sfreg_place() - place sections, all or nothing
 * @mem_fd: the process: -1 for the caller, or from sfreg_target_open()
 * @entries: sections and where they go
 * @count: number of entries, 1 to SFREG_PLACE_MAX
 * @failed: where to put the index of the entry that was refused (@count if the
 *	error speaks of none), or NULL
 *
 * Return: 0, -ENOSYS, or an error of struct sfreg_place.
 */
int sfreg_place(int mem_fd, const struct sfreg_place_entry *entries,
		unsigned int count, unsigned int *failed);

/**
 * sfreg_remove() - unregister windows, all or nothing
 * @mem_fd: the process: -1 for the caller, or from sfreg_target_open()
 * @keys: the first text address of each window
 * @count: number of keys, 1 to SFREG_PLACE_MAX
 * @failed: as for sfreg_place()
 *
 * Return: 0, -ENOSYS, or an error of struct sfreg_remove.
 */
int sfreg_remove(int mem_fd, const __u64 *keys, unsigned int count,
		 unsigned int *failed);

/**
 * sfreg_binder_open() - open a descriptor to bind files on
 *
 * Return: a descriptor (close-on-exec), or -ENOSYS. The files that are bound on it are, until it
 * is closed.
 */
int sfreg_binder_open(void);

/**
 * sfreg_bind() - describe a file, wherever it is mapped from now on
 * @binder_fd: from sfreg_binder_open()
 * @bind: the file and its section; see struct sfreg_bind
 *
 * Return: 0; -EOPNOTSUPP also: the module is older; or an error of struct sfreg_bind.
 */
int sfreg_bind(int binder_fd, const struct sfreg_bind *bind);

/**
 * sfreg_next_unbound() - learn of a file that is mapped and not bound
 * @binder_fd: from sfreg_binder_open()
 * @fs_type: where to put what it lies on, as statfs(2) has it (of an overlay's file, the file
 *	system below), or NULL
 *
 * Return: a descriptor of the next such file, open for reading; -ENODATA: there is none at the
 * moment; -EOPNOTSUPP also: the module is older; or an error of struct sfreg_unbound.
 */
int sfreg_next_unbound(int binder_fd, __u32 *fs_type);

/**
 * sfreg_list() - a process's windows, by address
 * @mem_fd: the process: -1 for the caller, or from sfreg_target_open()
 * @from: the first key wanted; to read on, the last key + 1
 * @entries: room for the windows; may be NULL if @count is 0
 * @count: number of entries that fit
 * @total: where to put the number of windows in all, or NULL
 *
 * Return: the number of entries written, -ENOSYS, or an error of struct
 * sfreg_list.
 */
int sfreg_list(int mem_fd, __u64 from, struct sfreg_list_entry *entries,
	       unsigned int count, __u64 *total);

/**
 * sfreg_info() - what the module is and allows
 * @info: ->size is set by the caller: sizeof(struct sfreg_info)
 *
 * Return: 0, -ENOSYS, or an error of struct sfreg_info.
 */
int sfreg_info(struct sfreg_info *info);

/**
 * sfreg_backtrace() - the calling thread's own stack, as the kernel sees it
 * @frames: room for the frames, innermost first
 * @count: number of frames that fit, 1 to SFREG_MAX_FRAMES
 * @stop: where to put the reason why the walk ended (enum sfreg_stop), or NULL
 *
 * The first frame lies in this function, the second in its caller.
 *
 * Return: the number of frames, -ENOSYS, or an error of struct sfreg_backtrace.
 */
int sfreg_backtrace(struct sfreg_frame *frames, unsigned int count,
		    unsigned int *stop);

/**
 * sfreg_stop_name() - the name of a stop reason
 * @stop: enum sfreg_stop
 *
 * Return: a short lower-case word, as in the names of the module's counters
 * ("no_window"); "unknown" for a value that this library does not know.
 */
const char *sfreg_stop_name(unsigned int stop);

/**
 * sfreg_target_open() - name another process
 * @pid: the process
 *
 * Opens /proc/PID/mem, for which the right to ptrace the process is needed. The
 * descriptor stands for the program that the process runs now: after exec or
 * exit, calls with it end with -ESRCH. Close it with close(2).
 *
 * Return: a descriptor (close-on-exec), -ESRCH: no such process, or what open(2)
 * says: -EACCES or -EPERM without the right.
 */
int sfreg_target_open(pid_t pid);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* SFREG_H */
