/* SPDX-License-Identifier: MIT */
#include "run/helper/follow.h"

#include "base/cleanup.h"
#include "process/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* How often a file is looked at. */
enum { TICK_MS = 10 };

static bool tell(int socket, enum follow_message what, char *message, size_t length)
{
    message[0] = (char)what;
    return send(socket, message, length + 1, MSG_NOSIGNAL) == (ssize_t)(length + 1);
}

/* Sends all that is there. Returns false when that was the last. */
static bool pass_on(int socket, int file)
{
    static char message[1 + FOLLOW_MAX];
    ssize_t got;
    do {
        got = read(file, message + 1, FOLLOW_MAX);
        if (got > 0 && !tell(socket, FOLLOW_BYTES, message, (size_t)got))
            return false;
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got == 0 || errno == EAGAIN)
        return true;
    int length = snprintf(message + 1, FOLLOW_MAX, "%s", strerror(errno));
    (void)tell(socket, FOLLOW_FAILED, message, (size_t)length);
    return false;
}

static void follow(int socket, void *path)
{
    char message[1];
    CLEANUP_FD int file = -1;
    for (bool asked = false;;) {
        struct pollfd question = {.fd = socket, .events = POLLIN};
        if (file < 0)
            file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
        if ((file >= 0 && !pass_on(socket, file)) ||
            (asked && !tell(socket, FOLLOW_UP_TO_DATE, message, 0)))
            break;
        asked = poll(&question, 1, TICK_MS) > 0;
        if (asked && recv(socket, message, 1, 0) <= 0)
            return;
    }
    while (recv(socket, message, 1, 0) > 0) /* to go now could take the last message along */
        continue;
}

int follow_start(struct follower *follower, const char *path, struct error *error)
{
    char copy[PATH_MAX];
    *follower = (struct follower){.fd = -1};
    (void)snprintf(copy, sizeof copy, "%s", path);
    pid_t pid = apart_start(follow, copy, &follower->fd, error);
    follower->pid = pid < 0 ? 0 : pid;
    return pid < 0 ? -1 : 0;
}

void follow_ask(const struct follower *follower)
{
    (void)send(follower->fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}
