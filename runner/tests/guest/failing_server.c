/* SPDX-License-Identifier: MIT */
/*
 * failing-server REQUEST ACTION SOCKET SERVER ARGUMENT...
 *
 * Stands in the place of a 9P file server: starts SERVER, which serves its standard input, carries
 * what comes through SOCKET to it and back, and fails at the first REQUEST that passes, so that no
 * race has to be won. REQUEST is `rename`, and then the server never sees it, or `write`, which is
 * answered first.
 *
 *     exit, abort, kill   this program ends, and with it the connection
 *     stop, spin, silence this program stops, burns CPU, or never answers
 *     close               the connection is closed, and this program lives on
 *     kill-server         SERVER gets SIGKILL; this program neither says so nor answers
 *     lose-thread         the thread that serves ends, and the others live on
 */
#include <endian.h>
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { T_RENAME = 20, T_RENAMEAT = 74, T_WRITE = 118, MESSAGE_MAX = 64 * 1024, HEADER = 7 };

static const char *wanted;
static const char *action;
static int outside; /* towards the guest */
static int inside;  /* towards the server */
static pid_t server;

static void give(int fd, const char *bytes, size_t length)
{
    if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
        exit(0); /* the other side has ended */
}

/* Takes a whole message: its length in four bytes, its kind, its tag, and what belongs to it. */
static size_t take(int fd, char *message)
{
    uint32_t length = 0;
    if (recv(fd, message, sizeof length, MSG_WAITALL) != sizeof length)
        exit(0);
    memcpy(&length, message, sizeof length);
    length = le32toh(length);
    if (length < HEADER || length > MESSAGE_MAX)
        errx(9, "a message of %u bytes", length);
    if (recv(fd, message + sizeof length, length - sizeof length, MSG_WAITALL) !=
        (ssize_t)(length - sizeof length))
        exit(0);
    return length;
}

static bool is_wanted(const char *message)
{
    int kind = (unsigned char)message[4];
    return strcmp(wanted, "write") == 0 ? kind == T_WRITE : kind == T_RENAME || kind == T_RENAMEAT;
}

static void fail(void)
{
    warnx("failing: %s", action);
    if (strcmp(action, "exit") == 0)
        _exit(3);
    if (strcmp(action, "abort") == 0)
        abort();
    if (strcmp(action, "kill") == 0)
        (void)raise(SIGKILL);
    if (strcmp(action, "stop") == 0)
        (void)raise(SIGSTOP);
    if (strcmp(action, "kill-server") == 0)
        (void)kill(server, SIGKILL);
    if (strcmp(action, "close") == 0)
        (void)shutdown(outside, SHUT_RDWR);
    if (strcmp(action, "lose-thread") == 0)
        pthread_exit(NULL);
    while (strcmp(action, "spin") == 0)
        continue;
    for (;;)
        (void)pause();
}

/* One request at a time, as the guest's kernel has only one out here. */
_Noreturn static void *serve(void *unused)
{
    static char message[MESSAGE_MAX];
    (void)unused;
    for (;;) {
        size_t length = take(outside, message);
        bool now = is_wanted(message);
        if (now && strcmp(wanted, "rename") == 0)
            fail();
        give(inside, message, length);
        length = take(inside, message);
        give(outside, message, length);
        if (now)
            fail();
    }
}

int main(int argc, char **argv)
{
    int ends[2];
    pthread_t thread;
    if (argc < 5)
        errx(2, "usage: failing-server REQUEST ACTION SOCKET SERVER ARGUMENT...");
    wanted = argv[1];
    action = argv[2];
    outside = atoi(argv[3]); /* NOLINT(cert-err34-c): a test's own descriptor has it right */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        err(9, "socketpair");
    inside = ends[0];
    if ((server = fork()) == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(ends[1], STDIN_FILENO);
        (void)close(outside);
        (void)execv(argv[4], argv + 4);
        err(9, "%s", argv[4]);
    }
    (void)close(ends[1]);
    if (server < 0 || pthread_create(&thread, NULL, serve, NULL) != 0)
        err(9, "start");
    for (;;)
        (void)pause();
}
