/* SPDX-License-Identifier: MIT */
#ifndef ZOO_ZOO_H
#define ZOO_ZOO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fault;
struct work;

/** The calls of a file system that a fault can lie in wait for. */
enum operation {
    OPERATION_GETATTR,
    OPERATION_OPEN,
    OPERATION_CREATE,
    OPERATION_READ,
    OPERATION_WRITE,
    OPERATION_FLUSH,
    OPERATION_RELEASE,
    OPERATION_READDIR,
    OPERATION_UNLINK,
    OPERATION_MKDIR,
    OPERATION_RMDIR,
    OPERATION_OTHER,
};

/** One request of the kernel, as far as a fault looks at it. */
struct request {
    enum operation operation;
    const char *path;  /* absolute within the file system */
    int flags;         /* of open and create, else 0 */
    const char *bytes; /* of write, else NULL */
    size_t size;       /* of write, else 0 */
    pid_t caller;
};

/** One mounted zoo: a backing directory and the one fault that is switched on. */
struct zoo {
    int callers;               /* where the pids of callers go, or -1 */
    int backing;               /* the backing directory, opened with O_PATH */
    const struct fault *fault; /* never NULL; the fault "none" does nothing */
    const char *parameter;     /* the text after the fault's name, or its default; never NULL */
    unsigned depth;            /* how many leading components of a path name a work directory */
    pthread_mutex_t lock;      /* guards what follows */
    struct work *works;
    unsigned long renames;
};

/** A path of the file system as one relative to the backing directory. Borrows from `path`. */
const char *zoo_backing_path(const char *path);

/** Copies everything before the last slash ("/" at the top) into `directory` of PATH_MAX bytes. */
void zoo_directory_of(const char *path, char *directory);

/** The last component of `path`. Borrows from it. */
const char *zoo_name_of(const char *path);

/** The number of components of an absolute path; 0 for "/". */
unsigned zoo_components(const char *path);

#endif
