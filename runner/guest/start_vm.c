/* SPDX-License-Identifier: MIT */
/*
 * start-vm DIRECTORY PROGRAM ARGUMENT...
 *
 * Runs PROGRAM, User Mode Linux, with the three things arranged that a command line can't ask for:
 *
 * - A PID namespace of its own. A guest's processes are traced processes of the host; when the VM's
 *   main process is killed they are let go, and what they do next they do on the host, as whoever
 *   started the VM: init's kill(-1) at its end ended every process of that user. In the namespace
 *   the kernel kills them with the VM, and no signal and no reboot(2) of theirs leads out of it.
 *   Who is not root gets it with a user namespace; where neither is allowed the VM starts without,
 *   and init's own care (init.c) is what is left.
 * - No address randomization, which makes a boot a fifth faster. setarch(1) would refuse to start
 *   the program where personality(2) is forbidden, as in Docker's default profile; here it starts.
 * - A place for the VM's memory file, which is mapped executable: /dev/shm where that is a tmpfs
 *   with room, because a busy disk can hold up a guest whose memory lies on it; else DIRECTORY. In
 *   containers /dev/shm is often noexec or 64 MB small.
 *
 * Ends as PROGRAM does, by a signal too; 126 when it can't be started, 2 when it was not named.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHARED_MEMORY "/dev/shm"

enum { ROOM_WANTED_MIB = 1024 }; /* for 16 guests at once */

static bool holds_memory_files(const char *directory)
{
    struct statfs filesystem;
    if (statfs(directory, &filesystem) != 0 || filesystem.f_type != TMPFS_MAGIC)
        return false;
    unsigned long long room =
        (unsigned long long)filesystem.f_bavail * (unsigned long long)filesystem.f_bsize;
    return (filesystem.f_flags & (ST_NOEXEC | ST_RDONLY)) == 0 && room >> 20 >= ROOM_WANTED_MIB &&
           access(directory, W_OK | X_OK) == 0;
}

static bool write_map(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);
    if (file >= 0)
        (void)close(file);
    return written;
}

/* Whoever one is, one stays: the files of the host are to look the same. */
static bool map_user(unsigned user, unsigned group)
{
    char users[64];
    char groups[64];
    (void)snprintf(users, sizeof users, "%u %u 1", user, user);
    (void)snprintf(groups, sizeof groups, "%u %u 1", group, group);
    return write_map("/proc/self/setgroups", "deny") && write_map("/proc/self/uid_map", users) &&
           write_map("/proc/self/gid_map", groups);
}

_Noreturn static void end_as(int status)
{
    if (WIFSIGNALED(status)) {
        (void)signal(WTERMSIG(status), SIG_DFL);
        (void)kill(getpid(), WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Waits for a child, whoever else ends meanwhile. Whoever asks the VM to end asks all of us, and it
 * is the VM's to answer; a pipe that only the VM writes to ends with it. */
static int wait_for(pid_t child)
{
    int status = 0;
    pid_t ended = 0;
    for (int number = 1; number < NSIG; number++)
        if (number != SIGCHLD)
            (void)signal(number, SIG_IGN);
    (void)close_range(0, ~0U, 0);
    while (ended != child && (ended >= 0 || errno == EINTR))
        ended = waitpid(-1, &status, 0);
    return status;
}

static pid_t fork_or_say(void)
{
    pid_t pid = fork();
    if (pid < 0) {
        (void)fprintf(stderr, "start-vm: fork: %s\n", strerror(errno));
        _exit(126);
    }
    if (pid == 0)
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

static bool enter_pid_namespace(void)
{
    unsigned user = geteuid();
    unsigned group = getegid();
    if (unshare(CLONE_NEWPID) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
        return false;
    if (map_user(user, group))
        return true;
    (void)fprintf(stderr, "start-vm: /proc/self/uid_map: %s\n", strerror(errno));
    _exit(126);
}

/*
 * Returns in the process that is to be PROGRAM. This one waits, and ends as PROGRAM ends. Between
 * them stands the namespace's first process, which is nothing else: PROGRAM would not die of its
 * own SIGABRT there.
 */
static void live_in_a_namespace(void)
{
    int *status =
        mmap(NULL, sizeof *status, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (status == MAP_FAILED || !enter_pid_namespace())
        return;
    *status = SIGKILL; /* what has become of the VM whose first process was killed */
    pid_t first = fork_or_say();
    if (first > 0) {
        (void)wait_for(first);
        end_as(*status);
    }
    pid_t vm = fork_or_say();
    if (vm == 0)
        return;
    *status = wait_for(vm);
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: start-vm DIRECTORY PROGRAM ARGUMENT...\n", stderr);
        return 2;
    }
    (void)personality(ADDR_NO_RANDOMIZE);
    live_in_a_namespace();
    const char *memory = holds_memory_files(SHARED_MEMORY) ? SHARED_MEMORY : argv[1];
    if (setenv("TMPDIR", memory, 1) == 0)
        (void)execv(argv[2], argv + 2);
    (void)fprintf(stderr, "start-vm: %s: %s\n", argv[2], strerror(errno));
    return 126;
}
