/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * sfreg: per-process SFrame registrations keyed by text address.
 *
 * This file is the whole interface between user space and the module: the
 * prctl(2) options, the ioctls of /dev/sfreg, their structures, and for each
 * call every errno with what the caller did to get it.
 *
 * Addresses are user virtual addresses of a 64-bit process, lengths are bytes,
 * ranges are half-open: [start, start + len). All integers are in the machine's
 * byte order. Structures are naturally aligned, never packed, and have explicit
 * padding that must be zero. A structure that begins with ``size`` is
 * extensible: set ``size`` to sizeof() as your header has it. A larger
 * structure than the module knows is taken if the unknown tail is zero (else
 * E2BIG); the tail of a smaller one counts as zero (smaller than the first
 * published layout: EINVAL).
 *
 * Errors that every call can return, unless it says otherwise:
 *
 * * EOPNOTSUPP	the caller is a 32-bit or x32 program or came through int $0x80
 * * ESHUTDOWN	sfreg is switched off (``sfreg off``); nothing is registered
 * * EFAULT	an argument structure or array cannot be read or written
 * * EINVAL	``size`` is too small; a flag, padding or reserved field is not 0
 * * E2BIG	``size`` is larger than known and the tail is not zero; above 4096
 * * EINTR	a fatal signal arrived while waiting for a lock
 * * ENOMEM	no memory, or the memory cgroup's limit
 *
 * Errors of a target process (``mem_fd``, where a structure has it):
 *
 * * EBADF	mem_fd is neither -1 nor an open descriptor
 * * EINVAL	the descriptor is not of a /proc/PID/mem
 * * ESRCH	the target has exited or executed another program since
 *		/proc/PID/mem was opened, or is a kernel thread
 */
#ifndef _UAPI_LINUX_SFREG_H
#define _UAPI_LINUX_SFREG_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: prctl
 *
 * The options of prctl(2). The numbers are private to sfreg ("SFR" and a
 * digit) and far from the kernel's own. Arguments are unsigned long.
 *
 * ``prctl(PR_SFREG_REGISTER, text_start, text_len, sframe_addr, sframe_len)``
 *	as SFREG_IOC_REGISTER with flags 0, sframe_base 0, mem_fd -1.
 * ``prctl(PR_SFREG_REPLACE, text_start, text_len, sframe_addr, sframe_len)``
 *	as SFREG_IOC_REGISTER with SFREG_F_REPLACE.
 * ``prctl(PR_SFREG_UNREGISTER, text_start, 0, 0, 0)``
 *	as SFREG_IOC_REMOVE of one key; EINVAL if another argument is not 0.
 *
 * Without the module, and while it is switched off, prctl(2) itself answers EINVAL
 * to these options (a call that was under way then ends with ESHUTDOWN).
 */
#define PR_SFREG_REGISTER	0x53465201
#define PR_SFREG_REPLACE	0x53465202
#define PR_SFREG_UNREGISTER	0x53465203

/** define SFREG_DEVICE - the device's path, mode 0666 */
#define SFREG_DEVICE		"/dev/sfreg"

/** define SFREG_ABI_VERSION - goes up when a call's meaning changes */
#define SFREG_ABI_VERSION	2

/* Flags of struct sfreg_window and struct sfreg_place_entry. */

/**
 * define SFREG_F_REPLACE - take the place of the window at the same text_start
 *
 * In one step: a sample sees the old window or the new one, never a gap. The
 * new window may be longer or shorter. Without a window at text_start: ENOENT.
 */
#define SFREG_F_REPLACE		(1U << 0)
#define SFREG_F_ALL		(SFREG_F_REPLACE)

