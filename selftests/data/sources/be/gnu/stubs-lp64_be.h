/* SPDX-License-Identifier: GPL-2.0-only */
/* Debian's AArch64 C library is little-endian; its headers ask for this one. */
