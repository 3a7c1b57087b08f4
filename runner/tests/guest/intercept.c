/* SPDX-License-Identifier: MIT */
/*
 * intercept CALL ACTION PROGRAM ARGUMENT...
 *
 * Runs PROGRAM in the guest and does something at the moment in which it enters CALL for the first
 * time, before the kernel does any of it: no race has to be won to have a guest die, spin or wait
 * in the middle of a rename. CALL is `rename` (renameat and renameat2 too), `open`, `mkdir` or
 * `mount`; or `replace`, a rename onto a name that exists, or `create`, an open with O_EXCL.
 *
 *     panic      the guest's kernel panics
 *     spin       this program burns CPU for ever; the call stays out
 *     block      this program sleeps for ever; the call stays out
 *     kill       PROGRAM gets SIGKILL
 *     refuse=N   the call is not made and returns the error number N
 *     gate=DIR   mounts the host's directory DIR, makes the file DIR/reached, waits for the file
 *                DIR/go and lets the call go on
 *
 * The call is held by a seccomp filter whose notifications this program reads. Ends like PROGRAM,
 * or with 99 and one line on standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GATE "/dev/gate"

enum { FAILURE = 99 };

static void fail(const char *what)
{
    (void)fprintf(stderr, "intercept: %s: %s\n", what, strerror(errno));
    _exit(FAILURE);
}

/* The numbers of CALL; a name has at most three. */
static void find_calls(const char *name, unsigned calls[3])
{
    static const struct {
        const char *name;
        unsigned calls[3];
    } known[] = {
        {"rename", {SYS_rename, SYS_renameat, SYS_renameat2}},
        {"open", {SYS_open, SYS_openat, SYS_openat2}},
        {"mkdir", {SYS_mkdir, SYS_mkdirat, SYS_mkdirat}},
        {"mount", {SYS_mount, SYS_mount, SYS_mount}},
        {"replace", {SYS_rename, SYS_renameat, SYS_renameat2}},
        {"create", {SYS_open, SYS_openat, SYS_openat}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i].name) == 0) {
            memcpy(calls, known[i].calls, sizeof known[i].calls);
            return;
        }
    }
    errno = EINVAL;
    fail(name);
}

static int install_filter(const char *call)
{
    unsigned calls[3];
    find_calls(call, calls);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[0], 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[1], 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[2], 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        fail("no_new_privs");
    long listener =
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0)
        fail("seccomp");
    return (int)listener;
}

/* The listener is made in the child and read in the parent. */
static void send_fd(int channel, int fd)
{
    char byte = 0;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    if (sendmsg(channel, &message, 0) != 1)
        fail("sendmsg");
}

static int receive_fd(int channel)
{
    char byte = 0;
    struct iovec data = {.iov_base = &byte, .iov_len = 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    int fd = -1;
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != 1 || CMSG_FIRSTHDR(&message) == NULL)
        fail("recvmsg");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

/* Does not return when it works. */
static void panic(void)
{
    int file = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "c", 1) != 1)
        fail("/proc/sysrq-trigger");
}

/* The host looks at a directory, not at our clock: nothing depends on how long a turn takes. */
static void wait_at_gate(const char *directory)
{
    if (mkdir(GATE, 0755) != 0 || mount("hostfs", GATE, "hostfs", 0, directory) != 0)
        fail(directory);
    int reached = open(GATE "/reached", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (reached < 0 || close(reached) != 0)
        fail(GATE "/reached");
    const struct timespec turn = {.tv_nsec = 5000000};
    while (access(GATE "/go", F_OK) != 0)
        (void)nanosleep(&turn, NULL);
}

/* Whether something is there where a rename goes to. The caller is stopped and its memory still. */
static bool destination_exists(const struct seccomp_notif *request)
{
    char memory[64];
    char path[4096] = "";
    bool is_plain = request->data.nr == SYS_rename;
    (void)snprintf(memory, sizeof memory, "/proc/%u/mem", request->pid);
    int file = open(memory, O_RDONLY | O_CLOEXEC);
    /* A read that comes to the end of what is mapped is short, and the NUL came before. */
    if (file < 0 ||
        pread(file, path, sizeof path - 1, (off_t)request->data.args[is_plain ? 1 : 3]) <= 0)
        fail(memory);
    (void)close(file);
    return access(path, F_OK) == 0;
}

static bool is_meant(const char *call, const struct seccomp_notif *request)
{
    if (strcmp(call, "create") == 0)
        return (request->data.args[request->data.nr == SYS_open ? 1 : 2] & O_EXCL) != 0;
    return strcmp(call, "replace") != 0 || destination_exists(request);
}

/* Returns the error number that the call is to return with, or 0 when it is to be made. */
static int act(const char *action, pid_t program)
{
    if (strncmp(action, "refuse=", 7) == 0)
        return (int)strtol(action + 7, NULL, 10);
    if (strcmp(action, "panic") == 0)
        panic();
    else if (strcmp(action, "kill") == 0)
        (void)kill(program, SIGKILL);
    else if (strncmp(action, "gate=", 5) == 0)
        wait_at_gate(action + 5);
    else if (strcmp(action, "block") == 0)
        for (;;)
            (void)pause();
    else if (strcmp(action, "spin") == 0)
        for (volatile unsigned turns = 0;;)
            turns = turns + 1;
    else
        (void)fprintf(stderr, "intercept: %s: no such action\n", action);
    return 0;
}

/* True for a call, false when PROGRAM has ended: reading the listener would then wait for ever. */
static bool await_call(int listener, int pidfd)
{
    struct pollfd waiting[] = {{.fd = listener, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
    while (poll(waiting, 2, -1) < 0)
        if (errno != EINTR)
            fail("poll");
    return waiting[1].revents == 0;
}

/* Acts on the first notification that is meant and waves all others through. */
static void serve(int listener, const char *call, const char *action, pid_t program)
{
    int pidfd = (int)syscall(SYS_pidfd_open, program, 0);
    if (pidfd < 0)
        fail("pidfd_open");
    bool acted = false;
    while (await_call(listener, pidfd)) {
        struct seccomp_notif request = {0};
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0)
            continue; /* whoever called was killed meanwhile */
        struct seccomp_notif_resp answer = {.id = request.id,
                                            .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        if (!acted && is_meant(call, &request)) {
            acted = true;
            answer.error = -act(action, program);
            answer.flags = answer.error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
        }
        (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    }
}

int main(int argc, char **argv)
{
    int channel[2];
    if (argc < 4 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0)
        fail("usage: intercept CALL ACTION PROGRAM ARGUMENT...");
    pid_t program = fork();
    if (program < 0)
        fail("fork");
    if (program == 0) {
        int listener = install_filter(argv[1]);
        send_fd(channel[1], listener);
        (void)close(listener);
        (void)execv(argv[3], argv + 3);
        fail(argv[3]);
    }
    (void)close(channel[1]);
    serve(receive_fd(channel[0]), argv[1], argv[2], program);
    int status = 0;
    if (waitpid(program, &status, 0) != program)
        fail("waitpid");
    if (WIFSIGNALED(status))
        (void)raise(WTERMSIG(status));
    return WEXITSTATUS(status);
}
