/* SPDX-License-Identifier: MIT */
#include "base/signature.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define DEADLINE_NS (10 * NS_PER_S)

enum { OUTPUT_LIMIT = 64 * 1024, SIGNERS_LIMIT = 1024 * 1024, NAMES_MAX = 16, FD_PATH = 64 };

/* What ssh-keygen is asked, and what it answers. */
struct question {
    const char *const *argv;
    int input;       /* what it reads on standard input, from the start; -1: nothing */
    bool agent;      /* it may ask the user's agent */
    char *said;      /* standard output; owned */
    char *complaint; /* the first line of standard error; owned */
    int status;      /* as wait(2) gives it */
};

static void question_release(struct question *question)
{
    free(question->said);
    free(question->complaint);
}

static int find_ssh_keygen(char path[PATH_MAX], struct error *error)
{
    if (program_find("ssh-keygen", path, PATH_MAX, NULL) == 0)
        return 0;
    return error_set(error, ERROR_ENVIRONMENT, "ssh-keygen",
                     "is not here; signatures need it: install the package openssh-client");
}

/* A file in memory that others can open by a path and nobody can change behind our back. */
static int hold_bytes(const void *bytes, size_t length, struct error *error)
{
    CLEANUP_FD int fd = memfd_create("rename-oracle", MFD_CLOEXEC);
    const char *rest = bytes;
    while (fd >= 0 && length > 0) {
        ssize_t written = write(fd, rest, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        rest += written;
        length -= (size_t)written;
    }
    if (fd < 0 || length > 0)
        return error_set_errno(error, errno, NULL, "cannot hold a file in memory");
    return steal_fd(&fd);
}

/* A path that a child opens the file by, each time from its start. */
static void write_fd_path(int fd, char out[FD_PATH])
{
    (void)snprintf(out, FD_PATH, "/proc/%ld/fd/%d", (long)getpid(), fd);
}

/* What was written to a file in memory, as text; NULL when memory ran out. */
static char *read_back(int fd)
{
    char *text = calloc(1, OUTPUT_LIMIT + 1);
    ssize_t length = text == NULL ? 0 : pread(fd, text, OUTPUT_LIMIT, 0);
    if (length > 0)
        text[length] = '\0';
    return text;
}

/* Nothing of the user's but the agent, and nobody who could be asked for a passphrase. */
static int start(const char *program, const struct question *question, int out, int complaints,
                 pid_t *pid)
{
    char input[FD_PATH] = "/dev/null";
    char agent[PATH_MAX + 16] = "SSH_AUTH_SOCK=";
    char lines[][32] = {"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC0", "SSH_ASKPASS_REQUIRE=never"};
    char *environment[] = {lines[0], lines[1], lines[2], lines[3], NULL, NULL};
    const char *socket = getenv("SSH_AUTH_SOCK");
    union {
        const char *const *borrowed;
        char *const *plain; /* posix_spawn does not write to the strings */
    } words = {.borrowed = question->argv};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    (void)sigemptyset(&none);
    if (question->input >= 0)
        write_fd_path(question->input, input);
    if (question->agent && socket != NULL &&
        path_format(agent, sizeof agent, NULL, "SSH_AUTH_SOCK=%s", socket) == 0)
        environment[4] = agent;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed == 0) {
        failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0);
        failed =
            failed != 0 ? failed : posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        failed = failed != 0
                     ? failed
                     : posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
        /* Without a terminal it can't ask there either. */
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        failed = failed != 0
                     ? failed
                     : posix_spawn(pid, program, &actions, &attributes, words.plain, environment);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Waits for its end, or ends it. */
static int wait_for(pid_t pid, int *status, struct error *error)
{
    uint64_t until_ns = clock_now_ns() + DEADLINE_NS;
    CLEANUP_FD int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    int ready = 0;
    for (uint64_t now_ns = clock_now_ns(); pidfd >= 0 && ready <= 0 && now_ns < until_ns;
         now_ns = clock_now_ns())
        ready = poll(&ended, 1, (int)((until_ns - now_ns) / NS_PER_MS) + 1);
    if (ready <= 0)
        (void)kill(-pid, SIGKILL);
    /* What was killed and does not end is stuck in the kernel; the deadline holds for it, too. */
    if (waitpid(pid, status, ready > 0 ? 0 : WNOHANG) == pid && ready > 0)
        return 0;
    return error_set(error, ERROR_DEADLINE, "ssh-keygen",
                     "did not answer within 10 s; does an agent or a device wait for somebody?");
}

/* Leaves the first line, without the paths that are ours of today: the same question gets the same
 * answer. */
static void tidy(char *complaint)
{
    complaint[strcspn(complaint, "\r\n")] = '\0';
    for (char *path = strstr(complaint, "/proc/"); path != NULL;
         path = strstr(complaint, "/proc/")) {
        size_t length = strcspn(path, " :");
        memmove(path, path + length, strlen(path + length) + 1);
    }
    size_t lead = strspn(complaint, ":0123456789 ");
    memmove(complaint, complaint + lead, strlen(complaint + lead) + 1);
}

static int ask(struct question *question, struct error *error)
{
    char program[PATH_MAX];
    pid_t pid = 0;
    CLEANUP_FD int out = hold_bytes("", 0, error);
    CLEANUP_FD int complaints = hold_bytes("", 0, error);
    if (out < 0 || complaints < 0 || find_ssh_keygen(program, error) != 0)
        return -1;
    int failed = start(program, question, out, complaints, &pid);
    if (failed != 0)
        return error_set_errno(error, failed, program, "cannot be started");
    if (wait_for(pid, &question->status, error) != 0)
        return -1;
    question->said = read_back(out);
    question->complaint = read_back(complaints);
    if (question->said == NULL || question->complaint == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a signature");
    tidy(question->complaint);
    return 0;
}

static const char *complaint_of(const struct question *question, const char *otherwise)
{
    return question->complaint == NULL || question->complaint[0] == '\0' ? otherwise
                                                                         : question->complaint;
}

static bool has_succeeded(const struct question *question)
{
    return question->said != NULL && WIFEXITED(question->status) &&
           WEXITSTATUS(question->status) == 0;
}

char *signature_make(const char *key, int fd, struct error *error)
{
    const char *const argv[] = {"ssh-keygen",        "-q", "-Y", "sign", "-f", key, "-n",
                                SIGNATURE_NAMESPACE, NULL};
    CLEANUP(question_release) struct question question = {.argv = argv, .input = fd, .agent = true};
    if (ask(&question, error) != 0)
        return NULL;
    char **said = &question.said;
    if (has_succeeded(&question) && question.said[0] != '\0')
        return steal_pointer(said);
    (void)error_set(error, ERROR_ENVIRONMENT, key,
                    "cannot sign: %s (a key with a passphrase has to be in an agent; then give its "
                    "public key)",
                    complaint_of(&question, "ssh-keygen says nothing"));
    return NULL;
}

int signature_try(const char *key, struct error *error)
{
    CLEANUP_FD int fd = hold_bytes("", 0, error);
    CLEANUP_FREE char *signature = fd < 0 ? NULL : signature_make(key, fd, error);
    return signature == NULL ? -1 : 0;
}

static bool names_a_key(const char *text)
{
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n")) {
        line += strspn(line, " \t\r\n");
        if (*line != '#' && *line != '\0')
            return true;
    }
    return false;
}

int signers_load(struct signers *signers, const char *path, struct error *error)
{
    char program[PATH_MAX];
    size_t length = 0;
    *signers = (struct signers){.fd = -1};
    CLEANUP_FREE char *text = calloc(1, SIGNERS_LIMIT + 1);
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, path, "out of memory for the signers");
    if (find_ssh_keygen(program, error) != 0)
        return -1; /* cppcheck-suppress memleak ; its attribute frees it */
    for (ssize_t got = 1; fd >= 0 && got > 0 && length < SIGNERS_LIMIT; length += (size_t)got) {
        got = read(fd, text + length, SIGNERS_LIMIT - length);
        if (got < 0)
            return error_set_errno(error, errno, path, "cannot be read");
    }
    if (fd < 0)
        return error_set_errno(error, errno, path, "cannot be read");
    if (length == SIGNERS_LIMIT || strlen(text) != length || !names_a_key(text))
        return error_set(error, ERROR_INPUT, path,
                         "names no signer; it is an allowed_signers file (see ssh-keygen(1)), such "
                         "as: ci@example.org namespaces=\"" SIGNATURE_NAMESPACE "\" ssh-ed25519 "
                         "AAAA...");
    digest_bytes(text, length, signers->digest);
    signers->fd = hold_bytes(text, length, error);
    return signers->fd < 0 ? -1 : 0;
}

