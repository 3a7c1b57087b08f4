/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_FRAMES_H
#define RO_GUEST_FRAMES_H

#include <stdbool.h>

/**
 * A byte stream that is carried in Ethernet frames, because a network card is the one device of
 * User Mode Linux through which a connection of any size passes and that opens no port on the host.
 * Both ends are ours, nobody else is on the line, and it loses nothing: so there is no address to
 * be learnt and nothing is sent twice.
 *
 * A frame: 14 bytes of header with the ethertype for experiments (IEEE 802, 0x88B5), the length of
 * what follows in 2 bytes (a short frame is padded), at most FRAME_PAYLOAD bytes of the stream. A
 * length of 0 says that the stream has ended.
 */
enum { FRAME_ETHERTYPE = 0x88b5, FRAME_PAYLOAD = 1400 };

/** The two ends that belong together. Both are borrowed and blocking. */
struct frame_line {
    int stream;       /* a stream socket */
    int frames;       /* a socket that takes and gives one whole frame a call */
    bool keeps_quiet; /* do not tell the other side when the stream ends */
};

/**
 * Carries both ways until the stream ends and everything before its end was sent, or the other side
 * says so, in which case the stream's socket is shut down. Returns 0 then, or -1 with errno when
 * one of the sockets fails. One that keeps quiet goes on waiting for ever.
 */
int frames_carry(const struct frame_line *line);

#endif
