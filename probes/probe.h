/* SPDX-License-Identifier: MIT */
#ifndef RO_PROBE_H
#define RO_PROBE_H

/*
 * Before any system header, so include this file first: 64-bit file sizes and inode numbers on
 * 32-bit targets (a plain 32-bit stat answers EOVERFLOW on a host with large inode numbers), and
 * POSIX.1-2008 names although the language is strict C17.
 */
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <stddef.h>

/**
 * The journal of a probe (docs/journal.md) and the settings that it was started with. A probe is a
 * guest program that must link on a small libc: no heap, no stdio, no getenv, no exit, only the
 * calls that docs/journal.md lists and the string functions. All state is static.
 */

enum {
    PROBE_PASS = 0,
    PROBE_FAIL = 1, /* a broken check, or unfit: the journal's last line tells which */
    PROBE_USAGE = 2,
    PROBE_DIRECTORY_BYTES = 1024, /* longest work directory, its NUL included */
    PROBE_PATH_BYTES = 6144,      /* the longest path a probe ever names */
};

/**
 * Reads `--dir=`, `--nonce=`, `--keep` and, where an argument is missing, RO_DIR, RO_NONCE and
 * RO_KEEP from the environment, and `--other=` where there is one; where the program mounts hostfs
 * (hostfs.h) also `--hostfs=` or RO_HOSTFS, without which it says nothing. Returns 0, or
 * PROBE_USAGE after one line on standard error; the journal then stays empty.
 */
int read_settings(int argc, char **argv, const char *shape);

const char *probe_shape(void);
const char *probe_directory(void); /* without trailing slashes, "/" excepted */
const char *probe_nonce(void);
const char *probe_other(void);  /* a directory on another mount; NULL where none was given */
const char *probe_hostfs(void); /* where hostfs is to be mounted; NULL where it can't be */
int probe_keeps(void);

/**
 * One line of the journal: start it, add fields, send it with one write(2). The subject and the
 * values are percent-encoded and cut as docs/journal.md says; a line never outgrows its limit.
 * `errno` is left as it was.
 */
void start_line(const char *event, const char *subject);
void add_text(const char *key, const char *value);
void add_number(const char *key, long long value);
void add_unsigned(const char *key, unsigned long long value);
void send_line(void);

/** Whether a line could not be written: the probe then stops, because nobody would hear it. */
int journal_is_lost(void);

/** The name of an error number ("ENOENT"), "E?" for one without a name here. */
const char *errno_name(int number);

/** A text in a fixed buffer; what does not fit is dropped. */
struct text {
    char bytes[192];
    size_t length;
};

void text_add(struct text *text, const char *more);
void text_add_unsigned(struct text *text, unsigned long long number);
/** "ENOENT:2" */
void text_add_errno(struct text *text, int number);

#endif
