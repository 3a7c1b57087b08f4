/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "passthrough.h"
#include "work.h"

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A stuck request keeps its thread. One run has some ten probes, each with one call out, the looks
 * from outside come on top; this many are never used up. */
enum { THREADS = 128 };

static int print_table(void)
{
    json_t *table = fault_table_json();
    if (table == NULL)
        errx(1, "out of memory");
    int result = json_dumpf(table, stdout, JSON_INDENT(2));
    json_decref(table);
    return result == 0 && puts("") >= 0 && fflush(stdout) == 0 ? 0 : 1;
}

/* Ends the daemon with its parent, and in any case after its life is over: a test that is killed
 * must not leave a file system behind that nobody answers for. */
static void limit_life(const struct options *options)
{
    (void)alarm(options->life_s);
    if (options->parent == 0)
        return;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        err(1, "can't ask to end with the parent");
    if (getppid() != options->parent)
        errx(2, "--parent=%d: that is not the parent", (int)options->parent);
}

/* Starts a process that does nothing but keep the connection open, so that the death of the daemon
 * stays unnoticed. It ends with the parent, which the daemon's own death signal doesn't reach. */
static void start_holder(const struct options *options)
{
    int parent = (int)syscall(SYS_pidfd_open, options->parent > 0 ? options->parent : getppid(), 0);
    if (parent < 0)
        err(1, "can't watch the parent");
    pid_t holder = fork();
    if (holder < 0)
        err(1, "can't start the process that holds the connection");
    if (holder > 0) {
        (void)close(parent);
        return;
    }
    (void)prctl(PR_SET_NAME, "zoofs-holder");
    (void)alarm(options->life_s);
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
    struct pollfd ended = {.fd = parent, .events = POLLIN};
    (void)poll(&ended, 1, -1); /* bounded by the alarm */
    _exit(0);
}

static int serve(struct fuse *fuse)
{
#if FUSE_USE_VERSION >= FUSE_MAKE_VERSION(3, 12)
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    if (config == NULL)
        errx(1, "out of memory");
    fuse_loop_cfg_set_max_threads(config, THREADS);
    int result = fuse_loop_mt(fuse, config);
    fuse_loop_cfg_destroy(config);
#else
    struct fuse_loop_config config = {.clone_fd = 0, .max_idle_threads = THREADS};
    int result = fuse_loop_mt(fuse, &config);
#endif
    return result;
}

int main(int argc, char **argv)
{
    struct options options;
    options_parse(&options, argc, argv);
    if (options.table)
        return print_table();

    limit_life(&options);
    (void)signal(SIGPIPE, SIG_IGN); /* whoever started it need not listen */
    struct zoo zoo = {.backing = open(options.backing, O_PATH | O_DIRECTORY | O_CLOEXEC),
                      .callers = -1,
                      .fault = options.fault,
                      .parameter = options.parameter,
                      .depth = options.depth,
                      .lock = PTHREAD_MUTEX_INITIALIZER};
    if (zoo.backing < 0)
        err(1, "%s", options.backing);
    if (options.callers != NULL)
        zoo.callers = open(options.callers, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (options.callers != NULL && zoo.callers < 0)
        err(1, "%s", options.callers);
    (void)umask(0); /* the kernel has applied the caller's */

    char names[] = "-osubtype=zoofs,fsname=zoofs";
    char *mount_arguments[] = {argv[0], names, NULL};
    struct fuse_args arguments = FUSE_ARGS_INIT(2, mount_arguments);
    struct fuse *fuse = fuse_new(&arguments, &zoo_operations, sizeof zoo_operations, &zoo);
    if (fuse == NULL || fuse_mount(fuse, options.mount_point) != 0)
        errx(1, "%s: could not be mounted", options.mount_point);
    if (options.fault->silent_death)
        start_holder(&options);

    int result = serve(fuse);
    fuse_unmount(fuse);
    fuse_destroy(fuse);
    work_forget_all(&zoo);
    return result == 0 ? 0 : 1;
}