/**
 * struct sfreg_window - SFREG_IOC_REGISTER: describe a text window
 * @size: sizeof(struct sfreg_window)
 * @flags: 0 or SFREG_F_REPLACE
 * @text_start: first byte of the text; the key by which to unregister
 * @text_len: its length, 1 .. 2^47
 * @sframe_addr: the SFrame section's bytes, in the caller's own memory
 * @sframe_len: their length, 28 .. limit_section_bytes. May be more than the
 *	section needs (a segment's length, say): what follows is not read
 * @sframe_base: the address that the section's relative offsets are relative
 *	to, when the bytes do not lie where they were linked; 0: sframe_addr
 * @mem_fd: -1: the calling process; else an open descriptor of another
 *	process's /proc/PID/mem. The bytes are the caller's all the same
 * @pad: 0
 *
 * The bytes are copied, checked completely and compiled before anything
 * changes; later changes of the caller's memory change nothing. Functions of
 * the section that lie outside the window are ignored. A window is inherited by
 * fork, dropped by exec and exit, and dropped when any of its text is unmapped
 * or mapped over; mprotect leaves it.
 *
 * The same window with an equal section again returns 0 and changes nothing.
 * A window that the process itself registers silently replaces those that
 * another process placed there (see mem_fd).
 *
 * Return: 0, or -1 with errno:
 *
 * * EINVAL	text_len or sframe_len is 0, or a range wraps around
 * * EFAULT	the text is not mapped executable (VM_EXEC or VM_MAYEXEC), is not
 *		a user address, or the section's bytes cannot be read
 * * ENOEXEC	the section is for another ABI or byte order than the machine's
 * * EBADMSG	the section is malformed
 * * EPROTONOSUPPORT	the section's version, a flag, or a kind of entry is not
 *		known to this module
 * * E2BIG	sframe_len is above limit_section_bytes (and the tail rule above)
 * * EOVERFLOW	the section has more rows, more distinct rules or a wider span
 *		of text than limit_section_rows or the row table can hold
 * * EEXIST	it overlaps a different window
 * * ENOENT	SFREG_F_REPLACE, and there is no window at text_start
 * * EPERM	mem_fd names another process and the window at text_start, or one
 *		that this one overlaps, was registered by that process itself
 * * ENOSPC	over limit_windows
 * * EDQUOT	over limit_process_bytes or limit_user_bytes, or the user's calls
 *		under way together hold more than limit_user_work_bytes
 * * EINTR	a fatal signal while reading the section
 */
struct sfreg_window {
	__u32 size;
	__u32 flags;
	__u64 text_start;
	__u64 text_len;
	__u64 sframe_addr;
	__u64 sframe_len;
	__u64 sframe_base;
	__s32 mem_fd;
	__u32 pad;
};

/**
 * struct sfreg_section - SFREG_IOC_SECTION: check and compile a section once
 * @size: sizeof(struct sfreg_section)
 * @flags: 0
 * @sframe_addr: the SFrame section's bytes
 * @sframe_len: their length
 *
 * Return: a new descriptor (close-on-exec) of an immutable section, which can
 * be placed many times, in many processes, and be passed to others; or -1 with
 * errno EINVAL (sframe_len is 0, the range wraps around), EFAULT, ENOEXEC,
 * EBADMSG, EPROTONOSUPPORT, E2BIG, EOVERFLOW, EDQUOT (the user's limits), EINTR
 * as for struct sfreg_window; EMFILE or ENFILE: no more descriptors.
 */
struct sfreg_section {
	__u32 size;
	__u32 flags;
	__u64 sframe_addr;
	__u64 sframe_len;
};

/** define SFREG_PLACE_MAX - most entries of one SFREG_IOC_PLACE or _REMOVE */
#define SFREG_PLACE_MAX		256

/**
 * struct sfreg_place_entry - one window of SFREG_IOC_PLACE
 * @section_fd: a descriptor that SFREG_IOC_SECTION returned
 * @flags: 0 or SFREG_F_REPLACE
 * @text_start: first byte of the text; the key
 * @text_len: its length
 * @sframe_base: the address that the section's relative offsets are relative to
 *	in the target; must not be 0
 */
struct sfreg_place_entry {
	__s32 section_fd;
	__u32 flags;
	__u64 text_start;
	__u64 text_len;
	__u64 sframe_base;
};

/**
 * struct sfreg_place - SFREG_IOC_PLACE: place sections, all or nothing
 * @size: sizeof(struct sfreg_place)
 * @flags: 0
 * @entries: address of an array of struct sfreg_place_entry
 * @count: its length, 1 .. SFREG_PLACE_MAX
 * @mem_fd: -1 or a target, as in struct sfreg_window
 * @failed: out: the index of the entry that was refused, when errno speaks of
 *	an entry; else equal to count
 * @pad: 0
 *
 * Return: 0: every window is there; or -1 with errno, and nothing has changed.
 * EINVAL: count is 0 or above SFREG_PLACE_MAX. Of an entry: EBADF: not an open
 * descriptor; EINVAL: not a section's descriptor, text_len or sframe_base 0, a
 * range wraps around, or see struct sfreg_live; EPERM: a live section of another process;
 * EFAULT, EEXIST, ENOENT, EPERM, ENOSPC, EDQUOT
 * (limit_process_bytes) as for struct sfreg_window. Entries are taken in order:
 * two that overlap each other: EEXIST for the later.
 */
