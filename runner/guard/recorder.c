/* SPDX-License-Identifier: MIT */
/*
 * The program that plays nanvixd, mkimage, mkramfs, the daemons and the interpreter in a sysroot
 * that the guard made: it writes down how it was called (guard/recording_format.h), makes the file
 * that it was asked for, says what the real one might, and ends. It starts nothing.
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
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct recorder {
    int argc;
    char **argv;
    char executable[PATH_MAX];
    const char *tool;
    char directory[PATH_MAX]; /* where the recording is */
    char scenario[256];
};

static void refuse(const char *what) __attribute__((noreturn));

static void refuse(const char *what)
{
    (void)fprintf(stderr, "guard recorder: %s: %s\n", what, strerror(errno));
    _exit(RECORDER_STATUS_BROKEN);
}

static bool has_recording(const char *directory)
{
    char path[PATH_MAX + sizeof RECORDER_FILE + 1];
    (void)snprintf(path, sizeof path, "%s/%s", directory, RECORDER_FILE);
    return access(path, W_OK) == 0;
}

static void find_recording(struct recorder *recorder)
{
    const char *named = getenv(RECORDER_VARIABLE);
    if (named != NULL && strlen(named) < sizeof recorder->directory && has_recording(named)) {
        (void)snprintf(recorder->directory, sizeof recorder->directory, "%s", named);
        return;
    }
    (void)snprintf(recorder->directory, sizeof recorder->directory, "%s", recorder->executable);
    for (;;) {
        char *slash = strrchr(recorder->directory, '/');
        if (slash == NULL) {
            errno = ENOENT;
            refuse("no recording beside or above " RECORDER_FILE);
        }
        *slash = '\0';
        if (has_recording(recorder->directory))
            return;
    }
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

static void read_scenario(struct recorder *recorder)
{
    char path[PATH_MAX + sizeof RECORDER_SCENARIO_FILE + 1];
    (void)snprintf(path, sizeof path, "%s/%s", recorder->directory, RECORDER_SCENARIO_FILE);
    (void)read_small_file(path, 0, recorder->scenario, sizeof recorder->scenario);
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

static bool fails(const struct recorder *recorder, const char *word)
{
    return strstr(recorder->scenario, word) != NULL;
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

static void append(const struct recorder *recorder, const char *payload, size_t size)
{
    char path[PATH_MAX + sizeof RECORDER_FILE + 1];
    (void)snprintf(path, sizeof path, "%s/%s", recorder->directory, RECORDER_FILE);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        refuse(path);
    for (size_t done = 0; done < size;) {
        ssize_t written = write(fd, payload + done, size - done);
        if (written < 0 && errno != EINTR)
            refuse(path);
        done += written > 0 ? (size_t)written : 0;
    }
    (void)close(fd);
}

static void record(const struct recorder *recorder, const char *made)
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
    append(recorder, payload, size);
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
    if (fails(recorder, RECORDER_FAIL_HELP)) {
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

/* What a test run of the guest would print; every word that looks like a test module passes. */
static int run_guest(const struct recorder *recorder)
{
    bool failing = fails(recorder, RECORDER_FAIL_RUN);
    if (fails(recorder, RECORDER_DIE))
        (void)raise(SIGKILL);
    for (int i = 1; i < recorder->argc; i++)
        if (strncmp(recorder->argv[i], "test_", 5) == 0)
            (void)printf("0:00:00 %s %s\n", recorder->argv[i], failing ? "failed" : "passed");
    (void)printf("\n== Tests result: %s ==\n", failing ? "FAILURE" : "SUCCESS");
    return failing ? 2 : 0;
}

int main(int argc, char **argv)
{
    static struct recorder recorder;
    recorder.argc = argc;
    recorder.argv = argv;
    learn_name(&recorder);
    find_recording(&recorder);
    read_scenario(&recorder);

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
    if (fails(&recorder, RECORDER_FAIL_BUILD)) {
        (void)fprintf(stderr, "error: cannot make the image\n");
        return 1;
    }
    return output == NULL ? 0 : make_image(output, identity);
}
