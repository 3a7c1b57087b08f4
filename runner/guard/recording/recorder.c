/* SPDX-License-Identifier: MIT */
/*
 * The program that plays nanvixd, mkimage, mkramfs, the daemons and the interpreter in a sysroot
 * that the guard made: it tells the guard how it was called (guard/recording_format.h),
 * makes the file that it was asked for, says what the real one might, and ends. It starts nothing.
 *
 * It is linked statically, so that no LD_* variable or missing library of the sysroot can touch it.
 */
#include "guard/recording_format.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct recorder {
    int argc;
    char **argv;
    char executable[PATH_MAX];
    const char *tool;
    unsigned behaviour; /* what the guard answered */
    unsigned number;    /* of this call among the run's */
};

static void refuse(const char *what) __attribute__((noreturn));

static void refuse(const char *what)
{
    (void)fprintf(stderr, "error: %s: %s\n", what, strerror(errno));
    _exit(RECORDER_STATUS_BROKEN);
}

static void learn_name(struct recorder *recorder)
{
    ssize_t length =
        readlink("/proc/self/exe", recorder->executable, sizeof recorder->executable - 1);
    if (length <= 0)
        refuse("/proc/self/exe");
    recorder->executable[length] = '\0';
    const char *slash = strrchr(recorder->executable, '/');
    recorder->tool = slash == NULL ? recorder->executable : slash + 1;
}

static size_t read_small_file(const char *path, off_t from_end, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    ssize_t length = 0;
    if (from_end == 0 || lseek(fd, -from_end, SEEK_END) >= 0)
        length = read(fd, out, size - 1);
    (void)close(fd);
    out[length > 0 ? length : 0] = '\0';
    return length > 0 ? (size_t)length : 0;
}

static bool tool_is(const struct recorder *recorder, const char *name)
{
    size_t length = strlen(name);
    return strncmp(recorder->tool, name, length) == 0 &&
           (recorder->tool[length] == '\0' || recorder->tool[length] == '.');
}

static bool builds_images(const struct recorder *recorder)
{
    return tool_is(recorder, "mkimage") || tool_is(recorder, "mkramfs");
}

/* The value of -o: "-o FILE", "-oFILE" or "-o=FILE"; NULL where there is none. */
static const char *output_file(const struct recorder *recorder)
{
    for (int i = 1; i < recorder->argc; i++) {
        const char *argument = recorder->argv[i];
        if (strcmp(argument, "--") == 0)
            return NULL;
        if (strcmp(argument, "-o") == 0 || strcmp(argument, "--output") == 0)
            return i + 1 < recorder->argc ? recorder->argv[i + 1] : NULL;
        if (strncmp(argument, "-o", 2) == 0)
            return argument[2] == '=' ? argument + 3 : argument + 2;
    }
    return NULL;
}

static bool asks_for_help(const struct recorder *recorder)
{
    for (int i = 1; i < recorder->argc && strcmp(recorder->argv[i], "--") != 0; i++) {
        const char *argument = recorder->argv[i];
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-help") == 0 ||
            strcmp(argument, "-h") == 0 || strcmp(argument, "--version") == 0 ||
            strcmp(argument, "-version") == 0)
            return true;
    }
    return false;
}

static bool is_to(const struct recorder *recorder, unsigned behaviour)
{
    return (recorder->behaviour & behaviour) != 0;
}

/* The identity of the image `path`, or "" when it is none of ours. */
static void read_image_identity(const char *path, char *out, size_t size)
{
    const size_t magic = sizeof RECORDER_IMAGE_MAGIC - 1;
    char start[128];
    out[0] = '\0';
    (void)read_small_file(path, 0, start, sizeof start);
    char *end = strchr(start, '\n');
    if (strncmp(start, RECORDER_IMAGE_MAGIC, magic) != 0 || end == NULL)
        return;
    *end = '\0';
    (void)snprintf(out, size, "%s", start + magic);
}

static bool is_interpreter(const char *path)
{
    const size_t length = sizeof RECORDER_INTERPRETER_MARK - 1;
    char end[sizeof RECORDER_INTERPRETER_MARK];
    return read_small_file(path, (off_t)length, end, sizeof end) == length &&
           memcmp(end, RECORDER_INTERPRETER_MARK, length) == 0;
}

/* The file of "FILE;ARGUMENTS..." */
static void file_part(const char *element, char *out, size_t size)
{
    (void)snprintf(out, size, "%.*s", (int)strcspn(element, ";"), element);
}

static void put_field(FILE *stream, const char *key, const char *value)
{
    (void)fprintf(stream, "%s=%s", key, value);
    (void)fputc('\0', stream);
}

static void put_elements(const struct recorder *recorder, FILE *stream)
{
    for (int i = 0; i < recorder->argc; i++)
        put_field(stream, "argument", recorder->argv[i]);
    for (int i = 1; i < recorder->argc; i++) {
        char path[PATH_MAX];
        char identity[64];
        char value[96];
        file_part(recorder->argv[i], path, sizeof path);
        (void)snprintf(value, sizeof value, "%d", i);
        if (is_interpreter(path))
            put_field(stream, "interpreter", value);
        read_image_identity(path, identity, sizeof identity);
        (void)snprintf(value, sizeof value, "%d %s", i, identity);
        if (identity[0] != '\0')
            put_field(stream, "image", value);
    }
}

/* Hands a record over and learns what to do. */
static void send_record(struct recorder *recorder, const char *record, size_t size)
{
    long answer = syscall(SYS_prctl, RECORDER_CALL, RECORDER_CALL_RECORD, record, size, 0);
    if (answer < 0)
        refuse("cannot start");
    recorder->behaviour = (unsigned)answer & ((1U << RECORDER_NUMBER_SHIFT) - 1);
    recorder->number = (unsigned)answer >> RECORDER_NUMBER_SHIFT;
}