struct sfreg_place {
	__u32 size;
	__u32 flags;
	__u64 entries;
	__u32 count;
	__s32 mem_fd;
	__u32 failed;
	__u32 pad;
};

/**
 * struct sfreg_remove - SFREG_IOC_REMOVE: unregister windows by key
 * @size: sizeof(struct sfreg_remove)
 * @flags: 0
 * @keys: address of an array of __u64: text_start of each
 * @count: its length, 1 .. SFREG_PLACE_MAX
 * @mem_fd: -1 or a target, as in struct sfreg_window
 * @failed: out: as in struct sfreg_place
 * @pad: 0
 *
 * All or nothing. A removal never waits for a walk.
 *
 * Return: 0, or -1 with errno EINVAL: count is 0 or above SFREG_PLACE_MAX;
 * ENOENT: no window has this key, or the key stands twice; EPERM: mem_fd names
 * another process, and the window was registered by that process itself.
 */
struct sfreg_remove {
	__u32 size;
	__u32 flags;
	__u64 keys;
	__u32 count;
	__s32 mem_fd;
	__u32 failed;
	__u32 pad;
};

/**
 * struct sfreg_live - SFREG_IOC_LIVE: a section whose rows the caller writes itself
 * @size: sizeof(struct sfreg_live)
 * @flags: 0
 * @n_rows: room for so many rows, 1 .. limit_section_rows
 * @pad: 0
 *
 * Returns a descriptor (close-on-exec) of memory that is to be mapped:
 *
 *	mmap(NULL, sizeof(struct sfreg_live_header) + 8 * n_rows,
 *	     PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
 *
 * (EINVAL: MAP_PRIVATE, PROT_EXEC; ENXIO: a longer mapping; EPERM: another process than
 * the one that made it), and to be placed by SFREG_IOC_PLACE, now or when it has been
 * filled, in that process only. The text_len is at most 2^32, and sframe_base the
 * text_start, which offsets are relative to (EINVAL). The descriptor may be closed then.
 *
 * Appending and deleting rows takes no system call; the kernel trusts nothing that stands
 * there, at any time. The memory is charged to the caller. The window ends as all do; what
 * is written after that nobody reads. A child made by fork has neither the window nor
 * the mapping.
 *
 * Return: a descriptor; or -1 with errno EINVAL: a flag, pad, or no rows; EOVERFLOW: n_rows is
 * above limit_section_rows; EDQUOT: over limit_user_bytes; ENOMEM; EMFILE or ENFILE: no
 * more descriptors.
 */
struct sfreg_live {
	__u32 size;
	__u32 flags;
	__u32 n_rows;
	__u32 pad;
};

/** define SFREG_LIVE_RUNS - most runs of a live window */
#define SFREG_LIVE_RUNS		16

/**
 * struct sfreg_live_header - how a live window's memory begins; rows follow it
 * @n_runs: how many of @runs are there, 0 .. SFREG_LIVE_RUNS
 * @runs: of each SFREG_LIVE_RUN(its number of rows, the first one's number)
 * @reserved: not read
 *
 * A run is rows by ascending text offset, each of which (a __u64, written at once)
 * holds from its offset on, to the next. A function ends with a row of
 * SFREG_LIVE_NOTHING. Of two rows at one offset the later one holds. Where the last run
 * knows nothing, the one before it is asked.
 *
 * To append: write rows behind a run's last, and then, with a store-release, the run's word
 * with the new number. To begin a run: its word, and then @n_runs with a store-release. To
 * delete a function: overwrite its rows with SFREG_LIVE_NOTHING of the same offset. To merge
 * the last runs: write all that they say behind them, then the first one's word, then
 * @n_runs. Nothing else changes in place: a walk may have an older number in hand, and one
 * that finds rows in disorder three times in a row ends with SFREG_STOP_UNSTEADY. What
 * cannot be appended (16 runs, no room) takes another section, filled with all that lives
 * and placed with SFREG_F_REPLACE.
 */
