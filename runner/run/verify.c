/* SPDX-License-Identifier: MIT */
/* At the end of a run: is what ran still what is recorded? */
#include "base/clock.h"
#include "run/helper/steps.h"
#include "run/state.h"

#include <stdio.h>

/* How long a file system may be silent that one of the files is on. */
#define VERIFY_NS (10 * NS_PER_S)

/* Asks for all files of a target to be read again; why they are not what they were, or "". */
static void find_change(struct run *run, const struct run_target *target, char *why, size_t size)
{
    struct deputy deputy = {.fd = -1};
    struct builder builder = {0};
    struct error failed = ERROR_INIT;
    json_t *request = steps_request(json_array(), run->scratch, NULL);
    build_share(&builder, request, "files", target->setup.files);
    build_truth(&builder, request, "digests", true);
    CLEANUP_JSON json_t *answer =
        run_ask_and_wait(run, &deputy, build_finish(&builder, request), VERIFY_NS, &failed);
    deputy_abandon(&deputy);
    const char *changed = json_string_value(json_object_get(answer, "changed"));
    const char *refused = deputy_refusal(answer);
    why[0] = '\0';
    if (changed != NULL)
        (void)snprintf(why, size, "%s", changed);
    else if (refused != NULL)
        (void)snprintf(why, size, "what ran could not be read again: %s",
                       failed.code == ERROR_NONE ? refused : failed.what);
}

void run_verify_files(struct run *run)
{
    char why[1600];
    for (size_t i = 0; i < run->target_count; i++) {
        struct run_target *target = &run->targets[i];
        if (!target->document_open || target->setup.skipped)
            continue;
        find_change(run, target, why, sizeof why);
        if (why[0] == '\0')
            continue;
        build_next_text(&target->builder, target->broken_controls, why);
        progress_note(run->progress, "%s: %s", target->setup.target.name, why);
    }
}
