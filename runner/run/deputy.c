/* SPDX-License-Identifier: MIT */
#include "run/deputy.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json_build.h"
#include "run/helper/launcher_log.h"
#include "run/host_view.h"
#include "run/leftovers.h"
#include "run/output.h"
#include "run/patience.h"
#include "run/recorded_files.h"
#include "run/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* Not from the heap: so big a block, taken and given back twice a cell, makes it grow and shrink,
 * and every page of it fault again. */
enum { MESSAGE_MAX = 160 * 1024 };
static char message[MESSAGE_MAX];

/* The bytes that go with an answer. */
struct answer {
    char bytes[PAYLOAD_MAX];
    size_t length;
};

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

/* Takes the answer over; without memory there is none, which is no yes either. */
static json_t *add_change(json_t *answer, const struct error *changed)
{
    struct builder builder = {0};
    char text[sizeof changed->where + sizeof changed->what + sizeof ": "];
    error_describe(changed, text, sizeof text);
    build_text(&builder, answer, "changed", text);
    return build_finish(&builder, answer);
}

static json_t *do_steps(const json_t *request)
{
    struct error error = ERROR_INIT;
    struct error changed = ERROR_INIT;
    bool digests = json_is_true(json_object_get(request, "digests"));
    int unchanged = recorded_check(json_object_get(request, "files"), digests, &changed);
    int done =
        steps_execute(json_object_get(request, "steps"), json_object_get(request, "own"), &error);
    json_t *answer = done == 0 ? deputy_success() : deputy_failure(&error);
    return unchanged == 0 ? answer : add_change(answer, &changed);
}

static void look_at_result(struct builder *builder, json_t *answer, const json_t *view)
{
    struct error error = ERROR_INIT;
    const char *kind = json_string_value(json_object_get(view, "kind"));
    const char *path = json_string_value(json_object_get(view, "path"));
    const char *nonce = json_string_value(json_object_get(view, "nonce"));
    const struct shape *shape = shape_find(json_string_value(json_object_get(view, "shape")));
    struct view_findings findings = {builder, build_array_in(builder, answer, "findings")};
    int failed = strcmp(kind, "fat-image") == 0
                     ? view_fat_image(path, shape, nonce, &findings, &error)
                     : view_directory(path, shape, nonce, &findings, &error);
    const char *result = json_array_size(findings.lines) == 0 ? "agrees" : "contradicts";
    if (failed != 0) {
        result = "unavailable";
        view_add_finding(&findings, "%s: %s", error.where, error.what);
    }
    build_text(builder, answer, "result", result);
}

/* What the launcher logged first: that file system is the runner's, the other one is under test. */
static json_t *do_look(const json_t *request)
{
    struct builder builder = {0};
    json_t *answer = build_object(&builder);
    const json_t *launcher = json_object_get(request, "launcher");
    const json_t *view = json_object_get(request, "view");
    build_truth(&builder, answer, "ok", true);
    if (launcher != NULL)
        build_set(&builder, answer, "launcher",
                  launcher_log_read(json_string_value(json_object_get(launcher, "logs")),
                                    json_string_value(json_object_get(launcher, "line"))));
    if (view != NULL)
        look_at_result(&builder, answer, view);
    /* A finding that was lost for want of memory must not leave an agreement behind. */
    return build_finish(&builder, answer);
}

static json_t *do_check_root(const json_t *request)
{
    struct error error = ERROR_INIT;
    const char *path = json_string_value(json_object_get(request, "path"));
    struct stat status;
    char real[PATH_MAX];
    if (stat(path, &status) != 0 || realpath(path, real) == NULL)
        (void)error_set_errno(&error, errno, path,
                              "cannot be used as --root; make it, or choose another directory");
    else if (!S_ISDIR(status.st_mode))
        (void)error_set(&error, ERROR_INPUT, path, "not a directory; --root takes a directory");
    else if (access(path, W_OK | X_OK) != 0)
        (void)error_set_errno(&error, errno, path, "cannot be written to; choose another --root");
    if (error.code != ERROR_NONE)
        return deputy_failure(&error);
    struct builder builder = {0};
    json_t *answer = build_object(&builder);
    build_truth(&builder, answer, "ok", true);
    build_text(&builder, answer, "real", real);
    return build_finish(&builder, answer);
}

static const char *text_of(const json_t *request, const char *key)
{
    return json_string_value(json_object_get(request, key));
}

/* A console file appears when the VM makes it; until then it is empty. */
static json_t *do_read(const json_t *request, struct answer *answer)
{
    struct error error = ERROR_INIT;
    const char *path = text_of(request, "path");
    static int fd = -1; /* stays open: the writer of a FIFO must have a reader */
    static char opened[PATH_MAX];
    if (strcmp(opened, path) != 0)
        cleanup_fd(&fd);
    if (fd < 0 || strcmp(opened, path) != 0)
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    (void)snprintf(opened, sizeof opened, "%s", path);
    off_t at = (off_t)json_integer_value(json_object_get(request, "at"));
    ssize_t got = fd < 0 ? 0 : pread(fd, answer->bytes, sizeof answer->bytes, at);
    if (got < 0 && errno == ESPIPE) /* a FIFO */
        got = read(fd, answer->bytes, sizeof answer->bytes);
    if (got < 0 && errno != EAGAIN) {
        (void)error_set_errno(&error, errno, path, "cannot read the console file");
        return deputy_failure(&error);
    }
    answer->length = got < 0 ? 0 : (size_t)got;
    return deputy_success();
}

