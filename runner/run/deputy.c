/* SPDX-License-Identifier: MIT */
#include "run/deputy.h"

#include "base/cleanup.h"
#include "base/json_build.h"
#include "run/helper/launcher_log.h"
#include "run/host_view.h"
#include "run/recorded_files.h"
#include "run/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { MESSAGE_MAX = 160 * 1024 };

static json_t *answer_ok(void)
{
    return json_pack("{s:b}", "ok", 1);
}

static json_t *answer_error(const struct error *error)
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
    json_t *answer = done == 0 ? answer_ok() : answer_error(&error);
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
        return answer_error(&error);
    struct builder builder = {0};
    json_t *answer = build_object(&builder);
    build_truth(&builder, answer, "ok", true);
    build_text(&builder, answer, "real", real);
    return build_finish(&builder, answer);
}

static json_t *carry_out(const json_t *request)
{
    const char *what = json_string_value(json_object_get(request, "do"));
    if (strcmp(what, "steps") == 0)
        return do_steps(request);
    if (strcmp(what, "look") == 0)
        return do_look(request);
    return do_check_root(request);
}

/* Answers one question. Returns false when the runner is gone. */
static bool serve(int fd, char *buffer)
{
    ssize_t got = recv(fd, buffer, MESSAGE_MAX, 0);
    if (got < 0 && errno == EINTR)
        return true;
    if (got <= 0)
        return false;
    CLEANUP_JSON json_t *request = json_loadb(buffer, (size_t)got, 0, NULL);
    CLEANUP_JSON json_t *answer = request == NULL ? NULL : carry_out(request);
    size_t length = answer == NULL ? 0 : json_dumpb(answer, buffer, MESSAGE_MAX, JSON_COMPACT);
    /* An answer too long for a message can only be a view's with absurd findings. */
    if (length == 0 || length > MESSAGE_MAX)
        length = (size_t)snprintf(buffer, MESSAGE_MAX, "{\"ok\":false,\"error\":\"no answer\"}");
    return send(fd, buffer, length, MSG_NOSIGNAL) == (ssize_t)length;
}

_Noreturn static void become_deputy(int fd, pid_t runner)
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
    if (buffer != NULL && getppid() == runner)
        while (serve(fd, buffer))
            continue;
    _exit(0);
}

int deputy_start(struct deputy *deputy, struct error *error)
{
    *deputy = (struct deputy){.fd = -1};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set_errno(error, errno, NULL, "cannot make a socket pair");
    pid_t runner = getpid();
    pid_t pid = fork();
    if (pid == 0)
        become_deputy(ends[1], runner);
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return error_set_errno(error, errno, NULL, "cannot start a process");
    }
    *deputy = (struct deputy){.pid = pid, .fd = ends[0]};
    return 0;
}

int deputy_ask(struct deputy *deputy, json_t *request, struct error *error)
{
    CLEANUP_JSON json_t *owned = request;
    CLEANUP_FREE char *text = owned == NULL ? NULL : json_dumps(owned, JSON_COMPACT);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a request");
    size_t length = strlen(text);
    if (length > MESSAGE_MAX)
        return error_set(error, ERROR_INPUT, NULL, "a target's steps are too long");
    if (send(deputy->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
        return error_set_errno(error, errno, NULL, "the helper process is gone");
    deputy->asked = true;
    return 0;
}

json_t *deputy_answer(struct deputy *deputy, struct error *error)
{
    /* Not from the heap: so big a block, taken and given back twice a cell, makes it grow and
     * shrink, and every page of it fault again. */
    static char buffer[MESSAGE_MAX];
    ssize_t got = recv(deputy->fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return NULL;
    json_t *answer = got > 0 ? json_loadb(buffer, (size_t)got, 0, NULL) : NULL;
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
