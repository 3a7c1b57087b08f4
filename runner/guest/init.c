/* SPDX-License-Identifier: MIT */
/*
 * The first process of the reference VM: mounts the file system under test, runs one probe on it,
 * unmounts it and halts.
 *
 * Its root is the host's "/", read-only through hostfs. Its orders come from the kernel's command
 * line: unknown K=V words become its environment, words behind "--" its arguments.
 *
 *     RO_WORK=DIR            where the file system under test is mounted; an existing directory
 *     RO_FILESYSTEM=TYPE     hostfs, 9p (served.h), vfat, or what else the guest's kernel has
 *     RO_SOURCE=WHAT         the block device of the image, or the host's directory
 *     RO_MOUNT_OPTIONS=LIST  not for hostfs; "sync", "dirsync", "ro", "noatime" become flags
 *     RO_MODULES=NAME,...    kernel modules to load first
 *     RO_MODULE_DIR=DIR      where they are, default /usr/lib/uml/modules
 *     -- PROGRAM ARGUMENT... the probe
 *
 * Everything of the host can also be reached below /dev/host: the work mount, which hides what the
 * host has in /tmp, does not cover it there.
 *
 * The VM's exit status is the probe's, or one of `enum init_status`. Every failure is one line that
 * begins with "init: ". Nothing but the probe itself is waited for; of one that stays away it tells
 * where it is (inside.h).
 */
#include "console.h"
#include "inside.h"
#include "modules.h"
#include "served.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONSOLE "/dev/tty1"
#define HOST_VIEW "/dev/host"

enum { LEFTOVER_SECONDS = 2 };

extern char **environ;

struct orders {
    const char *work;
    const char *filesystem;
    const char *source;
    const char *mount_options;
    const char *modules;
    const char *module_directory;
    char **probe; /* argv, ended by NULL */
};

/*
 * A guest's process whose VM was killed is let go, and goes on as a process of the host: what it
 * asks for then, it asks the host for. Whoever is about to end or unmount things looks first
 * whether he is still init. start_vm.c has what holds when this comes too late.
 */
static bool is_still_init(void)
{
    return syscall(SYS_getpid) == 1;
}

/*
 * Halts the machine with `status`. Where even that is impossible the process ends, which the kernel
 * answers with a panic: the VM never lingers.
 */
static void halt(int status)
{
    char text[16];
    int length = snprintf(text, sizeof text, "%d\n", status);
    int file = open("/proc/exitcode", O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, (size_t)length) == length;
    if (!written)
        console_say("write /proc/exitcode: %s", console_errno_name(errno));
    console_drain();
    if (written && is_still_init())
        (void)reboot(RB_POWER_OFF);
    _exit(status);
}

static int take_order(struct orders *orders, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **slot;
    } known[] = {
        {"RO_WORK", &orders->work},       {"RO_FILESYSTEM", &orders->filesystem},
        {"RO_SOURCE", &orders->source},   {"RO_MOUNT_OPTIONS", &orders->mount_options},
        {"RO_MODULES", &orders->modules}, {"RO_MODULE_DIR", &orders->module_directory},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, name) == 0) {
            *known[i].slot = value;
            return 0;
        }
    }
    console_say("%s: no such order", name);
    return -1;
}

static int check_orders(const struct orders *orders)
{
    if (orders->work == NULL || orders->work[0] != '/') {
        console_say("RO_WORK: must be an absolute path");
        return -1;
    }
    if (orders->filesystem == NULL || orders->filesystem[0] == '\0') {
        console_say("RO_FILESYSTEM: must be the type of a file system");
        return -1;
    }
    if (orders->source == NULL || orders->source[0] != '/') {
        console_say("RO_SOURCE: must be an absolute path");
        return -1;
    }
    if (orders->probe[0] == NULL) {
        console_say("no probe: its path and arguments stand behind \"--\"");
        return -1;
    }
    return 0;
}

static int read_orders(struct orders *orders, char **argv)
{
    *orders = (struct orders){
        .mount_options = "", .module_directory = "/usr/lib/uml/modules", .probe = argv + 1};
    for (char **variable = environ; *variable != NULL; variable++) {
        char *equals = strchr(*variable, '=');
        if (strncmp(*variable, "RO_", 3) != 0 || equals == NULL)
            continue;
        *equals = '\0';
        int taken = take_order(orders, *variable, equals + 1);
        *equals = '=';
        if (taken != 0)
            return -1;
    }
    return check_orders(orders);
}

static int mount_or_say(const char *source, const char *target, const char *type,
                        unsigned long flags, const char *data)
{
    if (mount(source, target, type, flags, data) == 0)
        return 0;
    console_say("mount %s as %s: %s", target, type, console_errno_name(errno));
    return -1;
}

/*
 * /proc comes first: without it there is no exit status. A kernel that was built so has mounted
 * /dev itself, and answers EBUSY.
 */
static int set_up_system(void)
{
    if (mount_or_say("proc", "/proc", "proc", 0, NULL) != 0)
        return -1;
    if (mount("devtmpfs", "/dev", "devtmpfs", 0, "mode=0755") != 0 && errno != EBUSY) {
        console_say("mount /dev as devtmpfs: %s", console_errno_name(errno));
        return -1;
    }
    if (console_open(CONSOLE) != 0) {
        console_say("open %s: %s", CONSOLE, console_errno_name(errno));
        return -1;
    }
    if (mkdir(HOST_VIEW, 0755) != 0 || mount("/", HOST_VIEW, NULL, MS_BIND, NULL) != 0) {
        console_say("bind / to %s: %s", HOST_VIEW, console_errno_name(errno));
        return -1;
    }
    return 0;
}

