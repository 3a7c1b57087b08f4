/* SPDX-License-Identifier: MIT */
#include "run/helper/deputy.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json_build.h"
#include "process/apart.h"
#include "process/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Not from the heap: so big a block, taken and given back twice a cell, makes it grow and shrink,
 * and every page of it fault again. */
enum { MESSAGE_MAX = 160 * 1024 };
static char message[MESSAGE_MAX];

json_t *deputy_success(void)
{
    return json_pack("{s:b}", "ok", 1);
}

json_t *deputy_failure(const struct error *error)
{
    char text[sizeof error->where + sizeof error->what + sizeof ": "];
    error_describe(error, text, sizeof text);
    return deputy_no_answer(text);
}

/* A message is a JSON text, a NUL, and the payload. Returns its length, or 0 where it does not fit
 * in. */
static size_t write_message(char *buffer, const json_t *json, const char *bytes, size_t length)
{
    size_t text = json == NULL ? 0 : json_dumpb(json, buffer, MESSAGE_MAX, JSON_COMPACT);
    if (text == 0 || text + 1 + length > MESSAGE_MAX)
        return 0;
    buffer[text] = '\0';
    if (length > 0)
        memcpy(buffer + text + 1, bytes, length);
    return text + 1 + length;
}

static json_t *read_message(const char *buffer, size_t got, struct payload *payload)
{
    size_t text = strnlen(buffer, got);
    *payload = (struct payload){buffer + text + 1, got > text ? got - text - 1 : 0};
    return json_loadb(buffer, text, 0, NULL);
}

static bool send_answer(int fd, char *buffer, const json_t *json)
{
    size_t length = write_message(buffer, json, NULL, 0);
    /* An answer too long for a message can only be a view's with absurd findings. */
    if (length == 0)
        length = (size_t)snprintf(buffer, MESSAGE_MAX, "{\"ok\":false,\"error\":\"no answer\"}");
    return send(fd, buffer, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* Answers one question. Returns false when the runner is gone. */
static bool serve(int fd, char *buffer, deputy_worker worker)
{
    ssize_t got = recv(fd, buffer, MESSAGE_MAX, 0);
    if (got < 0 && errno == EINTR)
        return true;
    if (got <= 0)
        return false;
    struct payload payload;
    CLEANUP_JSON json_t *request = read_message(buffer, (size_t)got, &payload);
    CLEANUP_JSON json_t *json = request == NULL ? NULL : worker(request, &payload);
    return send_answer(fd, buffer, json);
}

/* The first question, if it is a function. */
static bool do_first(int fd, char *buffer, json_t *(*first)(void *context), void *context)
{
    CLEANUP_JSON json_t *json = first == NULL ? NULL : first(context);
    return first == NULL || send_answer(fd, buffer, json);
}

/** How a deputy begins. */
struct beginning {
    deputy_worker worker;
    json_t *(*first)(void *context);
    void *context;
};

static void work(int fd, void *context)
{
    const struct beginning *beginning = context;
    char *buffer = malloc(MESSAGE_MAX);
    if (buffer != NULL && do_first(fd, buffer, beginning->first, beginning->context))
        while (serve(fd, buffer, beginning->worker))
            continue;
}

int deputy_start(struct deputy *deputy, deputy_worker worker, json_t *(*first)(void *context),
                 void *context, struct error *error)
{
    struct beginning beginning = {worker, first, context};
    *deputy = (struct deputy){.fd = -1};
    int fd = -1;
    pid_t pid = apart_start(work, &beginning, &fd, error);
    if (pid < 0)
        return -1;
    *deputy = (struct deputy){.pid = pid, .fd = fd, .asked = first != NULL};
    return 0;
}

int deputy_ask(struct deputy *deputy, json_t *request, const struct payload *payload,
               struct error *error)
{
    CLEANUP_JSON json_t *owned = request;
    if (owned == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a request");
    size_t length = write_message(message, owned, payload == NULL ? NULL : payload->bytes,
                                  payload == NULL ? 0 : payload->length);
    if (length == 0)
        return error_set(error, ERROR_INPUT, NULL, "a target's steps are too long");
    if (send(deputy->fd, message, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
        return error_set_errno(error, errno, NULL, "the helper process is gone");
    deputy->asked = true;
    return 0;
}

json_t *deputy_answer(struct deputy *deputy, struct error *error)
{
    struct payload ignored;
    ssize_t got = recv(deputy->fd, message, sizeof message, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return NULL;
    json_t *answer = got > 0 ? read_message(message, (size_t)got, &ignored) : NULL;
    deputy->asked = false;
    if (answer == NULL)
        (void)error_set(error, ERROR_ENVIRONMENT, NULL, "the helper process ended unexpectedly");
    return answer;
}

const char *deputy_refusal(const json_t *answer)
{
    const char *why = json_string_value(json_object_get(answer, "error"));
    if (json_is_true(json_object_get(answer, "ok")))
        return NULL;
    return why == NULL ? "no answer" : why;
}

json_t *deputy_no_answer(const char *why)
{
    struct builder builder = {0};
    json_t *answer = build_object(&builder);
    build_truth(&builder, answer, "ok", false);
    build_text(&builder, answer, "error", why);
    return build_finish(&builder, answer);
}

json_t *deputy_wait(struct deputy *deputy, uint64_t budget_ns, struct error *error)
{
    CLEANUP(patience_release) struct patience patience = {0};
    struct error failed = ERROR_INIT;
    json_t *answer;
    patience_start(&patience, deputy->pid, budget_ns, budget_ns * PATIENCE_TIMES, clock_now_ns());
    while ((answer = deputy_answer(deputy, &failed)) == NULL) {
        char why[128];
        if (failed.code == ERROR_NONE && patience_poll(&patience, deputy->fd))
            continue;
        patience_describe(&patience, why, sizeof why);
        (void)error_set(&failed, ERROR_DEADLINE, NULL, "%s", why); /* if it had not ended before */
        deputy_abandon(deputy);
        (void)error_set(error, failed.code, failed.where, "%s", failed.what);
        return NULL;
    }
    return answer;
}

void deputy_abandon(struct deputy *deputy)
{
    if (deputy->pid > 0) {
        (void)kill(deputy->pid, SIGKILL);
        (void)kill(-deputy->pid, SIGKILL); /* the tools that it runs */
    }
    if (deputy->fd >= 0)
        (void)close(deputy->fd);
    *deputy = (struct deputy){.fd = -1};
}