static void record(struct recorder *recorder, const char *made)
{
    char *payload = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&payload, &size);
    if (stream == NULL)
        refuse("memory");
    (void)fprintf(stream, RECORDER_HEADER, (size_t)0);
    put_field(stream, "tool", recorder->tool);
    char directory[PATH_MAX];
    put_field(stream, "directory", getcwd(directory, sizeof directory) == NULL ? "?" : directory);
    put_elements(recorder, stream);
    for (char **variable = environ; *variable != NULL; variable++)
        put_field(stream, "variable", *variable);
    if (made[0] != '\0')
        put_field(stream, "made", made);
    if (fclose(stream) != 0)
        refuse("memory");
    char header[RECORDER_HEADER_SIZE + 1];
    (void)snprintf(header, sizeof header, RECORDER_HEADER, size - RECORDER_HEADER_SIZE);
    memcpy(payload, header, RECORDER_HEADER_SIZE);
    send_record(recorder, payload, size);
    free(payload);
}

/* A page, as the real tools make whole pages. */
static int make_image(const char *path, const char *identity)
{
    char page[4096] = {0};
    if (identity[0] != '\0')
        (void)snprintf(page, sizeof page, "%s%s\n", RECORDER_IMAGE_MAGIC, identity);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, page, sizeof page) != (ssize_t)sizeof page) {
        (void)fprintf(stderr, "error: %s: %s\n", path, strerror(errno));
        return 1;
    }
    return close(fd) == 0 ? 0 : 1;
}

static int help(const struct recorder *recorder)
{
    if (is_to(recorder, RECORDER_FAIL_HELP)) {
        (void)fprintf(stderr, "error: unknown flag\n");
        return 1;
    }
    if (builds_images(recorder))
        (void)printf("Usage: %s -o FILE [ENTRY...]\n", recorder->tool);
    else
        (void)printf("Usage: %s [-bin-dir DIR] [-ramfs FILE] [-console-file FILE] [-mount DIR]\n"
                     "    [-kernel-args ARGS] [-log-dir DIR] [-log-to-stdout] [-tmp-dir DIR]\n"
                     "    [-http-addr ADDR] [-allow-host-networking] -- PROGRAM [ARGS]\n",
                     recorder->tool);
    return 0;
}

/* Where timeout(1) started us its limit is over now: that takes no time, and is all the same to it.
 */
static void end_limit_of_parent(void)
{
    char path[64];
    char name[32];
    (void)snprintf(path, sizeof path, "/proc/%d/comm", (int)getppid());
    if (read_small_file(path, 0, name, sizeof name) > 0 && strcmp(name, "timeout\n") == 0)
        (void)kill(getppid(), SIGALRM);
}

/* A guest that does not come back, until somebody ends it. */
static int hang(void)
{
    end_limit_of_parent();
    struct timespec wait = {.tv_sec = RECORDER_HANG_S};
    while (nanosleep(&wait, &wait) != 0 && errno == EINTR)
        continue;
    (void)syscall(SYS_prctl, RECORDER_CALL, RECORDER_CALL_WAITED, NULL, 0, 0);
    return 1;
}

/* Guests end badly in many ways, and a harness may ask for one of them. */
static int failing_status(const struct recorder *recorder)
{
    static const int statuses[] = {2, 1, 3, 124, 255, 4, 5, 130, 134, 139};
    return statuses[recorder->number % (sizeof statuses / sizeof statuses[0])];
}

static int dying_signal(const struct recorder *recorder)
{
    static const int signals[] = {SIGKILL, SIGSEGV, SIGABRT, SIGTERM};
    return signals[recorder->number % (sizeof signals / sizeof signals[0])];
}

/* What a test run of the guest would print; every word that looks like a test module passes. */
static int run_guest(const struct recorder *recorder)
{
    /* Two calls in a row may be for one guest, the first for its image. */
    bool failing = is_to(recorder, RECORDER_FAIL_RUN) ||
                   (is_to(recorder, RECORDER_FAIL_SOME) && recorder->number / 2 % 2 == 0);
    if (is_to(recorder, RECORDER_DIE))
        (void)raise(dying_signal(recorder));
    if (is_to(recorder, RECORDER_HANG))
        return hang();
    for (int i = 1; i < recorder->argc; i++)
        if (strncmp(recorder->argv[i], "test_", 5) == 0)
            (void)printf("0:00:00 %s %s\n", recorder->argv[i], failing ? "failed" : "passed");
    (void)printf("\n== Tests result: %s ==\n", failing ? "FAILURE" : "SUCCESS");
    return failing ? failing_status(recorder) : 0;
}

int main(int argc, char **argv)
{
    static struct recorder recorder;
    recorder.argc = argc;
    recorder.argv = argv;
    learn_name(&recorder);

    const char *output = builds_images(&recorder) ? output_file(&recorder) : NULL;
    char identity[64] = "";
    if (output != NULL && tool_is(&recorder, "mkimage")) {
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        (void)snprintf(identity, sizeof identity, "%ld.%ld.%ld", (long)getpid(), (long)now.tv_sec,
                       now.tv_nsec);
    }
    record(&recorder, identity);

    if (asks_for_help(&recorder))
        return help(&recorder);
    if (!builds_images(&recorder))
        return run_guest(&recorder);
    if (is_to(&recorder, RECORDER_FAIL_BUILD)) {
        (void)fprintf(stderr, "error: cannot make the image\n");
        return 1;
    }
    return output == NULL ? 0 : make_image(output, identity);
}
