/* SPDX-License-Identifier: MIT */
#include "frames.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESS_SIZE = 6, HEADER_SIZE = 2 * ADDRESS_SIZE + 2, LENGTH_SIZE = 2 };

struct frame {
    uint8_t bytes[HEADER_SIZE + LENGTH_SIZE + FRAME_PAYLOAD];
};

static void put_16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static unsigned get_16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static int send_all(int socket, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -1;
        bytes += sent;
        size -= (size_t)sent;
    }
    return 0;
}

/* Takes what the stream has and sends it on. Returns 1 at the stream's end, 0 before, -1 on error.
 */
static int carry_out(const struct frame_line *line)
{
    struct frame frame;
    uint8_t *payload = frame.bytes + HEADER_SIZE + LENGTH_SIZE;
    ssize_t length = read(line->stream, payload, FRAME_PAYLOAD);
    if (length < 0 && errno == EINTR)
        return 0;
    if (length < 0 && errno == ECONNRESET) /* it ended with something of ours unread */
        length = 0;
    if (length < 0)
        return -1;
    if (length == 0 && line->keeps_quiet)
        return 1;
    memset(frame.bytes, 0xff, 2 * (size_t)ADDRESS_SIZE); /* to everybody, who is one */
    put_16(frame.bytes + 2 * (size_t)ADDRESS_SIZE, FRAME_ETHERTYPE);
    put_16(frame.bytes + HEADER_SIZE, (unsigned)length);
    if (send_all(line->frames, frame.bytes, HEADER_SIZE + LENGTH_SIZE + (size_t)length) != 0)
        return -1;
    return length == 0;
}

/* The same the other way; what is no frame of ours is passed over. */
static int carry_in(const struct frame_line *line)
{
    struct frame frame;
    ssize_t got = recv(line->frames, frame.bytes, sizeof frame.bytes, 0);
    if (got < 0 && errno == ECONNRESET) /* there is no guest any more */
        return 1;
    if (got < 0)
        return errno == EINTR ? 0 : -1;
    if (got < HEADER_SIZE + LENGTH_SIZE ||
        get_16(frame.bytes + 2 * (size_t)ADDRESS_SIZE) != FRAME_ETHERTYPE)
        return 0;
    size_t length = get_16(frame.bytes + HEADER_SIZE);
    if (length > (size_t)got - HEADER_SIZE - LENGTH_SIZE)
        return 0;
    if (length == 0) {
        (void)shutdown(line->stream, SHUT_RDWR);
        return 1;
    }
    if (send_all(line->stream, frame.bytes + HEADER_SIZE + LENGTH_SIZE, length) == 0)
        return 0;
    /* Nobody is there to take it: that the stream has ended, reading it will say. */
    return errno == EPIPE || errno == ECONNRESET ? 0 : -1;
}

int frames_carry(const struct frame_line *line)
{
    struct pollfd fds[] = {{line->stream, POLLIN, 0}, {line->frames, POLLIN, 0}};
    for (;;) {
        if (poll(fds, 2, -1) < 0) {
            if (errno != EINTR)
                return -1;
            continue;
        }
        int ended = 0;
        if (fds[0].revents != 0 && (ended = carry_out(line)) != 0) {
            if (ended < 0 || !line->keeps_quiet)
                return ended < 0 ? -1 : 0;
            fds[0].fd = -1; /* its end is nobody's business */
        }
        if (fds[1].revents != 0 && (ended = carry_in(line)) != 0)
            return ended < 0 ? -1 : 0;
    }
}
