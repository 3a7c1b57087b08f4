/* SPDX-License-Identifier: MIT */
#include "run/cell/streams.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "process/patience.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long the file system of a console file may be silent, and how long it may take. */
#define CONSOLE_NS (5 * NS_PER_S)
#define CONSOLE_LONGEST_NS (20 * NS_PER_S)

/* A pipe holds 64 KiB: after this much everything has been read that was there at the call. */
enum { READ_AT_ONCE = 256 * 1024, CHUNK = 64 * 1024, PANIC_PATTERNS_MAX = 64 };

static const char *const stream_names[] = {"stdout", "stderr", "console"};

static int start_panic_watch(struct streams *streams, const json_t *panic_lines,
                             struct error *error)
{
    size_t count = json_array_size(panic_lines);
    if (count == 0)
        return 0;
    streams->panic_patterns = calloc(count, sizeof *streams->panic_patterns);
    if (streams->panic_patterns == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a console");
    for (size_t i = 0; i < count; i++)
        streams->panic_patterns[i] = json_string_value(json_array_get(panic_lines, i));
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        streams->all[i].panic = panic_watch_new(streams->panic_patterns, count, error);
        if (streams->all[i].panic == NULL)
            return -1;
    }
    return 0;
}

static void hear(struct streams *streams, struct stream *stream, const char *bytes, size_t length)
{
    artifact_add(&stream->artifact, streams->output, bytes, length, &streams->failure);
    console_tail_feed(stream->tail, bytes, length);
    if (stream->panic != NULL)
        panic_watch_feed(stream->panic, bytes, length);
    if (!stream->is_journal)
        return;
    if (streams->inside_nonce != NULL)
        inside_feed(&streams->inside, streams->inside_nonce, bytes, length,
                    streams->account->now_ns);
    journal_reader_feed(streams->reader, bytes, length);
}

static void end_stream(struct streams *streams, struct stream *stream)
{
    (void)close(stream->fd);
    stream->fd = -1;
    if (stream->is_journal)
        journal_reader_finish(streams->reader);
}

/* Reads what is there, up to about READ_AT_ONCE. */
static void read_pipe(struct streams *streams, struct stream *stream)
{
    static char chunk[CHUNK];
    size_t total = 0;
    stream->ready = false;
    while (stream->fd >= 0 && total < READ_AT_ONCE) {
        ssize_t got = read(stream->fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0) {
            end_stream(streams, stream);
            return;
        }
        hear(streams, stream, chunk, (size_t)got);
        total += (size_t)got;
        if ((size_t)got < sizeof chunk)
            return; /* the pipe was empty; its end will be reported like new bytes */
    }
}

/* Without it nobody can tell what the guest has said. */
static void lose_console(struct streams *streams, const char *why)
{
    (void)error_set(&streams->failure, ERROR_ENVIRONMENT, NULL,
                    "the console file cannot be read: %s", why);
    end_stream(streams, &streams->all[STREAM_CONSOLE_FILE]);
}

/* Takes what the follower has sent, up to about READ_AT_ONCE. Returns whether it says that this was
 * all. */
