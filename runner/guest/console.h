/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_CONSOLE_H
#define RO_GUEST_CONSOLE_H

/**
 * How init speaks: one line per event, beginning with "init: ", in a single write(2), so that the
 * lines of a probe that is still writing are not cut.
 */

/** What the VM's exit status means when it is not the probe's own. */
enum init_status {
    INIT_BAD_ORDERS = 100, /* a RO_ variable is missing, unknown or makes no sense */
    INIT_NO_SYSTEM = 101,  /* /proc, /dev or the console could not be set up */
    INIT_NO_MODULE = 102,  /* a kernel module is missing, compressed or was refused */
    INIT_NO_MOUNT = 103,   /* the file system under test could not be mounted */
    INIT_NO_PROBE = 104,   /* the probe could not be started */
    INIT_NO_UNMOUNT = 105, /* the probe ended, but its file system could not be unmounted */
    INIT_SIGNALLED = 128,  /* plus the number of the signal that ended the probe */
};

/**
 * Makes `path`, a terminal, the standard input, output and error of this process and of its
 * children, without translation of line ends and without echo. Returns 0, or -1 with errno set.
 */
int console_open(const char *path);

/** Writes "init: TEXT\n"; text beyond 8 KiB is cut. Keeps errno. */
void console_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** The name of an errno number, "ENODEV" for example, or "E?". */
const char *console_errno_name(int number);

/** Returns when the host has taken every byte that was written. */
void console_drain(void);

#endif
