/* SPDX-License-Identifier: MIT */
#include "guard/judging/exercised.h"

#include "guard/recording_format.h"
#include "guard/tools.h"

static bool asks_for_help(const struct record *record)
{
    static const char *const asking[] = {"--help", "-help", "-h", "--version", "-version"};
    for (size_t i = 0; i < sizeof asking / sizeof asking[0]; i++)
        if (string_list_has(&record->arguments, asking[i]))
            return true;
    return false;
}

static bool makes_image(const struct record *record)
{
    enum tool_kind kind = tool_kind(record->tool);
    return kind == TOOL_MAKES_IMAGE || kind == TOOL_MAKES_RAMFS;
}

static bool any_record(const struct run_evidence *evidence, bool (*is)(const struct record *))
{
    for (size_t i = 0; i < evidence->recording->count; i++)
        if (is(&evidence->recording->records[i]))
            return true;
    return false;
}

const char *exercised_idleness(const struct guard_run *run, const struct run_evidence *evidence)
{
    unsigned behaviour = evidence->scenario->behaviour;
    if (behaviour == RECORDER_FAIL_BUILD)
        return any_record(evidence, makes_image) ? NULL : "no image was to be made";
    if (run->booted == 0)
        return "no guest Python was started";
    if (behaviour == RECORDER_FAIL_HELP && !any_record(evidence, asks_for_help))
        return "no tool was asked for its help or version";
    if (evidence->outcome->records.waited > 0)
        return "the harness's time limit could not be made short";
    if (evidence->scenario->need == NEEDS_NAMED_MODULES &&
        run->modules_seen < evidence->modules_given)
        return "some of them were in no command line";
    return NULL;
}

const char *exercised_missing_kind(const struct guard_mode_report *report)
{
    switch (report->mode->kind) {
    case KIND_HOSTED:
        return report->booted_hosted ? NULL : "nothing was booted without -ramfs or an image";
    case KIND_RAMFS:
        return report->booted_ramfs || report->booted_image ? NULL
                                                            : "no -ramfs and no image was passed";
    case KIND_IMAGE:
        return report->booted_image ? NULL : "no image was made and booted";
    }
    return NULL;
}