static bool hear_follower(struct streams *streams)
{
    static char message[1 + FOLLOW_MAX + 1];
    struct stream *stream = &streams->all[STREAM_CONSOLE_FILE];
    stream->ready = false;
    for (size_t total = 0; stream->fd >= 0 && total < READ_AT_ONCE;) {
        ssize_t got = recv(stream->fd, message, 1 + FOLLOW_MAX, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            return false;
        if (got > 0 && message[0] == FOLLOW_UP_TO_DATE)
            return true;
        if (got > 0 && message[0] == FOLLOW_BYTES) {
            hear(streams, stream, message + 1, (size_t)got - 1);
            total += (size_t)got;
            continue;
        }
        message[got > 0 ? got : 0] = '\0';
        lose_console(streams, got > 0 ? message + 1 : "who reads it has ended");
    }
    return false;
}

/* Hears all that is in the console file by now; what is not heard may be the answer of a rename. */
static void catch_up_with_console(struct streams *streams)
{
    CLEANUP(patience_release) struct patience patience = {0};
    const struct stream *stream = &streams->all[STREAM_CONSOLE_FILE];
    char why[128];
    if (stream->fd < 0)
        return;
    follow_ask(&streams->follower);
    patience_start(&patience, streams->follower.pid, CONSOLE_NS, CONSOLE_LONGEST_NS,
                   clock_now_ns());
    while (!hear_follower(streams) && stream->fd >= 0) {
        if (patience_poll(&patience, stream->fd))
            continue;
        patience_describe(&patience, why, sizeof why);
        lose_console(streams, why);
    }
}

/* Before the launch, because who opens a FIFO to write wants a reader to be there. */
static int follow_console(struct streams *streams, const char *path, struct error *error)
{
    if (follow_start(&streams->follower, path, error) != 0)
        return -1;
    streams->all[STREAM_CONSOLE_FILE].fd = streams->follower.fd;
    catch_up_with_console(streams);
    const struct error *failure = &streams->failure;
    return failure->code == ERROR_NONE
               ? 0
               : error_set(error, failure->code, failure->where, "%s", failure->what);
}

int streams_start(struct streams *streams, struct journal_account *account, const char *nonce,
                  const json_t *panic_lines, int stdout_fd, int stderr_fd, const char *console_file,
                  bool journal_is_stdout, struct output *output, const char *prefix,
                  struct error *error)
{
    *streams = (struct streams){
        .all = {{.fd = stdout_fd, .is_journal = journal_is_stdout},
                {.fd = stderr_fd},
                {.fd = -1, .is_journal = !journal_is_stdout}},
        .follower = {.fd = -1},
        .output = output,
        .account = account,
    };
    for (size_t i = 0; i < STREAM_COUNT; i++)
        (void)snprintf(streams->all[i].artifact.name, sizeof streams->all[i].artifact.name, "%s.%s",
                       prefix, stream_names[i]);
    streams->reader = journal_reader_new(nonce, account_hear, account, error);
    if (streams->reader == NULL)
        return -1;
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if ((streams->all[i].tail = console_tail_new(error)) == NULL)
            return -1;
    if (start_panic_watch(streams, panic_lines, error) != 0)
        return -1;
    return console_file == NULL ? 0 : follow_console(streams, console_file, error);
}

void streams_read(struct streams *streams, uint64_t now_ns)
{
    streams->account->now_ns = now_ns;
    for (size_t i = 0; i < STREAM_CONSOLE_FILE; i++)
        read_pipe(streams, &streams->all[i]);
    catch_up_with_console(streams);
}

void streams_read_ready(struct streams *streams, uint64_t now_ns)
{
    streams->account->now_ns = now_ns;
    for (size_t i = 0; i < STREAM_CONSOLE_FILE; i++)
        if (streams->all[i].ready)
            read_pipe(streams, &streams->all[i]);
    if (streams->all[STREAM_CONSOLE_FILE].ready)
        (void)hear_follower(streams);
}

bool streams_journal_ended(const struct streams *streams)
{
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if (streams->all[i].is_journal && streams->all[i].fd >= 0)
            return false;
    return true;
}

void streams_judge(struct streams *streams)
{
    if (streams->judged || streams->reader == NULL)
        return;
    /* A last line without its end counts if it checks out. */
    journal_reader_finish(streams->reader);
    streams->judged_counts = *journal_reader_counts(streams->reader);
    const char *bad = journal_reader_bad(streams->reader);
    if (bad != NULL)
        (void)snprintf(streams->judged_bad, sizeof streams->judged_bad, "%s", bad);
    streams->judged = true;
    streams->account->judged = true;
    journal_reader_resume(streams->reader);
}

const struct journal_counts *streams_counts(const struct streams *streams)
{
    return streams->judged || streams->reader == NULL ? &streams->judged_counts
                                                      : journal_reader_counts(streams->reader);
}

const char *streams_bad(const struct streams *streams)
{
    if (streams->judged || streams->reader == NULL)
        return streams->judged_bad[0] == '\0' ? NULL : streams->judged_bad;
    return journal_reader_bad(streams->reader);
}

static void end_follower(const struct streams *streams)
{
    if (streams->follower.pid > 0)
        (void)kill(streams->follower.pid, SIGKILL);
}

int streams_finish(struct streams *streams, bool *cut, struct error *error)
{
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct stream *stream = &streams->all[i];
        if (stream->fd > 0)
            (void)close(stream->fd);
        stream->fd = -1;
        artifact_end(&stream->artifact, streams->output, &streams->cut, &streams->failure);
        if (stream->tail != NULL)
            console_tail_finish(stream->tail);
        if (stream->panic != NULL)
            panic_watch_finish(stream->panic);
    }
    end_follower(streams);
    *cut = streams->cut;
    if (streams->failure.code == ERROR_NONE)
        return 0;
    return error_set(error, streams->failure.code, streams->failure.where, "%s",
                     streams->failure.what);
}

const struct panic_watch *streams_panic(const struct streams *streams)
{
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        const struct panic_watch *panic = streams->all[i].panic;
        if (panic != NULL && panic_watch_seen(panic))
            return panic;
    }
    return NULL;
}

json_t *streams_last_lines(const struct streams *streams, struct builder *builder)
{
    json_t *lines = build_array(builder);
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct console_tail *tail = streams->all[i].tail;
        size_t count = tail == NULL ? 0 : console_tail_count(tail);
        for (size_t line = 0; line < count; line++)
            build_next_text(builder, lines, console_tail_line(tail, line));
    }
    return lines;
}

void streams_release(struct streams *streams)
{
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        if (streams->all[i].fd > 0)
            (void)close(streams->all[i].fd);
        artifact_release(&streams->all[i].artifact);
        console_tail_free(streams->all[i].tail);
        panic_watch_free(streams->all[i].panic);
    }
    journal_reader_free(streams->reader);
    inside_release(&streams->inside);
    free(streams->panic_patterns);
    end_follower(streams);
    *streams = (struct streams){.all = {{.fd = -1}, {.fd = -1}, {.fd = -1}}};
}
