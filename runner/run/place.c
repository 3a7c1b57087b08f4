/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "run/leftovers.h"
#include "run/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define DEFAULT_OUTPUT "results"
#define SCRATCH_NS (3 * NS_PER_S)
#define REMOVE_NS (5 * NS_PER_S)

static void make_id(struct run *run)
{
    time_t now = time(NULL);
    struct tm parts;
    char stamp[32];
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint32_t)clock_now_ns();
    (void)gmtime_r(&now, &parts);
    (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    (void)snprintf(run->id, sizeof run->id, "%s-%08x", stamp, random);
    run->started_at = now;
    run->started_ns = clock_now_ns();
}

static const char *output_of(const struct run_options *options)
{
    return options->output == NULL ? DEFAULT_OUTPUT : options->output;
}

static const char *scratch_base(void)
{
    const char *base = getenv("TMPDIR");
    return base == NULL || base[0] != '/' ? "/tmp" : base;
}

/* One line that names what is gone now. */
static void tell_swept(const json_t *swept)
{
    size_t index;
    const json_t *path;
    char text[1024] = "";
    size_t used = 0;
    json_array_foreach(swept, index, path)
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                                     index == 0 ? "" : ", ", json_string_value(path));
    if (used > 0)
        (void)fprintf(stderr, "rename-oracle: cleared away what a run left that was killed: %s\n",
                      text);
}

void run_sweep_dead(const char *output, struct builder *builder, json_t *swept)
{
    leftovers_sweep(scratch_base(), output, builder, swept);
}

void run_clear_up(const void *options)
{
    run_sweep_dead(output_of(options), NULL, NULL);
}

static json_t *make_scratch(const struct run *run, bool sweep)
{
    static int lock; /* held until the end of the deputy */
    char path[PATH_MAX];
    struct error error = ERROR_INIT;
    struct builder builder = {0};
    CLEANUP_JSON json_t *swept = build_array(&builder);
    if (sweep)
        run_sweep_dead(output_of(run->options), &builder, swept);
    if (leftovers_make_scratch(scratch_base(), run->options->keep, path, &lock, &error) != 0)
        return deputy_failure(&error);
    json_t *answer = build_object(&builder);
    build_truth(&builder, answer, "ok", true);
    build_text(&builder, answer, "path", path);
    build_share(&builder, answer, "swept", swept);
    return build_finish(&builder, answer);
}

static json_t *sweep_and_make(void *run)
{
    return make_scratch(run, true);
}

static json_t *only_make(void *run)
{
    return make_scratch(run, false);
}

/* Clears away what dead runs left, too. That something there does not answer is no reason not to go
 * on: what has to be had there will fail by itself. */
static json_t *ask_for_scratch(struct run *run, struct error *error)
{
    struct deputy *keeper = &run->scratch_keeper;
    json_t *answer = run_do_apart(run, keeper, sweep_and_make, SCRATCH_NS, error);
    if (answer != NULL || error->code != ERROR_DEADLINE)
        return answer;
    deputy_abandon(keeper);
    *error = (struct error)ERROR_INIT;
    return run_do_apart(run, keeper, only_make, SCRATCH_NS, error);
}

int run_make_scratch(struct run *run, struct error *error)
{
    struct error failed = ERROR_INIT;
    if (!text_is_utf8(scratch_base(), strlen(scratch_base())))
        return error_set(error, ERROR_ENVIRONMENT, scratch_base(),
                         "is no UTF-8, which documents are; set TMPDIR to another directory");
    CLEANUP_JSON json_t *answer = ask_for_scratch(run, &failed);
    const char *path = json_string_value(json_object_get(answer, "path"));
    if (path == NULL)
        return error_set(error, ERROR_ENVIRONMENT, answer == NULL ? scratch_base() : NULL,
                         "%s; set TMPDIR to another directory",
                         answer == NULL ? failed.what : deputy_refusal(answer));
    tell_swept(json_object_get(answer, "swept"));
    run->settings.scratch = run->scratch;
    return path_format(run->scratch, sizeof run->scratch, error, "%s", path);
}

int run_make_output(struct run *run, struct error *error)
{
    make_id(run);
    run->settings.artifacts = "artifacts";
    return output_open(&run->output, output_of(run->options), run->id, error);
}

void run_remove_scratch(struct run *run)
{
    struct error failed = ERROR_INIT;
    if (run->scratch[0] != '\0' && run->options->keep) {
        progress_note(run->progress, "kept: %s", run->scratch);
    } else if (run->scratch[0] != '\0') {
        json_t *request = json_pack("{s:s, s:s}", "do", "remove_scratch", "path", run->scratch);
        CLEANUP_JSON json_t *answer =
            run_ask_and_wait(run, &run->scratch_keeper, request, REMOVE_NS, &failed);
        if (!json_is_true(json_object_get(answer, "ok")))
            progress_note(run->progress, "could not be removed: %s", run->scratch);
    }
    deputy_abandon(&run->scratch_keeper);
}