/* mount(2) takes some of what mount(8) calls options as flags. The rest stays in `options`. */
static unsigned long extract_flags(char *options)
{
    static const struct {
        const char *word;
        unsigned long flag;
    } flags[] = {{"sync", MS_SYNCHRONOUS},
                 {"dirsync", MS_DIRSYNC},
                 {"ro", MS_RDONLY},
                 {"noatime", MS_NOATIME}};
    unsigned long found = 0;
    char *kept = options;
    char *rest = options;
    for (char *word = strsep(&rest, ","); word != NULL; word = strsep(&rest, ",")) {
        bool is_flag = false;
        for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
            if (strcmp(word, flags[i].word) == 0) {
                found |= flags[i].flag;
                is_flag = true;
            }
        }
        if (is_flag || *word == '\0')
            continue;
        if (kept != options)
            *kept++ = ',';
        size_t length = strlen(word);
        memmove(kept, word, length);
        kept += length;
    }
    *kept = '\0';
    return found;
}

static int mount_work(const struct orders *orders)
{
    if (strcmp(orders->filesystem, "hostfs") == 0)
        return mount_or_say("hostfs", orders->work, "hostfs", 0, orders->source);
    char *options = strdup(orders->mount_options);
    if (options == NULL) {
        console_say("read RO_MOUNT_OPTIONS: ENOMEM");
        return -1;
    }
    unsigned long flags = extract_flags(options);
    char *connected = options;
    if (strcmp(orders->filesystem, "9p") == 0)
        connected = served_connect(orders->source, options);
    int result = -1;
    if (connected != NULL)
        result = mount_or_say(orders->source, orders->work, orders->filesystem, flags, connected);
    if (connected != options)
        free(connected);
    free(options);
    return result;
}

/* Returns the probe's pid, or -1 with errno set, also when it could not be executed. */
static pid_t start_probe(char **argv)
{
    char path[] = "PATH=/usr/bin:/bin";
    char home[] = "HOME=/";
    char *environment[] = {path, home, NULL};
    pid_t probe = -1;
    /* Not fork(2), whose copy of the page tables takes 10 ms of a boot here. */
    errno = posix_spawn(&probe, argv[0], NULL, NULL, argv, environment);
    return errno == 0 ? probe : -1;
}

/* As init, this process also inherits the orphans of the probe; they are reaped by the way. */
static int await_probe(pid_t probe, const char *name, const char *nonce)
{
    int status = 0;
    pid_t ended = inside_wait(probe, nonce, &status);
    for (;; ended = waitpid(-1, &status, 0)) {
        if (ended == probe)
            break;
        if (ended < 0 && errno != EINTR) {
            console_say("wait for %s: %s", name, console_errno_name(errno));
            return INIT_NO_PROBE;
        }
    }
    if (!WIFSIGNALED(status))
        return WEXITSTATUS(status);
    console_say("%s was killed by signal %d (SIG%s)", name, WTERMSIG(status),
                sigabbrev_np(WTERMSIG(status)));
    return INIT_SIGNALLED + WTERMSIG(status);
}

static void wake_up(int signal_number)
{
    (void)signal_number;
}

/*
 * What the probe left running would keep its file system busy. A process that does not even die is
 * given up after LEFTOVER_SECONDS.
 */
static void end_leftovers(void)
{
    const struct sigaction interrupt = {.sa_handler = wake_up};
    if (waitpid(-1, NULL, WNOHANG) < 0) /* nobody is left: they would all be children of ours */
        return;
    (void)sigaction(SIGALRM, &interrupt, NULL);
    (void)alarm(LEFTOVER_SECONDS);
    if (is_still_init())
        (void)kill(-1, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    (void)alarm(0);
}

static const char *nonce_of(char **argv)
{
    static const char option[] = "--nonce=";
    for (; *argv != NULL; argv++)
        if (strncmp(*argv, option, sizeof option - 1) == 0)
            return *argv + sizeof option - 1;
    return "-";
}

static int run_probe(char **argv)
{
    pid_t probe = start_probe(argv);
    if (probe < 0) {
        console_say("start %s: %s", argv[0], console_errno_name(errno));
        return INIT_NO_PROBE;
    }
    int status = await_probe(probe, argv[0], nonce_of(argv));
    end_leftovers();
    return status;
}

static int run_orders(char **argv)
{
    struct orders orders;
    if (set_up_system() != 0)
        return INIT_NO_SYSTEM;
    if (read_orders(&orders, argv) != 0)
        return INIT_BAD_ORDERS;
    if (orders.modules != NULL && modules_load(orders.module_directory, orders.modules) != 0)
        return INIT_NO_MODULE;
    if (mount_work(&orders) != 0)
        return INIT_NO_MOUNT;
    int status = run_probe(orders.probe);
    if (is_still_init() && umount2(orders.work, 0) != 0) {
        console_say("unmount %s: %s", orders.work, console_errno_name(errno));
        return status != 0 ? status : INIT_NO_UNMOUNT;
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 1 || getpid() != 1) {
        (void)fputs("init: only as the first process of the reference VM\n", stderr);
        return 2;
    }
    (void)umask(022);
    halt(run_orders(argv));
}