struct sfreg_live_header {
	__u64 n_runs;
	__u64 runs[SFREG_LIVE_RUNS];
	__u64 reserved[15];
};

#define SFREG_LIVE_RUN(n, first)	((__u64)(n) << 32 | (__u32)(first))

/**
 * define SFREG_LIVE_ROW - a row of the form version 1
 * @offset: of the instruction, from text_start: 0 .. 2^32 - 1
 * @kind: SFREG_LIVE_NOTHING, _SP: CFA = sp + cfa, _FP: CFA = fp + cfa, _OUTERMOST: no caller;
 *	or-ed with SFREG_LIVE_EXACT: the caller was left by no call, its pc is exact
 * @cfa: 0 .. 262136, a multiple of 8
 * @ra: the return address is at CFA - ra: 8 .. 1024, a multiple of 8
 * @fp: the caller's fp is at CFA - fp: 8 .. 504, a multiple of 8; 0: fp is unchanged
 */
#define SFREG_LIVE_ROW(offset, kind, cfa, ra, fp)				\
	((__u64)(offset) << 32 | (__u64)(cfa) / 8 << 17 | ((__u64)(ra) / 8 - 1) << 10 |	\
	 (__u64)(fp) / 8 << 4 | (kind))
#define SFREG_LIVE_NOTHING	0
#define SFREG_LIVE_SP		1
#define SFREG_LIVE_FP		2
#define SFREG_LIVE_OUTERMOST	3
#define SFREG_LIVE_EXACT	4

/** define SFREG_BIND_TEXTS - most pieces of one struct sfreg_bind */
#define SFREG_BIND_TEXTS	16

/**
 * struct sfreg_bind_text - where a piece of a file's text lies
 * @offset: its first byte in the file
 * @len: its length
 * @base: what sframe_base is in a process, less the address at which @offset is mapped
 *	there (modulo 2^64)
 */
struct sfreg_bind_text {
	__u64 offset;
	__u64 len;
	__u64 base;
};

/**
 * struct sfreg_bind - SFREG_IOC_BIND: describe a file, wherever it is mapped from now on
 * @size: sizeof(struct sfreg_bind)
 * @flags: 0
 * @file_fd: the file, open (of an overlay, the file below is bound); -1: the caller's own vDSO
 * @section_fd: a descriptor that SFREG_IOC_SECTION returned; -1: there is nothing to
 *	place for this file
 * @texts: address of an array of struct sfreg_bind_text
 * @n_texts: its length: 1 .. SFREG_BIND_TEXTS, 0 if section_fd is -1
 * @mtime_nsec: of the file when it was read, as stat(2) has it, or ESTALE
 * @ctime_nsec: .. as all that follows
 * @pad: 0
 * @file_size: ..
 * @mtime_sec: ..
 * @ctime_sec: .., the last of them
 *
 * Needs CAP_SYS_PTRACE in the initial user namespace: who binds a file places windows in
 * every process that maps it. From now on, until the descriptor of the device that this was
 * called on is closed, and while the file is what it is now (size, mtime, ctime), whatever
 * of the texts a process maps executable gets its window, an outsider's, before that process
 * goes on: by execve(2), mmap(2) and mprotect(2). A window is as long as the mapping shows of the
 * text's pages. Where there is a window already, it stays. The tracepoint sfreg_map tells nothing
 * of such a mapping, unless no window could be placed. What has been mapped before gets none.
 *
 * A file that is bound again, on the same descriptor, is bound as it was said last; no
 * reference to the file is held. The caller's own vDSO can be bound, too (file_fd -1, size and
 * times 0; offsets are from its first byte): it is placed together with the first text that a
 * program maps.
 *
 * Return: 0; or -1 with errno EPERM: no CAP_SYS_PTRACE; EBADF: section_fd or file_fd is no open
 * descriptor; EINVAL: n_texts does not fit section_fd, a text's len is 0 or its range wraps
 * around, not a section's descriptor, or of a live one; EFAULT: texts; EOPNOTSUPP: no regular
 * file, or of a file system that users serve (FUSE), no vDSO where the kernel has mapped it, or
 * this kernel does not let us see what is mapped; ESTALE: the file has changed; ENOSPC:
 * limit_bindings.
 */
