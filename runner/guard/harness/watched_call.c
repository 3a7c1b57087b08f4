/* SPDX-License-Identifier: MIT */
#include "guard/harness/watched_call.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

size_t caller_memory_read(pid_t pid, uint64_t address, void *out, size_t size)
{
    const size_t page = 4096; /* a page at a time, as the next may be missing */
    size_t done = 0;
    while (done < size) {
        size_t wanted = page - (size_t)((address + done) % page);
        if (wanted > size - done)
            wanted = size - done;
        struct iovec local = {.iov_base = (char *)out + done, .iov_len = wanted};
        /* An address in another process: never a pointer that we follow. */
        struct iovec remote = {.iov_base = (void *)(uintptr_t)(address + done), /* NOLINT */
                               .iov_len = wanted};
        ssize_t got = process_vm_readv(pid, &local, 1, &remote, 1, 0);
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

/* Reads a string; false when it can't be read or is longer than `size` - 1. */
static bool read_string(pid_t pid, uint64_t address, char *out, size_t size)
{
    size_t length = caller_memory_read(pid, address, out, size);
    return memchr(out, '\0', length) != NULL;
}

/* Writes the path by which we reach the file that `named` is for the caller. */
static void reach(pid_t pid, int directory_fd, const char *named, char *out, size_t size)
{
    if (named[0] == '/')
        (void)snprintf(out, size, "%s", named);
    else if (named[0] == '\0')
        (void)snprintf(out, size, "/proc/%d/fd/%d", (int)pid, directory_fd);
    else if (directory_fd == AT_FDCWD)
        (void)snprintf(out, size, "/proc/%d/cwd/%s", (int)pid, named);
    else
        (void)snprintf(out, size, "/proc/%d/fd/%d/%s", (int)pid, directory_fd, named);
}

static void judge_exec(pid_t pid, int directory_fd, uint64_t name_address,
                       const struct exec_policy *policy, struct call_answer *answer)
{
    char named[PATH_MAX];
    if (!read_string(pid, name_address, named, sizeof named)) {
        answer->violates = true;
        (void)snprintf(answer->what, sizeof answer->what, "starts a program that can't be seen");
        return;
    }
    char reached[PATH_MAX + 64];
    char found[PATH_MAX];
    reach(pid, directory_fd, named, reached, sizeof reached);
    bool exists = realpath(reached, found) != NULL;
    switch (exec_policy_judge(policy, named, exists ? found : NULL)) {
    case EXEC_RECORDER:
        answer->starts_tool = true;
        break;
    case EXEC_ALLOWED:
    case EXEC_ABSENT:
        break;
    case EXEC_UNKNOWN:
        answer->violates = true;
        (void)snprintf(answer->what, sizeof answer->what, "calls %s, which nobody knows here",
                       exists ? found : named);
        break;
    }
}

static const char *family_name(int family)
{
    switch (family) {
    case AF_INET:
        return "an IPv4 socket";
    case AF_INET6:
        return "an IPv6 socket";
    case AF_PACKET:
        return "a packet socket";
    case AF_VSOCK:
        return "a VM socket";
    default:
        return "a socket that is not local";
    }
}

static void judge_socket(int family, struct call_answer *answer)
{
    if (family == AF_NETLINK) {
        answer->error_number = EAFNOSUPPORT;
        return;
    }
    answer->violates = true;
    (void)snprintf(answer->what, sizeof answer->what, "tries the network (%s)",
                   family_name(family));
}

/* Every socket that can be made is local, so every address is a path or an abstract name. Such a
 * name may be the harness's own; from those of others Landlock keeps it, where the kernel can. */
static void judge_address(pid_t pid, uint64_t address, uint64_t length,
                          const struct exec_policy *policy, struct call_answer *answer)
{
    struct sockaddr_un target = {0};
    size_t size = length < sizeof target ? (size_t)length : sizeof target;
    (void)caller_memory_read(pid, address, &target, size);
    char named[sizeof target.sun_path + 1] = "";
    memcpy(named, target.sun_path, sizeof target.sun_path);
    if (named[0] == '\0')
        return;
    char reached[PATH_MAX + 64];
    char found[PATH_MAX];
    reach(pid, AT_FDCWD, named, reached, sizeof reached);
    if (realpath(reached, found) == NULL)
        return;
    size_t room = strlen(policy->scratch->path);
    if (strncmp(found, policy->scratch->path, room) == 0 && found[room] == '/')
        return;
    if (strstr(found, "/nscd/") != NULL) {
        answer->error_number = ECONNREFUSED; /* the C library asks for users' names there */
        return;
    }
    answer->violates = true;
    (void)snprintf(answer->what, sizeof answer->what, "talks to a service outside (%s)", found);
}

static void judge_message(pid_t pid, uint64_t header_address, const struct exec_policy *policy,
                          struct call_answer *answer)
{
    struct msghdr header = {.msg_name = NULL};
    (void)caller_memory_read(pid, header_address, &header, sizeof header);
    if (header.msg_name != NULL)
        judge_address(pid, (uint64_t)(uintptr_t)header.msg_name, header.msg_namelen, policy,
                      answer);
}

void watched_call_judge(const struct seccomp_notif *call, int listener,
                        const struct exec_policy *policy, struct call_answer *answer)
{
    *answer = (struct call_answer){.error_number = 0};
    pid_t pid = (pid_t)call->pid;
    const __u64 *args = call->data.args;
    if (call->data.nr == SCMP_SYS(execve))
        judge_exec(pid, AT_FDCWD, args[0], policy, answer);
    else if (call->data.nr == SCMP_SYS(execveat))
        judge_exec(pid, (int)args[0], args[1], policy, answer);
    else if (call->data.nr == SCMP_SYS(socket))
        judge_socket((int)args[0], answer);
    else if (call->data.nr == SCMP_SYS(connect))
        judge_address(pid, args[1], args[2], policy, answer);
    else if (call->data.nr == SCMP_SYS(sendto))
        judge_address(pid, args[4], args[5], policy, answer);
    else
        judge_message(pid, args[1], policy, answer);
    answer->withdrawn = seccomp_notify_id_valid(listener, call->id) != 0;
    if (answer->violates)
        answer->error_number = EPERM;
}
