/* SPDX-License-Identifier: MIT */
#include "run/cell/streams.h"

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

int streams_start(struct streams *streams, struct journal_account *account, const char *nonce,
                  const json_t *panic_lines, int stdout_fd, int stderr_fd, const char *console_file,
                  struct output *output, const char *prefix, struct error *error)
{
    *streams = (struct streams){
        .all = {{.fd = stdout_fd, .is_journal = console_file == NULL},
                {.fd = stderr_fd},
                {.fd = -1, .is_journal = true, .is_file = true}},
        .output = output,
        .account = account,
        .nonce = nonce,
    };
    (void)snprintf(streams->prefix, sizeof streams->prefix, "%s", prefix);
    if (console_file != NULL && (streams->console_path = strdup(console_file)) == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a console");
    streams->reader = journal_reader_new(nonce, account_hear, account, error);
    if (streams->reader == NULL)
        return -1;
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if ((streams->all[i].tail = console_tail_new(error)) == NULL)
            return -1;
    return start_panic_watch(streams, panic_lines, error);
}

static void name_artifact(const struct streams *streams, const struct stream *stream,
                          char out[static 256])
{
    (void)snprintf(out, 256, "%s.%s", streams->prefix, stream_names[stream - streams->all]);
}

static bool make_room(struct streams *streams, struct stream *stream, size_t wanted)
{
    size_t room = stream->kept_room == 0 ? 4096 : stream->kept_room;
    while (room < wanted)
        room *= 2;
    char *kept = room == stream->kept_room ? stream->kept : realloc(stream->kept, room);
    if (kept == NULL) {
        (void)error_set(&streams->failure, ERROR_MEMORY, NULL, "no memory to keep output");
        return false;
    }
    stream->kept = kept;
    stream->kept_room = room;
    return true;
}

/* Few streams are longer than what is kept here, and so each of them takes one message. */
static void keep_bytes(struct streams *streams, struct stream *stream, const char *bytes,
                       size_t length)
{
    char name[256];
    name_artifact(streams, stream, name);
    stream->captured = true;
    if (streams->output == NULL)
        return;
    if (stream->kept_length + length > PAYLOAD_MAX) {
        (void)output_capture(streams->output, name, stream->kept, stream->kept_length,
                             &streams->failure);
        stream->kept_length = 0;
    }
    if (!make_room(streams, stream, stream->kept_length + length))
        return;
    memcpy(stream->kept + stream->kept_length, bytes, length);
    stream->kept_length += length;
}

static void end_artifact(struct streams *streams, struct stream *stream)
{
    char name[256];
    bool was_cut = false;
    name_artifact(streams, stream, name);
    if (stream->captured && streams->output != NULL)
        (void)output_end_capture(streams->output, name, stream->kept, stream->kept_length, &was_cut,
                                 &streams->failure);
    streams->cut = streams->cut || was_cut;
    free(stream->kept);
    stream->kept = NULL;
    stream->kept_length = 0;
    stream->kept_room = 0;
}

static void hear(struct streams *streams, struct stream *stream, const char *bytes, size_t length)
{
    keep_bytes(streams, stream, bytes, length);
    console_tail_feed(stream->tail, bytes, length);
    if (stream->panic != NULL)
        panic_watch_feed(stream->panic, bytes, length);
    if (!stream->is_journal)
        return;
    inside_feed(&streams->inside, streams->nonce, bytes, length, streams->account->now_ns);
    journal_reader_feed(streams->reader, bytes, length);
}

static void end_stream(struct streams *streams, struct stream *stream)
{
    (void)close(stream->fd);
    stream->fd = -1;
    if (stream->is_journal)
        journal_reader_finish(streams->reader);
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
static void read_stream(struct streams *streams, struct stream *stream, size_t most)
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
            end_stream(streams, stream);
            return;
        }
        hear(streams, stream, chunk, (size_t)got);
        total += (size_t)got;
        if ((size_t)got < sizeof chunk && !stream->is_file)
            return; /* the pipe was empty; its end will be reported like new bytes */
    }
}

/* A console file appears when the VM makes it; a FIFO is there from the start. */
static void look_for_console_file(struct streams *streams)
{
    struct stream *stream = &streams->all[STREAM_CONSOLE_FILE];
    if (streams->console_path == NULL || stream->fd >= 0)
        return;
    stream->fd = open(streams->console_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

void streams_read(struct streams *streams, uint64_t now_ns)
{
    streams->account->now_ns = now_ns;
    look_for_console_file(streams);
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        size_t unread = count_unread(&streams->all[i]);
        read_stream(streams, &streams->all[i], unread > READ_AT_ONCE ? unread : READ_AT_ONCE);
    }
}

void streams_read_ready(struct streams *streams, uint64_t now_ns)
{
    streams->account->now_ns = now_ns;
    look_for_console_file(streams);
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if (streams->all[i].is_file || streams->all[i].ready)
            read_stream(streams, &streams->all[i], READ_AT_ONCE);
}

bool streams_is_polled(const struct streams *streams, size_t index)
{
    return streams->all[index].fd > 0 && !streams->all[index].is_file;
}

bool streams_journal_ended(const struct streams *streams)
{
    return streams->console_path == NULL && streams->all[STREAM_STDOUT].fd < 0;
}

bool streams_needs_ticks(const struct streams *streams)
{
    return streams->console_path != NULL;
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

int streams_finish(struct streams *streams, bool *cut, struct error *error)
{
    if (streams->reader != NULL)
        streams_read(streams, streams->account->now_ns);
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct stream *stream = &streams->all[i];
        if (stream->fd > 0)
            (void)close(stream->fd);
        stream->fd = -1;
        end_artifact(streams, stream);
        if (stream->tail != NULL)
            console_tail_finish(stream->tail);
        if (stream->panic != NULL)
            panic_watch_finish(stream->panic);
    }
    free(streams->console_path);
    streams->console_path = NULL;
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
        free(streams->all[i].kept);
        console_tail_free(streams->all[i].tail);
        panic_watch_free(streams->all[i].panic);
    }
    journal_reader_free(streams->reader);
    inside_release(&streams->inside);
    free(streams->panic_patterns);
    free(streams->console_path);
    *streams = (struct streams){.all = {{.fd = -1}, {.fd = -1}, {.fd = -1}}};
}
