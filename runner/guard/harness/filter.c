/* SPDX-License-Identifier: MIT */
#include "guard/harness/filter.h"

#include "guard/recording_format.h"

#include <errno.h>
#include <linux/close_range.h>
#include <poll.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What is shared with everybody's processes and no file, so that Landlock leaves it free. */
static int refuse_shared(scmp_filter_ctx context)
{
    static const int shared[] = {
        SCMP_SYS(shmget),    SCMP_SYS(shmat),   SCMP_SYS(shmctl),      SCMP_SYS(semget),
        SCMP_SYS(semop),     SCMP_SYS(semctl),  SCMP_SYS(semtimedop),  SCMP_SYS(msgget),
        SCMP_SYS(msgsnd),    SCMP_SYS(msgrcv),  SCMP_SYS(msgctl),      SCMP_SYS(mq_open),
        SCMP_SYS(mq_unlink), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl),
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof shared / sizeof shared[0] && failed == 0; i++)
        failed = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), shared[i], 0);
    return failed;
}

/* How others run: 0 is the caller itself. Of prlimit, reading (no new limit) stays free. */
static int refuse_others(scmp_filter_ctx context)
{
    enum { OF_USER = 2, IO_OF_USER = 3 };
    const struct {
        int call;
        struct scmp_arg_cmp which;
        struct scmp_arg_cmp and;
    } calls[] = {
        {SCMP_SYS(setpriority), {1, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(setpriority), {0, SCMP_CMP_EQ, OF_USER, 0}, {1, SCMP_CMP_EQ, 0, 0}},
        {SCMP_SYS(ioprio_set), {1, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(ioprio_set), {0, SCMP_CMP_EQ, IO_OF_USER, 0}, {1, SCMP_CMP_EQ, 0, 0}},
        {SCMP_SYS(sched_setaffinity), {0, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(sched_setscheduler), {0, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(sched_setparam), {0, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(sched_setattr), {0, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(migrate_pages), {0, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(move_pages), {0, SCMP_CMP_NE, 0, 0}, {0}},
        {SCMP_SYS(prlimit64), {0, SCMP_CMP_NE, 0, 0}, {2, SCMP_CMP_NE, 0, 0}},
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0] && failed == 0; i++) {
        const struct scmp_arg_cmp when[] = {calls[i].which, calls[i].and };
        failed = seccomp_rule_add_array(context, SCMP_ACT_ERRNO(EPERM), calls[i].call,
                                        calls[i].and.op == 0 ? 1 : 2, when);
    }
    return failed;
}

static int add_rules(scmp_filter_ctx context)
{
    const struct scmp_arg_cmp not_local = {.arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX};
    const struct scmp_arg_cmp addressed = {.arg = 4, .op = SCMP_CMP_NE, .datum_a = 0};
    const struct scmp_arg_cmp recorder = {.arg = 0, .op = SCMP_CMP_EQ, .datum_a = RECORDER_CALL};
    int failed = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    if (failed == 0)
        failed = seccomp_rule_add(context, SCMP_ACT_NOTIFY, SCMP_SYS(execve), 0);
    if (failed == 0)
        failed = seccomp_rule_add(context, SCMP_ACT_NOTIFY, SCMP_SYS(execveat), 0);
    if (failed == 0)
        failed = seccomp_rule_add(context, SCMP_ACT_NOTIFY, SCMP_SYS(connect), 0);
    if (failed == 0)
        failed = seccomp_rule_add_array(context, SCMP_ACT_NOTIFY, SCMP_SYS(socket), 1, &not_local);
    if (failed == 0)
        failed = seccomp_rule_add_array(context, SCMP_ACT_NOTIFY, SCMP_SYS(sendto), 1, &addressed);
    if (failed == 0)
        failed = seccomp_rule_add(context, SCMP_ACT_NOTIFY, SCMP_SYS(sendmsg), 0);
    if (failed == 0)
        failed = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(sendmmsg), 0);
    if (failed == 0)
        failed = seccomp_rule_add_array(context, SCMP_ACT_NOTIFY, SCMP_SYS(prctl), 1, &recorder);
    if (failed == 0)
        failed = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup), 0);
    if (failed == 0)
        failed = refuse_shared(context);
    return failed == 0 ? refuse_others(context) : failed;
}

int filter_prepare(struct filter *filter, struct error *error)
{
    *filter = (struct filter){.context = NULL, .channel = {-1, -1}};
    filter->context = seccomp_init(SCMP_ACT_ALLOW);
    int failed = filter->context == NULL ? -ENOMEM : add_rules(filter->context);
    if (failed != 0) {
        filter_release(filter);
        return error_set_errno(error, -failed, "seccomp",
                               "this machine can't watch what a harness starts");
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, filter->channel) == 0)
        return 0;
    int number = errno;
    filter_release(filter);
    return error_set_errno(error, number, NULL, "cannot make a socket pair");
}

/* Tells the number of a descriptor and waits until it has been taken over: to send it would take
 * the very call that the filter holds. */
static int hand_over(int channel, int fd)
{
    char byte = 0;
    if (write(channel, &fd, sizeof fd) != (ssize_t)sizeof fd)
        return -1;
    return read(channel, &byte, 1) == 1 ? 0 : -1;
}

int filter_confine_child(void *data)
{
    struct filter *filter = data;
    /* Whatever our caller forgot to mark, an open socket for example. Older kernels refuse; then
     * only marked descriptors are closed. */
    (void)syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    int failed = seccomp_load(filter->context);
    if (failed != 0) {
        errno = -failed;
        return -1;
    }
    int listener = seccomp_notify_fd(filter->context);
    if (listener < 0 || hand_over(filter->channel[1], listener) != 0)
        return -1;
    return close(listener);
}

int filter_receive_listener(struct filter *filter, int pidfd, int timeout_ms, struct error *error)
{
    (void)close(filter->channel[1]);
    filter->channel[1] = -1;
    struct pollfd ready = {.fd = filter->channel[0], .events = POLLIN};
    int polled = poll(&ready, 1, timeout_ms);
    if (polled == 0)
        return error_set(error, ERROR_DEADLINE, NULL, "the harness's process did not get ready");

    int theirs = -1;
    ssize_t length = polled < 0 ? -1 : read(filter->channel[0], &theirs, sizeof theirs);
    if (length < 0)
        return error_set_errno(error, errno, NULL, "cannot hear from the harness's process");
    if (length == 0)
        return -1;
    int listener = (int)syscall(SYS_pidfd_getfd, pidfd, theirs, 0);
    if (listener < 0 || send(filter->channel[0], "", 1, MSG_NOSIGNAL) != 1) {
        int number = errno;
        if (listener >= 0)
            (void)close(listener);
        return error_set_errno(error, number, "seccomp",
                               "this machine can't watch what a harness starts");
    }
    return listener;
}

void filter_release(struct filter *filter)
{
    if (filter->context != NULL)
        seccomp_release(filter->context);
    for (int i = 0; i < 2; i++)
        if (filter->channel[i] >= 0)
            (void)close(filter->channel[i]);
    *filter = (struct filter){.context = NULL, .channel = {-1, -1}};
}