struct sfreg_bind {
	__u32 size;
	__u32 flags;
	__s32 file_fd;
	__s32 section_fd;
	__u64 texts;
	__u32 n_texts;
	__u32 mtime_nsec;
	__u32 ctime_nsec;
	__u32 pad;
	__u64 file_size;
	__s64 mtime_sec;
	__s64 ctime_sec;
};

/**
 * struct sfreg_unbound - SFREG_IOC_UNBOUND: the next file that is mapped and not bound
 * @size: sizeof(struct sfreg_unbound)
 * @flags: 0
 * @fs_type: out: of the file system that it lies on, as statfs(2) has it; of an overlay's file, the
 *	one below
 * @pad: 0
 *
 * From the first of these calls, or the first SFREG_IOC_BIND, on a descriptor of the device until
 * that is closed, files that a process maps executable and that are not bound are kept for it,
 * each once, 128 at most: what comes then is passed over. So who binds files learns of one that no
 * process has mapped any more when he looks. Needs CAP_SYS_PTRACE in the initial user
 * namespace. It does not wait for a file to come. The tracepoint sfreg_map tells when to ask: of
 * each process once, until its windows are listed, so ask now and then besides.
 *
 * A file that is taken and not bound is kept again when it is mapped again. What is kept keeps
 * its file system mounted, but a file can be written to, executed and deleted. Not kept are files
 * that could not be bound, those on what was mounted in a user namespace of its own, and memory
 * without a file (but memfds are).
 *
 * Return: a descriptor of the file, open for reading, close-on-exec; or -1 with errno ENODATA:
 * there is none at the moment; EPERM: no CAP_SYS_PTRACE; EINVAL: flags, pad; EMFILE: no
 * descriptor, and the file is kept; ENFILE, ENOMEM, EACCES: the caller may not read the file,
 * EAGAIN: another has a lease on it, or any other errno of open(2): it is kept no longer;
 * EOPNOTSUPP: this kernel does not let us see what is mapped.
 */
struct sfreg_unbound {
	__u32 size;
	__u32 flags;
	__u32 fs_type;
	__u32 pad;
};

/* Feature bits of struct sfreg_info. */
#define SFREG_FEAT_PRCTL	(1ULL << 0)	/* the prctl(2) door is open */
#define SFREG_FEAT_PERF		(1ULL << 1)	/* perf_callchain_user is hooked */
#define SFREG_FEAT_FORK		(1ULL << 2)	/* fork inherits */
#define SFREG_FEAT_UNMAP	(1ULL << 3)	/* unmapped text drops its window */
#define SFREG_FEAT_LIVE		(1ULL << 4)	/* SFREG_IOC_LIVE, rows of version 1 */
#define SFREG_FEAT_BIND		(1ULL << 5)	/* SFREG_IOC_BIND, SFREG_IOC_UNBOUND */

/**
 * struct sfreg_info - SFREG_IOC_INFO: what this module is and allows
 * @size: in: sizeof(struct sfreg_info)
 * @abi_version: SFREG_ABI_VERSION of the module
 * @features: SFREG_FEAT_*
 * @limit_windows: most windows of one process
 * @limit_section_bytes: most bytes of one section
 * @limit_section_rows: most rows of one section's row table
 * @limit_process_bytes: most bytes of row tables placed in one process
 * @limit_user_bytes: most bytes of row tables made by one user
 * @limit_stack_switches: most changes of direction in one walk
 * @max_frames: most frames of one SFREG_IOC_BACKTRACE
 *
 * Answers also while sfreg is off (features is 0 then). Return: 0, or the
 * general errors.
 */
struct sfreg_info {
	__u32 size;
	__u32 abi_version;
	__u64 features;
	__u64 limit_windows;
	__u64 limit_section_bytes;
	__u64 limit_section_rows;
	__u64 limit_process_bytes;
	__u64 limit_user_bytes;
	__u32 limit_stack_switches;
	__u32 max_frames;
};

/* Flags of struct sfreg_list_entry. */
#define SFREG_LIST_OUTSIDER	(1U << 0)	/* placed by another process */
#define SFREG_LIST_LIVE		(1U << 1)	/* its rows change: @rows is their room */

