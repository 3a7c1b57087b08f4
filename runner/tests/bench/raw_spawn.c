/* SPDX-License-Identifier: MIT */

/*
 * raw_spawn COUNT DIRECTORY PROBE [posix_spawn]: the least that a probe can cost, which is what the
 * runner's cells are measured against. COUNT times: mkdir, pipe, fork and exec (or posix_spawn,
 * which copies no page tables but waits for the exec), read to the end of the output, wait, and the
 * directory and what is in it removed. Prints the seconds of all of them together.
 *
 * The probe gets what the runner gives it (--dir, --nonce, --keep), so that it does the same work.
 *
 * Exit codes: 0 every program exited with 0, 1 one did not, 2 something could not be done.
 */

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DEADLINE_MS = 60000 };

static double now_s(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        err(2, "clock_gettime");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static pid_t fork_and_exec(const char *probe, char *const *argv, int output)
{
    pid_t child = fork();
    if (child < 0)
        err(2, "fork");
    if (child > 0)
        return child;
    (void)dup2(output, STDOUT_FILENO);
    (void)execv(probe, argv);
    err(2, "%s", probe);
}

static pid_t spawn(const char *probe, char *const *argv, int output)
{
    pid_t child = -1;
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (failed == 0)
        failed = posix_spawn(&child, probe, &actions, NULL, argv, environ);
    if (failed != 0)
        errx(2, "%s: %s", probe, strerror(failed));
    (void)posix_spawn_file_actions_destroy(&actions);
    return child;
}

static pid_t start(const char *probe, const char *directory, int output, bool spawned)
{
    char name[4200];
    char dir_option[4200];
    char nonce[] = "--nonce=abcdefgh12345678";
    char keep[] = "--keep";
    (void)snprintf(name, sizeof name, "%s", probe);
    (void)snprintf(dir_option, sizeof dir_option, "--dir=%s", directory);
    char *const argv[] = {name, dir_option, nonce, keep, NULL};
    return spawned ? spawn(probe, argv, output) : fork_and_exec(probe, argv, output);
}

static void read_to_end(int input)
{
    char block[65536];
    struct pollfd ready = {.fd = input, .events = POLLIN};
    do {
        if (poll(&ready, 1, DEADLINE_MS) <= 0)
            errx(2, "the program said nothing for %d s", DEADLINE_MS / 1000);
    } while (read(input, block, sizeof block) > 0);
}

/* What the probes leave is one level of files, or one directory of them. */
static void remove_tree(const char *path, int levels)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        err(2, "%s", path);
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char inner[8192];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0 && levels > 0)
            remove_tree(inner, levels - 1);
    }
    (void)closedir(directory);
    if (rmdir(path) != 0)
        err(2, "%s", path);
}

static int run_once(const char *probe, const char *directory, bool spawned)
{
    int output[2];
    int status = 0;
    if (mkdir(directory, 0700) != 0)
        err(2, "%s", directory);
    if (pipe2(output, O_CLOEXEC) != 0)
        err(2, "pipe");
    pid_t child = start(probe, directory, output[1], spawned);
    (void)close(output[1]);
    read_to_end(output[0]);
    (void)close(output[0]);
    if (waitpid(child, &status, 0) != child)
        err(2, "wait");
    remove_tree(directory, 3);
    return status;
}

int main(int argc, char **argv)
{
    char directory[4100];
    int failed = 0;
    bool spawned = argc == 5 && strcmp(argv[4], "posix_spawn") == 0;
    if ((argc != 4 && !spawned) || strlen(argv[2]) > 4000)
        errx(2, "usage: raw_spawn COUNT DIRECTORY PROBE [posix_spawn]");
    long count = strtol(argv[1], NULL, 10);
    (void)snprintf(directory, sizeof directory, "%s/raw-spawn.%d", argv[2], (int)getpid());
    double began = now_s();
    for (long done = 0; done < count; done++)
        failed |= run_once(argv[3], directory, spawned) != 0;
    (void)printf("%.6f\n", now_s() - began);
    return failed;
}