void signers_release(struct signers *signers)
{
    if (signers->fd >= 0)
        (void)close(signers->fd);
    signers->fd = -1;
}

/* What both questions about a signature need. */
struct checking {
    char allowed[FD_PATH];
    char signature[FD_PATH];
    char time[40];
    int bytes;
};

/* Whether this one of the signers made the signature, for this namespace and in his time. */
static int verify(const struct checking *checking, const char *name, struct question *question,
                  struct error *error)
{
    const char *const argv[] = {"ssh-keygen",
                                "-Y",
                                "verify",
                                "-f",
                                checking->allowed,
                                "-I",
                                name,
                                "-n",
                                SIGNATURE_NAMESPACE,
                                "-s",
                                checking->signature,
                                "-O",
                                checking->time,
                                NULL};
    question_release(question);
    *question = (struct question){.argv = argv, .input = checking->bytes};
    return ask(question, error);
}

/* Tries every name that the key stands under. */
static int try_names(const struct checking *checking, char *names, char **result,
                     struct error *error)
{
    char *rest = NULL;
    int count = 0;
    CLEANUP(question_release) struct question question = {0};
    for (char *name = strtok_r(names, "\r\n", &rest); name != NULL && count < NAMES_MAX;
         name = strtok_r(NULL, "\r\n", &rest), count++) {
        if (verify(checking, name, &question, error) != 0)
            return -1;
        if (has_succeeded(&question)) {
            *result = strdup(name);
            return *result == NULL ? error_set(error, ERROR_MEMORY, NULL, "out of memory") : 0;
        }
    }
    *result = strdup(complaint_of(&question, "it does not hold for these bytes"));
    return *result == NULL ? error_set(error, ERROR_MEMORY, NULL, "out of memory") : 1;
}