/**
 * struct sfreg_list_entry - one window of a process
 * @text_start: the key
 * @text_len: length of the text
 * @sframe_base: what the section's offsets are relative to
 * @rows: rows of its row table
 * @flags: SFREG_LIST_*
 * @table_bytes: memory of its row table (shared by equal sections)
 */
struct sfreg_list_entry {
	__u64 text_start;
	__u64 text_len;
	__u64 sframe_base;
	__u32 rows;
	__u32 flags;
	__u64 table_bytes;
};

/**
 * struct sfreg_list - SFREG_IOC_LIST: a process's windows, by address
 * @size: sizeof(struct sfreg_list)
 * @flags: 0
 * @from: the first key wanted; 0: from the beginning
 * @entries: address of an array of struct sfreg_list_entry
 * @count: in: room in the array (0: only count); out: entries written
 * @mem_fd: -1 or a target, as in struct sfreg_window
 * @total: out: windows of the process in all
 *
 * Return: 0 (also for a process without windows), or the general errors. To
 * read on, call again with from = the last key + 1.
 */
struct sfreg_list {
	__u32 size;
	__u32 flags;
	__u64 from;
	__u64 entries;
	__u32 count;
	__s32 mem_fd;
	__u64 total;
};

/**
 * enum sfreg_kind - what a frame's pc is
 * @SFREG_KIND_EXACT: the next instruction of an interrupted thread (first frame)
 * @SFREG_KIND_CALL: a return address; the call lies before it
 * @SFREG_KIND_DISCONTINUITY: exact as well: the frame was left by no call but by
 *	a signal or an injected call, see enum sfreg_discontinuity
 */
enum sfreg_kind {
	SFREG_KIND_EXACT		= 0,
	SFREG_KIND_CALL			= 1,
	SFREG_KIND_DISCONTINUITY	= 2,
};

/**
 * enum sfreg_source - how a frame was found
 * @SFREG_SOURCE_REGS: the thread's own registers (the first frame)
 * @SFREG_SOURCE_SFRAME: by the rule of a row
 * @SFREG_SOURCE_SIGNAL_FRAME: in the signal frame that the kernel laid down
 * @SFREG_SOURCE_FRAME_POINTER: by the frame pointer, as the stock walker does
 */
enum sfreg_source {
	SFREG_SOURCE_REGS		= 0,
	SFREG_SOURCE_SFRAME		= 1,
	SFREG_SOURCE_SIGNAL_FRAME	= 2,
	SFREG_SOURCE_FRAME_POINTER	= 3,
};

/**
 * enum sfreg_discontinuity - why a frame was left without a call
 * @SFREG_DISC_NONE: it was not (kind is not SFREG_KIND_DISCONTINUITY)
 * @SFREG_DISC_ASYNC: a signal from elsewhere (a timer, kill); pc is the
 *	instruction that would have run next
 * @SFREG_DISC_FAULT: a signal that the instruction at pc caused
 * @SFREG_DISC_INJECTED: a call that was injected: the row of the frame before says
 *	that it was not called from pc, the next instruction
 * @SFREG_DISC_UNKNOWN: a signal; the handler took no siginfo to tell which. Where an
 *	earlier signal's siginfo still lies at its place, that one's type is said
 * @SFREG_DISC_TRAP: a SIGTRAP of the processor (a breakpoint, a single step, a watchpoint); pc
 *	is the instruction that would have run next
 */
enum sfreg_discontinuity {
	SFREG_DISC_NONE			= 0,
	SFREG_DISC_ASYNC		= 1,
	SFREG_DISC_FAULT		= 2,
	SFREG_DISC_INJECTED		= 3,
	SFREG_DISC_UNKNOWN		= 4,
	SFREG_DISC_TRAP			= 5,
};

/**
 * enum sfreg_stop - why a walk ended
 * @SFREG_STOP_NONE: it has not
 * @SFREG_STOP_OUTERMOST: a rule says that there is no caller
 * @SFREG_STOP_NO_WINDOW: the pc is in no window, and the frame pointer led no
 *	further
 * @SFREG_STOP_NO_RULE: the pc is in a window without a rule for it, and the
 *	frame pointer led no further
 * @SFREG_STOP_BAD_CFA: the CFA is misaligned, or no user address
 * @SFREG_STOP_NO_PROGRESS: the CFA is not above the stack pointer
 * @SFREG_STOP_UNREADABLE: a stack word is not mapped or not resident
 * @SFREG_STOP_BAD_RA: the return address is no user address
 * @SFREG_STOP_FRAME_LIMIT: the caller's array is full
 * @SFREG_STOP_SWITCH_LIMIT: more stack switches than limit_stack_switches
 * @SFREG_STOP_UNKNOWN_REG: the rule needs a register that is not known here
 * @SFREG_STOP_UNSTEADY: the rows of a live window contradict each other each time
 *	one looks
 * @SFREG_STOP_COUNT: number of reasons
 */
