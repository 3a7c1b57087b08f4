/* SPDX-License-Identifier: MIT */
#include "run/helper/launcher_log.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json_build.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define VERSION_MARK "<version>"
#define MODE_MARK "<mode>"

enum {
    LOG_LIMIT = 1024 * 1024,
    FILES_MAX = 256,
    WORD_ROOM = 64,
    LINE_ROOM = 400,
    TEXT_ROOM = 48 * 1024
};

static const char word_bytes[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "._+-";

/* What one line says. */
struct statement {
    char mode[WORD_ROOM];
    char version[WORD_ROOM];
    char line[LINE_ROOM];
};

/* What the lines so far say together. */
struct account {
    struct statement first;
    struct statement
        other;    /* one that says something else than the first; empty if there is none */
    char *buffer; /* LOG_LIMIT and a NUL */
    const char *pattern;
    const char *failure_mark; /* or NULL */
    char failure[LINE_ROOM];  /* the last line that holds it */
    size_t length;
    char text[TEXT_ROOM]; /* the lines, printable */
};

/* Takes `length` bytes of the pattern off the text; false where something else stands there. */
static bool take_literal(const char **text, const char *literal, size_t length)
{
    if (strncmp(*text, literal, length) != 0)
        return false;
    *text += length;
    return true;
}

static bool take_word(const char **text, char out[WORD_ROOM])
{
    size_t length = strspn(*text, word_bytes);
    if (length == 0 || length >= WORD_ROOM)
        return false;
    memcpy(out, *text, length);
    out[length] = '\0';
    *text += length;
    return true;
}

/* Whether the line holds the pattern, and what it says there. */
static bool read_line(const char *line, const char *pattern, struct statement *out)
{
    const char *version = strstr(pattern, VERSION_MARK);
    const char *mode = version == NULL ? NULL : strstr(version, MODE_MARK);
    if (mode == NULL)
        return false;
    const char *between = version + strlen(VERSION_MARK);
    const char *tail = mode + strlen(MODE_MARK);
    for (const char *start = line; *start != '\0'; start++) {
        const char *at = start;
        if (take_literal(&at, pattern, (size_t)(version - pattern)) &&
            take_word(&at, out->version) && take_literal(&at, between, (size_t)(mode - between)) &&
            take_word(&at, out->mode) && take_literal(&at, tail, strlen(tail))) {
            (void)text_sanitize(line, strlen(line), out->line, sizeof out->line);
            return true;
        }
    }
    return false;
}

static void add_statement(struct account *account, const struct statement *said)
{
    if (account->first.line[0] == '\0')
        account->first = *said;
    else if (strcmp(said->mode, account->first.mode) != 0 ||
             strcmp(said->version, account->first.version) != 0)
        account->other = *said;
}

/* Keeps a line for a person; of what finds no room the end is kept, where the reason stands. */
static void keep_line(struct account *account, const char *line)
{
    if (sizeof account->text - account->length < LINE_ROOM + 2) {
        const char *half = strchr(account->text + sizeof account->text / 2, '\n') + 1;
        account->length -= (size_t)(half - account->text);
        memmove(account->text, half, account->length);
    }
    account->length +=
        text_sanitize(line, strlen(line), account->text + account->length, LINE_ROOM);
    account->text[account->length++] = '\n';
    account->text[account->length] = '\0';
}

static void read_text(struct account *account, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (account->buffer[i] == '\0')
            account->buffer[i] = ' ';
    account->buffer[length] = '\0';
    char *rest = NULL;
    for (char *line = strtok_r(account->buffer, "\r\n", &rest); line != NULL;
         line = strtok_r(NULL, "\r\n", &rest)) {
        struct statement said;
        if (read_line(line, account->pattern, &said))
            add_statement(account, &said);
        keep_line(account, line);
        if (account->failure_mark != NULL && strstr(line, account->failure_mark) != NULL)
            (void)text_sanitize(line, strlen(line), account->failure, sizeof account->failure);
    }
}

/* What can't be read says nothing: the guest may have made it. */
static void read_log(struct account *account, int directory, const char *name)
{
    struct stat status;
    size_t length = 0;
    CLEANUP_FD int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    while (length < LOG_LIMIT) {
        ssize_t got = read(fd, account->buffer + length, LOG_LIMIT - length);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    keep_line(account, name);
    read_text(account, length);
}

static void read_logs(struct account *account, const char *logs, struct error *error)
{
    int fd = open(logs, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    CLEANUP_DIRECTORY DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL) {
        (void)error_set_errno(error, errno, logs, "cannot be read");
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    const struct dirent *entry;
    for (int count = 0; count < FILES_MAX && (entry = readdir(directory)) != NULL; count++)
        read_log(account, fd, entry->d_name);
}

json_t *launcher_log_read(const char *logs, const char *pattern, const char *failure)
{
    static struct account account; /* too large for a stack */
    CLEANUP_FREE char *buffer = malloc(LOG_LIMIT + 1);
    account = (struct account){.buffer = buffer, .pattern = pattern, .failure_mark = failure};
    struct builder builder = {.failed = buffer == NULL};
    struct error error = ERROR_INIT;
    json_t *answer = build_object(&builder);
    if (buffer != NULL)
        read_logs(&account, logs, &error);
    if (error.code != ERROR_NONE) {
        build_text(&builder, answer, "why", error.what);
    } else if (account.first.line[0] == '\0') {
        build_text(&builder, answer, "why", "no line of its logs names them");
    } else if (account.other.line[0] != '\0') {
        char why[2 * LINE_ROOM + 64];
        (void)snprintf(why, sizeof why, "its logs contradict each other: '%s' and '%s'",
                       account.first.line, account.other.line);
        build_text(&builder, answer, "why", why);
    } else {
        build_text(&builder, answer, "mode", account.first.mode);
        build_text(&builder, answer, "version", account.first.version);
        build_text(&builder, answer, "line", account.first.line);
    }
    if (account.failure[0] != '\0')
        build_text(&builder, answer, "failure", account.failure);
    if (account.length > 0)
        build_set(&builder, answer, "text", json_string(account.text)); /* of many lines */
    return build_finish(&builder, answer);
}
