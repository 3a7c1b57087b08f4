/* SPDX-License-Identifier: MIT */
#include "run/helper/work.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/json_access.h"
#include "base/json_build.h"
#include "run/helper/host_view.h"
#include "run/helper/launcher_log.h"
#include "run/helper/readiness.h"
#include "run/helper/steps.h"
#include "run/helper/tool.h"
#include "run/leftovers.h"
#include "run/recorded_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an inspection may print, and be called with. */
enum { INSPECT_BYTES = 16 * 1024, INSPECT_LINES = 200, INSPECT_WORDS = 128 };

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
                  launcher_log_read(json_text(launcher, "logs"), json_text(launcher, "line"),
                                    json_text(launcher, "failure")));
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

/* Lines of output, which may be anything; more of them than these are cut. */
static void put_lines(struct builder *builder, json_t *lines, char *text)
{
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        if ((*line != '\0' || rest != NULL) && json_array_size(lines) < INSPECT_LINES)
            build_next_text(builder, lines, line);
}

static json_t *do_inspect(const json_t *request)
{
    struct error error = ERROR_INIT;
    struct builder builder = {0};
    const char *argv[INSPECT_WORDS + 1] = {NULL};
    const json_t *words = json_object_get(request, "run");
    for (size_t i = 0; i < json_array_size(words) && i < INSPECT_WORDS; i++)
        argv[i] = json_string_value(json_array_get(words, i));
    uint64_t deadline_ns =
        (uint64_t)(json_number_value(json_object_get(request, "deadline")) * (double)NS_PER_S);
    CLEANUP(tool_output_release) struct tool_output output = {0};
    char status[sizeof error.where + sizeof error.what + sizeof ": "];
    if (tool_run(argv, NULL, (struct tool_limits){deadline_ns, deadline_ns, INSPECT_BYTES}, &output,
                 &error) == 0)
        exit_status_describe(output.status, status, sizeof status);
    else
        error_describe(&error, status, sizeof status);
    json_t *answer = build_object(&builder);
    build_truth(&builder, answer, "ok", true);
    build_text(&builder, answer, "status", status);
    json_t *lines = build_array_in(&builder, answer, "output");
    if (output.bytes != NULL)
        put_lines(&builder, lines, output.bytes);
    return build_finish(&builder, answer);
}

/* Whether what a companion was to make is there. */
static json_t *do_ready(const json_t *request)
{
    struct builder builder = {0};
    struct error error = ERROR_INIT;
    bool ready = false;
    const char *socket = json_text(request, "socket");
    if (socket == NULL)
        ready = access(json_text(request, "file"), F_OK) == 0;
    else if (socket_is_listened_on(socket, &ready, &error) != 0)
        return deputy_failure(&error);
    json_t *answer = build_object(&builder);
    build_truth(&builder, answer, "ok", true);
    build_truth(&builder, answer, "ready", ready);
    return build_finish(&builder, answer);
}

static json_t *do_remove_scratch(const json_t *request)
{
    struct error error = ERROR_INIT;
    if (leftovers_remove_scratch(json_text(request, "path"), &error) != 0)
        return deputy_failure(&error);
    return deputy_success();
}

json_t *work_carry_out(const json_t *request, const struct payload *payload)
{
    (void)payload;
    const char *what = json_text(request, "do");
    if (strcmp(what, "steps") == 0)
        return do_steps(request);
    if (strcmp(what, "look") == 0)
        return do_look(request);
    if (strcmp(what, "inspect") == 0)
        return do_inspect(request);
    if (strcmp(what, "ready") == 0)
        return do_ready(request);
    if (strcmp(what, "check_root") == 0)
        return do_check_root(request);
    return do_remove_scratch(request);
}
