/* SPDX-License-Identifier: MIT */
#include "process/spawn.h"

#include "process/raw_linux.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* For a handful of frames without an array in them; no signal handler of ours runs on it. */
enum { STACK_BYTES = 16 * 1024, STACK_ALIGNMENT = 64 };

/** All that a child needs on its way to exec, in one block that nobody else touches until then. */
struct child {
    struct spawn_report report; /* what the caller has; the first member */
    /* The kernel clears it when the child has let go of this memory: by exec, or by its end. */
    _Atomic uint32_t here;
    bool mapped; /* by mmap, for a child that has a copy of everything else */
    size_t size;
    struct child *next; /* in the list of those that were given up */
    pid_t runner;
    struct spawn_request request; /* its texts and lists are behind this struct */
    _Alignas(STACK_ALIGNMENT) char stack[STACK_BYTES];
};

RAW_UNINSTRUMENTED _Noreturn static void leave(void)
{
    for (;;)
        (void)raw_syscall(SYS_exit_group, 127, 0, 0, 0);
}

RAW_UNINSTRUMENTED _Noreturn static void give_up(struct spawn_report *report, const char *step,
                                                 long result)
{
    report->failed_errno = (int)-result;
    report->failed_step = step;
    leave();
}

/* The kernel's own struct, unlike the C library's: handler, flags, restorer, mask. All zero is the
 * default action. */
RAW_UNINSTRUMENTED static void restore_signals(void)
{
    static const unsigned long standard[4];
    static const uint64_t none;
    for (long number = 1; number < NSIG; number++)
        (void)raw_syscall(SYS_rt_sigaction, number, (long)standard, 0, sizeof none);
    (void)raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none);
}

RAW_UNINSTRUMENTED static long put_at(int fd, int at)
{
    if (fd == at) /* it need only stay open */
        return raw_syscall(SYS_fcntl, fd, F_SETFD, 0, 0);
    return raw_syscall(SYS_dup3, fd, at, 0, 0);
}

RAW_UNINSTRUMENTED static long take_streams(const struct spawn_request *request)
{
    const int fds[] = {request->stdin_fd, request->stdout_fd, request->stderr_fd};
    long result = 0;
    for (int at = STDIN_FILENO; at <= STDERR_FILENO && result >= 0; at++)
        result = put_at(fds[at], at);
    return result;
}

/* Runs in the child, which may share the runner's memory: it calls the kernel and nothing else, and
 * writes to its own stack and to the report. `confine` is for a child that has a copy. */
RAW_UNINSTRUMENTED _Noreturn static void become_program(struct child *child)
{
    static const struct rlimit no_core;
    const struct spawn_request *request = &child->request;
    long result = raw_syscall(SYS_setsid, 0, 0, 0, 0);
    if (result < 0)
        give_up(&child->report, "setsid", result);
    (void)raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
    if (raw_syscall(SYS_getppid, 0, 0, 0, 0) != child->runner)
        leave(); /* the runner ended before the line above could tie us to it */
    (void)raw_syscall(SYS_prlimit64, 0, RLIMIT_CORE, (long)&no_core, 0);
    restore_signals();
    result = take_streams(request);
    if (result < 0)
        give_up(&child->report, "dup3", result);
    if (request->directory != NULL)
        result = raw_syscall(SYS_chdir, (long)request->directory, 0, 0, 0);
    if (result < 0)
        give_up(&child->report, "chdir", result);
    if (request->confine != NULL && request->confine(request->confine_data) != 0)
        give_up(&child->report, "confine", -errno);
    result = raw_syscall(SYS_execve, (long)request->argv[0], (long)request->argv,
                         (long)request->environment, 0);
    give_up(&child->report, "execve", result);
}

RAW_UNINSTRUMENTED static void begin(void *data)
{
    become_program(data);
}

/*
 * Most of what a fork costs is the copy of the runner's page tables and every page that the runner
 * writes to afterwards; together that is as much as the rest of a native cell. So the child shares
 * the memory until its exec. Unlike after vfork(2) the runner does not wait for that, as a program
 * on a file system that does not answer may never get so far.
 *
 * clone3, because only it can give birth into a cgroup; moving a process there afterwards makes the
 * kernel wait for a grace period.
 */