static json_t *do_remove_scratch(const json_t *request)
{
    struct error error = ERROR_INIT;
    if (leftovers_remove_scratch(text_of(request, "path"), &error) != 0)
        return deputy_failure(&error);
    return deputy_success();
}

static json_t *do_output(const json_t *request, const struct payload *payload)
{
    struct error error = ERROR_INIT;
    bool cut = false;
    if (output_do(request, payload, &cut, &error) != 0)
        return deputy_failure(&error);
    return json_pack("{s:b, s:b}", "ok", 1, "cut", (int)cut);
}

static json_t *carry_out(const json_t *request, const struct payload *payload,
                         struct answer *answer)
{
    const char *what = text_of(request, "do");
    if (strcmp(what, "steps") == 0)
        return do_steps(request);
    if (strcmp(what, "look") == 0)
        return do_look(request);
    if (strcmp(what, "check_root") == 0)
        return do_check_root(request);
    if (strcmp(what, "read") == 0)
        return do_read(request, answer);
    if (strcmp(what, "remove_scratch") == 0)
        return do_remove_scratch(request);
    return do_output(request, payload);
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

static bool send_answer(int fd, char *buffer, const json_t *json, const struct answer *answer)
{
    size_t length = write_message(buffer, json, answer->bytes, answer->length);
    /* An answer too long for a message can only be a view's with absurd findings. */
    if (length == 0)
        length = (size_t)snprintf(buffer, MESSAGE_MAX, "{\"ok\":false,\"error\":\"no answer\"}");
    return send(fd, buffer, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* Answers one question. Returns false when the runner is gone. */
static bool serve(int fd, char *buffer)
{
    static struct answer answer;
    ssize_t got = recv(fd, buffer, MESSAGE_MAX, 0);
    if (got < 0 && errno == EINTR)
        return true;
    if (got <= 0)
        return false;
    struct payload payload;
    answer.length = 0;
    CLEANUP_JSON json_t *request = read_message(buffer, (size_t)got, &payload);
    CLEANUP_JSON json_t *json = request == NULL ? NULL : carry_out(request, &payload, &answer);
    return send_answer(fd, buffer, json, &answer);
}

/* The first question, if it is a function. */
static bool do_work(int fd, char *buffer, json_t *(*work)(void *context), void *context)
{
    static const struct answer none;
    CLEANUP_JSON json_t *json = work == NULL ? NULL : work(context);
    return work == NULL || send_answer(fd, buffer, json, &none);
}

_Noreturn static void become_deputy(int fd, pid_t runner, json_t *(*work)(void *context),
                                    void *context)
{
    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    /* A deputy that has to be left behind must not keep a pipe to the runner's reader open. */
    int nothing = open("/dev/null", O_RDWR);
    for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
        (void)dup2(nothing, standard);
    if (fd != STDERR_FILENO + 1 && dup2(fd, STDERR_FILENO + 1) < 0)
        _exit(1);
    fd = STDERR_FILENO + 1;
    (void)close_range((unsigned)fd + 1, ~0U, 0);
    char *buffer = malloc(MESSAGE_MAX);
    if (buffer != NULL && getppid() == runner && do_work(fd, buffer, work, context))
        while (serve(fd, buffer))
            continue;
    _exit(0);
}

int deputy_start(struct deputy *deputy, struct error *error)
{
    return deputy_start_with(deputy, NULL, NULL, error);
}

int deputy_start_with(struct deputy *deputy, json_t *(*work)(void *context), void *context,
                      struct error *error)
{
    *deputy = (struct deputy){.fd = -1};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set_errno(error, errno, NULL, "cannot make a socket pair");
    pid_t runner = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become_deputy(ends[1], runner, work, context);
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return error_set_errno(error, errno, NULL, "cannot start a process");
    }
    *deputy = (struct deputy){.pid = pid, .fd = ends[0], .asked = work != NULL};
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

json_t *deputy_answer(struct deputy *deputy, struct payload *payload, struct error *error)
{
    struct payload ignored;
    ssize_t got = recv(deputy->fd, message, sizeof message, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return NULL;
    json_t *answer =
        got > 0 ? read_message(message, (size_t)got, payload == NULL ? &ignored : payload) : NULL;
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

json_t *deputy_wait(struct deputy *deputy, uint64_t budget_ns, struct payload *payload,
                    struct error *error)
{
    CLEANUP(process_table_release) struct process_table table = {0};
    CLEANUP(patience_release) struct patience patience = {0};
    struct error failed = ERROR_INIT;
    json_t *answer;
    patience_start(&patience, deputy->pid, budget_ns, budget_ns * PATIENCE_TIMES, clock_now_ns());
    while ((answer = deputy_answer(deputy, payload, &failed)) == NULL) {
        uint64_t now_ns = clock_now_ns();
        uint64_t left_ns = patience.expected_ns > now_ns ? patience.expected_ns - now_ns : 0;
        struct pollfd fd = {.fd = deputy->fd, .events = POLLIN};
        char why[128];
        table.count = 0;
        if (failed.code == ERROR_NONE && !patience_is_over(&patience, now_ns, &table)) {
            (void)poll(&fd, 1, (int)(left_ns / NS_PER_MS) + 1);
            continue;
        }
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