enum sfreg_stop {
	SFREG_STOP_NONE			= 0,
	SFREG_STOP_OUTERMOST		= 1,
	SFREG_STOP_NO_WINDOW		= 2,
	SFREG_STOP_NO_RULE		= 3,
	SFREG_STOP_BAD_CFA		= 4,
	SFREG_STOP_NO_PROGRESS		= 5,
	SFREG_STOP_UNREADABLE		= 6,
	SFREG_STOP_BAD_RA		= 7,
	SFREG_STOP_FRAME_LIMIT		= 8,
	SFREG_STOP_SWITCH_LIMIT		= 9,
	SFREG_STOP_UNKNOWN_REG		= 10,
	SFREG_STOP_UNSTEADY		= 11,
	SFREG_STOP_COUNT		= 12,
};

/**
 * struct sfreg_frame - one frame, innermost first
 * @pc: see @kind
 * @cfa: the frame's canonical frame address: the stack pointer of its caller
 *	once it has returned; 0: unknown (the last frame). The CFA of the frame
 *	before a discontinuity is the address at which the interruption ends
 * @to_pc: of a discontinuity: where control went (the handler's entry); 0: none,
 *	or not known
 * @kind: enum sfreg_kind
 * @source: enum sfreg_source
 * @discontinuity: enum sfreg_discontinuity
 * @pad: 0
 */
struct sfreg_frame {
	__u64 pc;
	__u64 cfa;
	__u64 to_pc;
	__u8 kind;
	__u8 source;
	__u8 discontinuity;
	__u8 pad[5];
};

/** define SFREG_MAX_FRAMES - most frames of one SFREG_IOC_BACKTRACE */
#define SFREG_MAX_FRAMES	4096

/**
 * struct sfreg_backtrace - SFREG_IOC_BACKTRACE: the calling thread's own stack
 * @size: sizeof(struct sfreg_backtrace)
 * @flags: 0
 * @frames: address of an array of struct sfreg_frame
 * @count: in: room in the array, 1 .. SFREG_MAX_FRAMES; out: frames written
 * @stop: out: enum sfreg_stop
 *
 * The first frame is the instruction after the system call. Works, by frame
 * pointers, for a process without windows too. Return: 0, or -1 with errno
 * EINVAL: count is 0 or above SFREG_MAX_FRAMES; or the general errors.
 */
struct sfreg_backtrace {
	__u32 size;
	__u32 flags;
	__u64 frames;
	__u32 count;
	__u32 stop;
};

/*
 * The ioctls. The size in the number is 0 on purpose: a structure grows without
 * the number changing, and its own size field says how large it is. ENOTTY: not
 * a call of this module.
 */
#define SFREG_IOC_MAGIC		0xF5
#define SFREG_IOC_INFO		_IO(SFREG_IOC_MAGIC, 0)
#define SFREG_IOC_REGISTER	_IO(SFREG_IOC_MAGIC, 1)
#define SFREG_IOC_SECTION	_IO(SFREG_IOC_MAGIC, 2)
#define SFREG_IOC_PLACE		_IO(SFREG_IOC_MAGIC, 3)
#define SFREG_IOC_REMOVE	_IO(SFREG_IOC_MAGIC, 4)
#define SFREG_IOC_LIST		_IO(SFREG_IOC_MAGIC, 5)
#define SFREG_IOC_BACKTRACE	_IO(SFREG_IOC_MAGIC, 6)
#define SFREG_IOC_LIVE		_IO(SFREG_IOC_MAGIC, 7)
#define SFREG_IOC_BIND		_IO(SFREG_IOC_MAGIC, 8)
#define SFREG_IOC_UNBOUND	_IO(SFREG_IOC_MAGIC, 9)

#endif /* _UAPI_LINUX_SFREG_H */
