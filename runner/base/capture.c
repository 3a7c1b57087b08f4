/* SPDX-License-Identifier: MIT */
#include "base/capture.h"

#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct capture {
    int fd;
    bool head_closed; /* its limit was reached, or the disk is full */
    bool head_open_line;
    uint64_t head_left;
    uint64_t behind_head; /* bytes that came after the head */
    char name[256];
    /* A ring: byte number n behind the head stands at n % CAPTURE_TAIL. NULL until there is one:
     * few outputs are that long, and the ring is bigger than all else that a cell needs. */
    char *tail;
    bool tail_refused; /* there was no memory for it once: from then on all of that is cut */
};

static bool is_component(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= 255 && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

struct capture *capture_open(int directory_fd, const char *name, uint64_t head_limit,
                             struct error *error)
{
    if (!is_component(name)) {
        (void)error_set(error, ERROR_INTERNAL, name, "not the name of a file in a directory");
        return NULL;
    }
    struct capture *capture = malloc(sizeof *capture);
    if (capture == NULL) {
        (void)error_set(error, ERROR_MEMORY, name, "no memory to capture console output");
        return NULL;
    }
    capture->fd =
        openat(directory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (capture->fd < 0) {
        (void)error_set_errno(error, errno, name, "can't create the file for console output");
        free(capture);
        return NULL;
    }
    capture->head_closed = false;
    capture->head_open_line = false;
    capture->head_left = head_limit == 0 ? CAPTURE_HEAD_DEFAULT : head_limit;
    capture->behind_head = 0;
    capture->tail = NULL;
    capture->tail_refused = false;
    memcpy(capture->name, name, strlen(name) + 1);
    return capture;
}

static int keep_in_tail(struct capture *capture, const char *bytes, size_t length,
                        struct error *error)
{
    if (length == 0)
        return 0;
    if (capture->tail == NULL && !capture->tail_refused)
        capture->tail = malloc(CAPTURE_TAIL);
    if (capture->tail == NULL) {
        capture->tail_refused = true;
        capture->behind_head += length; /* the mark will say how much was cut */
        return error_set(error, ERROR_MEMORY, capture->name, "no memory to keep console output");
    }
    uint64_t skipped = length > CAPTURE_TAIL ? length - CAPTURE_TAIL : 0;
    capture->behind_head += skipped;
    bytes += skipped;
    length -= (size_t)skipped;
    while (length > 0) {
        size_t at = (size_t)(capture->behind_head % CAPTURE_TAIL);
        size_t piece = CAPTURE_TAIL - at < length ? CAPTURE_TAIL - at : length;
        memcpy(capture->tail + at, bytes, piece);
        capture->behind_head += piece;
        bytes += piece;
        length -= piece;
    }
    return 0;
}

int capture_write(struct capture *capture, const void *bytes, size_t length, struct error *error)
{
    if (length == 0)
        return 0;
    size_t done = 0;
    int failed = 0;
    if (!capture->head_closed) {
        size_t wanted = length < capture->head_left ? length : (size_t)capture->head_left;
        done = write_all(capture->fd, bytes, wanted);
        if (done < wanted)
            failed = error_set_errno(error, errno, capture->name, "can't write console output");
        capture->head_left -= done;
        capture->head_closed = failed != 0 || capture->head_left == 0;
        if (done > 0)
            capture->head_open_line = ((const char *)bytes)[done - 1] != '\n';
    }
    if (keep_in_tail(capture, (const char *)bytes + done, length - done, error) != 0)
        failed = -1;
    return failed;
}

static bool write_mark(const struct capture *capture, uint64_t cut)
{
    char mark[80];
    int length = snprintf(mark, sizeof mark, "%s[rename-oracle: %" PRIu64 " bytes cut here]\n",
                          capture->head_open_line ? "\n" : "", cut);
    return write_all(capture->fd, mark, (size_t)length) == (size_t)length;
}

/** Writes what the ring holds, oldest byte first. */
static bool write_tail(const struct capture *capture, size_t held)
{
    size_t start = (size_t)((capture->behind_head - held) % CAPTURE_TAIL);
    size_t first = CAPTURE_TAIL - start < held ? CAPTURE_TAIL - start : held;
    return write_all(capture->fd, capture->tail + start, first) == first &&
           write_all(capture->fd, capture->tail, held - first) == held - first;
}

int capture_close(struct capture *capture, bool *was_cut, struct error *error)
{
    if (was_cut != NULL)
        *was_cut = false;
    if (capture == NULL)
        return 0;
    size_t held = capture->behind_head < CAPTURE_TAIL ? (size_t)capture->behind_head : CAPTURE_TAIL;
    if (capture->tail == NULL)
        held = 0;
    uint64_t cut = capture->behind_head - held;
    int failed = 0;
    if ((cut > 0 && !write_mark(capture, cut)) || (held > 0 && !write_tail(capture, held)))
        failed = error_set_errno(error, errno, capture->name, "can't write console output");
    if (close(capture->fd) != 0 && errno != EINTR)
        failed = error_set_errno(error, errno, capture->name, "can't close the console output");
    if (was_cut != NULL)
        *was_cut = cut > 0 || failed != 0;
    free(capture->tail);
    free(capture);
    return failed;
}
