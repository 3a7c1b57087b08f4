/* SPDX-License-Identifier: MIT */
#ifndef RO_ERROR_H
#define RO_ERROR_H

#include <stddef.h>

/**
 * The one error object of the project. A function that can fail takes a `struct error *` as its
 * last parameter and returns -1 (or NULL); the object then says of which kind the failure is, on
 * which thing it happened and what went wrong, with the remedy where there is one. The first error
 * wins: an object that already holds one is left as it is, so the cause outlives the clean-up.
 */
enum error_code {
    ERROR_NONE = 0,
    ERROR_USAGE,       /* the command line asks for something that does not exist */
    ERROR_INPUT,       /* a file that somebody gave us does not say what it must */
    ERROR_ENVIRONMENT, /* something on this machine is missing, full or forbidden */
    ERROR_MEMORY,      /* an allocation failed */
    ERROR_DEADLINE,    /* something did not answer within its time */
    ERROR_INTERRUPTED, /* a signal asked us to end */
    ERROR_INTERNAL,    /* a contract inside the program was broken */
};

struct error {
    enum error_code code;
    char where[512]; /* a path, perhaps with :line:column, or the name of an option */
    char what[1024]; /* one line, no newline at its end */
};

#define ERROR_INIT                                                                                 \
    {                                                                                              \
        .code = ERROR_NONE, .where = "", .what = ""                                                \
    }

/**
 * Fills `error` (which may be NULL) unless it already holds an error. `where` may be NULL.
 * Either text goes through text_sanitize(), so that hostile input cannot drive a terminal.
 * Always returns -1, so that a caller can `return error_set(...)`.
 */
int error_set(struct error *error, enum error_code code, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/**
 * The same, with ": " and the text of `errno_value` appended. The code becomes ERROR_MEMORY for
 * ENOMEM and ERROR_ENVIRONMENT for every other number.
 */
int error_set_errno(struct error *error, int errno_value, const char *where, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));

/** Writes "WHERE: WHAT", or WHAT alone where there is no place, cut to `size`. */
void error_describe(const struct error *error, char *out, size_t size);

/** Writes "rename-oracle: WHERE: WHAT\n" to standard error; nothing for ERROR_NONE. */
void error_print(const struct error *error);

/** The exit code that a command ends with for this error: 2, or 130 for ERROR_INTERRUPTED. */
int error_exit_code(const struct error *error);

#endif
