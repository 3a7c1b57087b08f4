/* SPDX-License-Identifier: MIT */
#include "served.h"

#include "console.h"
#include "frames.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define CARD "vec0"

/* A thread and not a process: what is left of the probe is killed before the file system is
 * unmounted, and that takes answers of the server. */
static void *carry(void *data)
{
    const struct frame_line *line = data;
    if (frames_carry(line) != 0)
        console_say("carry to %s: %s", CARD, console_errno_name(errno));
    (void)shutdown(line->stream, SHUT_RDWR); /* the mount's calls fail from now on */
    return NULL;
}

static int switch_on(int socket)
{
    struct ifreq card = {.ifr_flags = IFF_UP};
    (void)snprintf(card.ifr_name, sizeof card.ifr_name, "%s", CARD);
    return ioctl(socket, SIOCSIFFLAGS, &card);
}

/* A socket that sends to and hears from the card, or -1 with errno. */
static int open_card(void)
{
    int frames = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(FRAME_ETHERTYPE));
    if (frames < 0)
        return -1;
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(FRAME_ETHERTYPE),
                                  .sll_ifindex = (int)if_nametoindex(CARD)};
    if (address.sll_ifindex != 0 && switch_on(frames) == 0 &&
        bind(frames, (const struct sockaddr *)&address, sizeof address) == 0)
        return frames;
    int reason = errno;
    (void)close(frames);
    errno = reason;
    return -1;
}

char *served_connect(const char *source, const char *options)
{
    static struct frame_line line;
    int ends[2];
    pthread_t thread;
    char *connected = NULL;
    if (strchr(source, ',') != NULL) { /* which would end the option */
        console_say("RO_SOURCE: a served directory can't have a comma in its name");
        return NULL;
    }
    if ((line.frames = open_card()) < 0) {
        console_say("open %s: %s", CARD, console_errno_name(errno));
        return NULL;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        console_say("connect to %s: %s", CARD, console_errno_name(errno));
        return NULL;
    }
    line.stream = ends[1];
    int failed = pthread_create(&thread, NULL, carry, &line);
    if (failed != 0) {
        console_say("carry to %s: %s", CARD, console_errno_name(failed));
        return NULL;
    }
    if (asprintf(&connected, "trans=fd,rfdno=%d,wfdno=%d,aname=%s%s%s", ends[0], ends[0], source,
                 options[0] == '\0' ? "" : ",", options) < 0) {
        console_say("connect to %s: ENOMEM", CARD);
        return NULL;
    }
    return connected;
}
