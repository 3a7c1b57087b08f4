/* SPDX-License-Identifier: MIT */
#include "run/listening.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pipe holds 64 KiB: after this much everything has been read that was there at the call. Of a
 * file it may be less. */
enum { READ_AT_ONCE = 256 * 1024, CHUNK = 64 * 1024, PANIC_PATTERNS_MAX = 64 };

static const char *const stream_names[] = {"stdout", "stderr", "console"};

static int start_panic_watch(struct listening *listening, const json_t *panic_lines,
                             struct error *error)
{
    size_t count = json_array_size(panic_lines);
    if (count == 0)
        return 0;
    listening->panic_patterns = calloc(count, sizeof *listening->panic_patterns);
    if (listening->panic_patterns == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a console");
    for (size_t i = 0; i < count; i++)
        listening->panic_patterns[i] = json_string_value(json_array_get(panic_lines, i));
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        listening->streams[i].panic = panic_watch_new(listening->panic_patterns, count, error);
        if (listening->streams[i].panic == NULL)
            return -1;
    }
    return 0;
}

int listening_start(struct listening *listening, struct witness *witness, const char *nonce,
                    const json_t *panic_lines, int stdout_fd, int stderr_fd,
                    const char *console_file, struct output *output, const char *prefix,
                    struct error *error)
{
    *listening = (struct listening){
        .streams = {{.fd = stdout_fd, .is_journal = console_file == NULL},
                    {.fd = stderr_fd},
                    {.fd = -1, .is_journal = true, .is_file = true}},
        .output = output,
        .witness = witness,
    };
    (void)snprintf(listening->prefix, sizeof listening->prefix, "%s", prefix);
    if (console_file != NULL && (listening->console_path = strdup(console_file)) == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a console");
    listening->reader = journal_reader_new(nonce, witness_hear, witness, error);
    if (listening->reader == NULL)
        return -1;
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if ((listening->streams[i].tail = console_tail_new(error)) == NULL)
            return -1;
    return start_panic_watch(listening, panic_lines, error);
}

static void name_artifact(const struct listening *listening, const struct stream *stream,
                          char out[static 256])
{
    (void)snprintf(out, 256, "%s.%s", listening->prefix, stream_names[stream - listening->streams]);
}

static bool make_room(struct listening *listening, struct stream *stream, size_t wanted)
{
    size_t room = stream->kept_room == 0 ? 4096 : stream->kept_room;
    while (room < wanted)
        room *= 2;
    char *kept = room == stream->kept_room ? stream->kept : realloc(stream->kept, room);
    if (kept == NULL) {
        (void)error_set(&listening->failure, ERROR_MEMORY, NULL, "no memory to keep output");
        return false;
    }
    stream->kept = kept;
    stream->kept_room = room;
    return true;
}

/* Few streams are longer than what is kept here, and so each of them takes one message. */
static void keep_bytes(struct listening *listening, struct stream *stream, const char *bytes,
                       size_t length)
{
    char name[256];
    name_artifact(listening, stream, name);
    stream->captured = true;
    if (listening->output == NULL)
        return;
    if (stream->kept_length + length > PAYLOAD_MAX) {
        (void)output_capture(listening->output, name, stream->kept, stream->kept_length,
                             &listening->failure);
        stream->kept_length = 0;
    }
    if (!make_room(listening, stream, stream->kept_length + length))
        return;
    memcpy(stream->kept + stream->kept_length, bytes, length);
    stream->kept_length += length;
}

static void end_artifact(struct listening *listening, struct stream *stream)
{
    char name[256];
    bool was_cut = false;
    name_artifact(listening, stream, name);
    if (stream->captured && listening->output != NULL)
        (void)output_end_capture(listening->output, name, stream->kept, stream->kept_length,
                                 &was_cut, &listening->failure);
    listening->cut = listening->cut || was_cut;
    free(stream->kept);
    stream->kept = NULL;
    stream->kept_length = 0;
    stream->kept_room = 0;
}

static void hear(struct listening *listening, struct stream *stream, const char *bytes,
                 size_t length)
{
    keep_bytes(listening, stream, bytes, length);
    console_tail_feed(stream->tail, bytes, length);
    if (stream->panic != NULL)
        panic_watch_feed(stream->panic, bytes, length);
    if (stream->is_journal)
        journal_reader_feed(listening->reader, bytes, length);
}

static void end_stream(struct listening *listening, struct stream *stream)
{
    (void)close(stream->fd);
    stream->fd = -1;
    if (stream->is_journal)
        journal_reader_finish(listening->reader);
}

/* How much there is in a console file that has not been read. */
static size_t count_unread(const struct stream *stream)
{
    struct stat status;
    off_t at = stream->is_file && stream->fd >= 0 ? lseek(stream->fd, 0, SEEK_CUR) : -1;
    if (at < 0 || fstat(stream->fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size <= at)
        return 0;
    return (size_t)(status.st_size - at);
}

/* Reads what is there, up to about `most` bytes. */
static void read_stream(struct listening *listening, struct stream *stream, size_t most)
{
    static char chunk[CHUNK];
    size_t total = 0;
    stream->ready = false;
    while (stream->fd >= 0 && total < most) {
        ssize_t got = read(stream->fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got == 0 && stream->is_file)
            return;
        if (got <= 0) {
            end_stream(listening, stream);
            return;
        }
        hear(listening, stream, chunk, (size_t)got);
        total += (size_t)got;
        if ((size_t)got < sizeof chunk && !stream->is_file)
            return; /* the pipe was empty; its end will be reported like new bytes */
    }
}

/* A console file appears when the VM makes it; a FIFO is there from the start. */
static void look_for_console_file(struct listening *listening)
{
    struct stream *stream = &listening->streams[STREAM_CONSOLE_FILE];
    if (listening->console_path == NULL || stream->fd >= 0)
        return;
    stream->fd = open(listening->console_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

void listening_read(struct listening *listening, uint64_t now_ns)
{
    listening->witness->now_ns = now_ns;
    look_for_console_file(listening);
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        size_t unread = count_unread(&listening->streams[i]);
        read_stream(listening, &listening->streams[i],
                    unread > READ_AT_ONCE ? unread : READ_AT_ONCE);
    }
}

void listening_read_ready(struct listening *listening, uint64_t now_ns)
{
    listening->witness->now_ns = now_ns;
    look_for_console_file(listening);
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if (listening->streams[i].is_file || listening->streams[i].ready)
            read_stream(listening, &listening->streams[i], READ_AT_ONCE);
}

bool listening_is_polled(const struct listening *listening, size_t index)
{
    return listening->streams[index].fd > 0 && !listening->streams[index].is_file;
}

bool listening_journal_ended(const struct listening *listening)
{
    return listening->console_path == NULL && listening->streams[STREAM_STDOUT].fd < 0;
}

bool listening_needs_ticks(const struct listening *listening)
{
    return listening->console_path != NULL;
}

void listening_judge(struct listening *listening)
{
    if (listening->judged || listening->reader == NULL)
        return;
    /* A last line without its end counts if it checks out. */
    journal_reader_finish(listening->reader);
    listening->judged_counts = *journal_reader_counts(listening->reader);
    const char *bad = journal_reader_bad(listening->reader);
    if (bad != NULL)
        (void)snprintf(listening->judged_bad, sizeof listening->judged_bad, "%s", bad);
    listening->judged = true;
    listening->witness->judged = true;
    journal_reader_resume(listening->reader);
}

const struct journal_counts *listening_counts(const struct listening *listening)
{
    return listening->judged || listening->reader == NULL
               ? &listening->judged_counts
               : journal_reader_counts(listening->reader);
}

const char *listening_bad(const struct listening *listening)
{
    if (listening->judged || listening->reader == NULL)
        return listening->judged_bad[0] == '\0' ? NULL : listening->judged_bad;
    return journal_reader_bad(listening->reader);
}

int listening_finish(struct listening *listening, bool *cut, struct error *error)
{
    if (listening->reader != NULL)
        listening_read(listening, listening->witness->now_ns);
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct stream *stream = &listening->streams[i];
        if (stream->fd > 0)
            (void)close(stream->fd);
        stream->fd = -1;
        end_artifact(listening, stream);
        if (stream->tail != NULL)
            console_tail_finish(stream->tail);
        if (stream->panic != NULL)
            panic_watch_finish(stream->panic);
    }
    free(listening->console_path);
    listening->console_path = NULL;
    *cut = listening->cut;
    if (listening->failure.code == ERROR_NONE)
        return 0;
    return error_set(error, listening->failure.code, listening->failure.where, "%s",
                     listening->failure.what);
}

const struct panic_watch *listening_panic(const struct listening *listening)
{
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        const struct panic_watch *panic = listening->streams[i].panic;
        if (panic != NULL && panic_watch_seen(panic))
            return panic;
    }
    return NULL;
}

json_t *listening_last_lines(const struct listening *listening, struct builder *builder)
{
    json_t *lines = build_array(builder);
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct console_tail *tail = listening->streams[i].tail;
        size_t count = tail == NULL ? 0 : console_tail_count(tail);
        for (size_t line = 0; line < count; line++)
            build_next_text(builder, lines, console_tail_line(tail, line));
    }
    return lines;
}

void listening_release(struct listening *listening)
{
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        if (listening->streams[i].fd > 0)
            (void)close(listening->streams[i].fd);
        free(listening->streams[i].kept);
        console_tail_free(listening->streams[i].tail);
        panic_watch_free(listening->streams[i].panic);
    }
    journal_reader_free(listening->reader);
    free(listening->panic_patterns);
    free(listening->console_path);
    *listening = (struct listening){.streams = {{.fd = -1}, {.fd = -1}, {.fd = -1}}};
}
