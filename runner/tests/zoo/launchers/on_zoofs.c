/* SPDX-License-Identifier: MIT */

/*
 * on_zoofs ZOOFS FAULT BACKING MOUNTPOINT COMMAND [ARGUMENT...]: mounts zoofs with one fault and
 * becomes the command, so that the daemon of the file system belongs to the tree of what was
 * launched, as the daemon of a hosted guest does. For use in a private mount namespace.
 *
 * Exit codes: the command's; 2 when it could not be started, 77 when zoofs could not be mounted.
 */

#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOUNT_DEADLINE_MS = 20000 };

static void start_daemon(char **argv, int output)
{
    pid_t parent = getpid();
    pid_t daemon = fork();
    if (daemon < 0)
        err(2, "fork");
    if (daemon > 0)
        return;
    char fault[256];
    char backing[4096];
    char of_parent[64];
    (void)snprintf(fault, sizeof fault, "--fault=%s", argv[2]);
    (void)snprintf(backing, sizeof backing, "--backing=%s", argv[3]);
    (void)snprintf(of_parent, sizeof of_parent, "--parent=%d", (int)parent);
    (void)dup2(output, STDOUT_FILENO);
    (void)execl(argv[1], argv[1], fault, backing, of_parent, "--depth=0", argv[4], (char *)NULL);
    err(77, "%s", argv[1]);
}

static void wait_until_mounted(int output)
{
    static const char wanted[] = "mounted\n";
    char said[sizeof wanted] = "";
    struct pollfd ready = {.fd = output, .events = POLLIN};
    if (poll(&ready, 1, MOUNT_DEADLINE_MS) <= 0 || read(output, said, sizeof wanted - 1) <= 0 ||
        strcmp(said, wanted) != 0)
        errx(77, "zoofs did not mount");
}

int main(int argc, char **argv)
{
    int output[2];
    if (argc < 6)
        errx(2, "usage: on_zoofs ZOOFS FAULT BACKING MOUNTPOINT COMMAND [ARGUMENT...]");
    if (pipe(output) != 0)
        err(2, "pipe");
    start_daemon(argv, output[1]);
    (void)close(output[1]);
    wait_until_mounted(output[0]);
    (void)execv(argv[5], argv + 5);
    err(2, "%s", argv[5]);
}