static long start_child(struct child *child)
{
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    if (child->request.cgroup_fd >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (unsigned long long)child->request.cgroup_fd;
    }
    if (!child->mapped) {
        arguments.flags |= CLONE_VM | CLONE_CHILD_CLEARTID;
        arguments.child_tid = (unsigned long long)(uintptr_t)&child->here;
        arguments.stack = (unsigned long long)(uintptr_t)child->stack;
        arguments.stack_size = sizeof child->stack;
        atomic_store(&child->here, 1);
        return raw_start_sharing(&arguments, begin, child);
    }
    long pid =
        child->request.cgroup_fd >= 0 ? syscall(SYS_clone3, &arguments, sizeof arguments) : fork();
    if (pid == 0)
        become_program(child);
    return pid < 0 ? -errno : pid;
}

/* What nobody but a child may still need. */
static struct child *given_up;

static void free_those_that_are_gone(void)
{
    struct child **link = &given_up;
    while (*link != NULL) {
        struct child *child = *link;
        if (atomic_load(&child->here) != 0) {
            link = &child->next;
            continue;
        }
        *link = child->next;
        free(child);
    }
}

static size_t count_words(char *const *words, size_t *bytes)
{
    size_t count = 0;
    for (; words[count] != NULL; count++)
        *bytes += strlen(words[count]) + 1;
    *bytes += (count + 1) * sizeof *words;
    return count;
}

/* Copies a string to `*to`, which it moves on behind it. */
static char *copy_text(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*to, text, size);
    *to += size;
    return copy;
}

static void copy_words(char **list, char **to, char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        list[i] = copy_text(to, words[i]);
    list[count] = NULL;
}

static struct child *allocate(size_t size, bool mapped)
{
    /* A child with a copy of the rest must share this, at least. */
    void *block = mapped
                      ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
                      : aligned_alloc(STACK_ALIGNMENT, size);
    if (block == NULL || block == MAP_FAILED)
        return NULL;
    struct child *child = block;
    child->report = (struct spawn_report){0};
    child->mapped = mapped;
    child->size = size;
    atomic_init(&child->here, 0);
    return child;
}

static struct child *make_child(const struct spawn_request *request, bool mapped)
{
    size_t bytes = request->directory == NULL ? 0 : strlen(request->directory) + 1;
    size_t arguments = count_words(request->argv, &bytes);
    size_t variables = count_words(request->environment, &bytes);
    size_t size =
        (sizeof(struct child) + bytes + STACK_ALIGNMENT - 1) / STACK_ALIGNMENT * STACK_ALIGNMENT;
    struct child *child = allocate(size, mapped);
    if (child == NULL)
        return NULL;
    char **lists = (void *)(child + 1);
    char *strings = (char *)(lists + arguments + 1 + variables + 1);
    child->runner = getpid();
    child->request = *request;
    child->request.argv = lists;
    child->request.environment = lists + arguments + 1;
    copy_words(lists, &strings, request->argv, arguments);
    copy_words(lists + arguments + 1, &strings, request->environment, variables);
    if (request->directory != NULL)
        child->request.directory = copy_text(&strings, request->directory);
    return child;
}

/* Starts a child of one kind. Returns its pid or -errno, and then there is no report. */
static long start_one(const struct spawn_request *request, bool mapped,
                      struct spawn_report **report)
{
    struct child *child = make_child(request, mapped);
    if (child == NULL)
        return -ENOMEM;
    long pid = start_child(child);
    if (pid < 0) {
        atomic_store(&child->here, 0);
        spawn_report_free(&child->report);
        return pid;
    }
    *report = &child->report;
    return pid;
}

pid_t spawn_process(const struct spawn_request *request, struct spawn_report **report,
                    struct error *error)
{
    bool mapped = !RAW_CAN_SHARE || request->confine != NULL;
    long pid = start_one(request, mapped, report);
    /* Some containers' seccomp filters know no clone3. */
    if (!mapped && request->cgroup_fd < 0 && (pid == -ENOSYS || pid == -EPERM))
        pid = start_one(request, true, report);
    if (pid >= 0)
        return (pid_t)pid;
    (void)error_set_errno(error, (int)-pid, request->argv[0], "cannot start a process");
    return -1;
}

void spawn_report_free(struct spawn_report *report)
{
    struct child *child = (void *)report; /* it is the first member */
    if (child == NULL)
        return;
    if (child->mapped) {
        (void)munmap(child, child->size);
        return;
    }
    child->next = given_up;
    given_up = child;
    free_those_that_are_gone();
}