static void write_time(long long now, char out[40])
{
    time_t seconds = (time_t)now;
    struct tm parts = {0};
    (void)gmtime_r(&seconds, &parts);
    (void)strftime(out, 40, "verify-time=%Y%m%d%H%M%S", &parts);
}

int signature_check(const struct signers *signers, const struct signature_check *check, char **name,
                    struct error *error)
{
    struct checking checking;
    CLEANUP_FD int bytes = hold_bytes(check->bytes, check->length, error);
    CLEANUP_FD int signature = hold_bytes(check->signature, check->signature_length, error);
    *name = NULL;
    if (bytes < 0 || signature < 0)
        return -1;
    checking.bytes = bytes;
    write_fd_path(signers->fd, checking.allowed);
    write_fd_path(signature, checking.signature);
    write_time(check->now, checking.time);
    /* Only verify looks at the namespace, and it has to be told whose signature to expect. */
    const char *const argv[] = {"ssh-keygen",     "-Y", "find-principals",  "-f",
                                checking.allowed, "-s", checking.signature, "-O",
                                checking.time,    NULL};
    CLEANUP(question_release) struct question question = {.argv = argv, .input = -1};
    if (ask(&question, error) != 0)
        return -1;
    if (has_succeeded(&question) && question.said[0] != '\0')
        return try_names(&checking, question.said, name, error);
    *name = strdup(complaint_of(&question, "it is of no named signer"));
    return *name == NULL ? error_set(error, ERROR_MEMORY, NULL, "out of memory") : 1;
}
