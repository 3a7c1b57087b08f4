/* SPDX-License-Identifier: MIT */
#include "gate/evidence/reason.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/** Longer details are cut: a document may hold a megabyte of reason. */
enum { DETAIL_ROOM = 1024 };

static const struct {
    const char *name;
    enum reason_weight weight;
    const char *meaning;
} table[REASON_COUNT] = {
    [REASON_UNREADABLE] = {"unreadable", WEIGHT_BAD_INPUT, "the file can't be read"},
    [REASON_NOT_JSON] = {"not_json", WEIGHT_BAD_INPUT, "the file is not valid JSON"},
    [REASON_OTHER_SCHEMA] = {"other_schema", WEIGHT_BAD_INPUT,
                             "this is not a document that this version understands"},
    [REASON_NOT_VALID] = {"not_valid", WEIGHT_BAD_INPUT, "the document breaks its schema"},
    [REASON_EDITED] = {"edited", WEIGHT_BAD_INPUT,
                       "the content does not match the document's own digest"},
    [REASON_REPORTED_NOT_MEASURED] = {"reported_not_measured", WEIGHT_NEUTRAL,
                                      "what somebody reported is no measurement"},
    [REASON_REFERENCE_SUBJECT] = {"reference_subject", WEIGHT_NEUTRAL,
                                  "a reference target is no evidence about Nanvix"},
    [REASON_TEST_DOUBLE] = {"test_double", WEIGHT_NEUTRAL,
                            "the tests' stand-in is no evidence about Nanvix"},
    [REASON_OTHER_SUBJECT] = {"other_subject", WEIGHT_NEUTRAL,
                              "it is about something else than the criteria"},
    [REASON_MODE_NOT_ASKED] = {"mode_not_asked", WEIGHT_NEUTRAL,
                               "no criterion asks about this mode"},
    [REASON_SKIPPED] = {"skipped", WEIGHT_NEUTRAL, "the target could not run there"},
    [REASON_GIVEN_TWICE] = {"given_twice", WEIGHT_NEUTRAL,
                            "the same document was given before; it counts once"},
    [REASON_NOT_SIGNED] = {"not_signed", WEIGHT_BLOCKING,
                           "there is no signature beside it, and --signers asks for one"},
    [REASON_SIGNATURE_INVALID] = {"signature_invalid", WEIGHT_BLOCKING,
                                  "none of the signers vouches for these bytes"},
    [REASON_UNKNOWN_RELEASE] = {"unknown_release", WEIGHT_BLOCKING,
                                "which release was tested is not known"},
    [REASON_OTHER_RELEASE] = {"other_release", WEIGHT_BLOCKING,
                              "this is not the release that was asked for"},
    [REASON_SUBJECT_NOT_IDENTIFIED] = {"subject_not_identified", WEIGHT_BLOCKING,
                                       "digests of what was tested are missing"},
    [REASON_FOREIGN_PROBE_BUILD] = {"foreign_probe_build", WEIGHT_BLOCKING,
                                    "the probes are not those of this tool"},
    [REASON_FOREIGN_TOOL_VERSION] = {"foreign_tool_version", WEIGHT_BLOCKING,
                                     "another version of this tool judged the cells"},
    [REASON_PROBE_NOT_IDENTIFIED] = {"probe_not_identified", WEIGHT_BLOCKING,
                                     "digests of probes that ran are missing"},
    [REASON_MODE_NOT_VERIFIED] = {"mode_not_verified", WEIGHT_BLOCKING,
                                  "in which mode it ran is only claimed: the launcher did not say"},
    [REASON_LAUNCHER_DIFFERS] = {"launcher_differs", WEIGHT_BLOCKING,
                                 "its cells were not all run by the same launcher"},
    [REASON_INTERRUPTED] = {"interrupted", WEIGHT_BLOCKING, "the run was interrupted"},
    [REASON_INCOMPLETE] = {"incomplete", WEIGHT_BLOCKING, "planned cells are missing"},
    [REASON_INADMISSIBLE] = {"inadmissible", WEIGHT_BLOCKING,
                             "the run itself says that its controls went wrong"},
    [REASON_CONTROLS_MISSING] = {"controls_missing", WEIGHT_BLOCKING,
                                 "a control did not run, so the oracle may be blind"},
    [REASON_CONTROLS_WRONG] = {"controls_wrong", WEIGHT_BLOCKING,
                               "a control did not get its verdict, so the oracle may be blind"},
    [REASON_TOO_OLD] = {"too_old", WEIGHT_BLOCKING, "the run is older than the criteria allow"},
    [REASON_FROM_THE_FUTURE] = {"from_the_future", WEIGHT_BLOCKING,
                                "the run ended after the time of this decision"},
    [REASON_EARLY_WAITS] = {"early_waits", WEIGHT_BLOCKING,
                            "waits could end before their budget, which the criteria don't accept"},
    [REASON_BUDGET_TOO_LONG] = {"budget_too_long", WEIGHT_BLOCKING,
                                "a budget is longer than the criteria allow, so that a hang could "
                                "pass for slow"},
    [REASON_BUDGET_TOO_SHORT] = {"budget_too_short", WEIGHT_BLOCKING,
                                 "a budget is too short to tell a hang from a slow call"},
    [REASON_DUPLICATE_ATTEMPT] = {"duplicate_attempt", WEIGHT_BLOCKING,
                                  "an attempt stands in the document more than once"},
    [REASON_CONTRADICTORY] = {"contradictory", WEIGHT_BLOCKING, "the document contradicts itself"},
    [REASON_COPIED_JOURNAL] = {"copied_journal", WEIGHT_BLOCKING,
                               "an attempt has the journal of another one, to the microsecond"},
    [REASON_UNSHIPPED_TARGET] = {"unshipped_target", WEIGHT_BLOCKING,
                                 "the target's descriptor is none that this tool ships; accept it "
                                 "by name and digest with --accept-target"},
    [REASON_DOUBLE_UNDER_NANVIX] = {"double_under_nanvix", WEIGHT_BLOCKING,
                                    "the tests' stand-in ran under the name of a target that is "
                                    "about Nanvix"},
    [REASON_MIXED_RELEASES] = {"mixed_releases", WEIGHT_BLOCKING,
                               "the documents are of different releases"},
    [REASON_MIXED_KERNELS] = {"mixed_kernels", WEIGHT_BLOCKING,
                              "documents of one mode are of different builds of the release"},
    [REASON_MIXED_PROBE_BUILDS] = {"mixed_probe_builds", WEIGHT_BLOCKING,
                                   "the documents are of different probe builds"},
    [REASON_MIXED_FILESYSTEMS] = {"mixed_filesystems", WEIGHT_BLOCKING,
                                  "documents of one target are of different file systems"},
    [REASON_SAME_RUN_TWICE] = {"same_run_twice", WEIGHT_BLOCKING,
                               "two different documents claim to be of the same run and target"},
    [REASON_SAME_BINARIES] = {"same_binaries", WEIGHT_BLOCKING,
                              "documents of different modes are of the same binaries"},
    [REASON_NOT_TESTED] = {"not_tested", WEIGHT_BLOCKING, "there is no evidence"},
    [REASON_TOO_FEW_ATTEMPTS] = {"too_few_attempts", WEIGHT_BLOCKING, "too few attempts passed"},
    [REASON_FAIL] = {"fail", WEIGHT_BLOCKING, "rename failed, or did not do what it must"},
    [REASON_HANG] = {"hang", WEIGHT_BLOCKING, "rename did not come back"},
    [REASON_STALL] = {"stall", WEIGHT_BLOCKING, "another call did not come back"},
    [REASON_CRASH] = {"crash", WEIGHT_BLOCKING, "the guest or its VM crashed"},
    [REASON_NO_START] = {"no_start", WEIGHT_BLOCKING, "the probe never started"},
    [REASON_ERROR] = {"error", WEIGHT_BLOCKING, "the run could not tell"},
    [REASON_SKIP] = {"skip", WEIGHT_BLOCKING, "the shape was skipped"},
    [REASON_FLAKY] = {"flaky", WEIGHT_BLOCKING, "attempts disagree"},
    [REASON_ANOMALY] = {"anomaly", WEIGHT_BLOCKING,
                        "a pass came with something odd that the criteria don't accept"},
    [REASON_SLOW_RENAME] = {"slow_rename", WEIGHT_BLOCKING,
                            "a rename took longer than the criteria allow"},
    [REASON_EVIDENCE_REFUSED] = {"evidence_refused", WEIGHT_BLOCKING,
                                 "a document about this mode was refused"},
    [REASON_WAIVED] = {"waived", WEIGHT_NEUTRAL, "the mode is waived"},
    [REASON_WAIVER_NOT_ACCEPTED] =
        {"waiver_not_accepted", WEIGHT_NEUTRAL,
         "the criteria hold a waiver, but --accept-waiver was not given"},
    [REASON_WAIVER_NOT_NEEDED] = {"waiver_not_needed", WEIGHT_NEUTRAL,
                                  "there are documents about the mode, so they decide"},
    [REASON_WAIVER_TOO_EARLY] = {"waiver_too_early", WEIGHT_BLOCKING,
                                 "the waiver holds from a later release than the tested one"},
    [REASON_WAIVER_RELEASE_UNKNOWN] = {"waiver_release_unknown", WEIGHT_BLOCKING,
                                       "no tested release can be compared with the waiver's"},
    [REASON_UPSTREAM_NOT_GIVEN] = {"upstream_not_given", WEIGHT_BLOCKING,
                                   "the state of the upstream issues was not given"},
    [REASON_UPSTREAM_NOT_LISTED] = {"upstream_not_listed", WEIGHT_BLOCKING,
                                    "the upstream state does not mention the issue"},
    [REASON_UPSTREAM_OTHER_REFERENCE] = {"upstream_other_reference", WEIGHT_BLOCKING,
                                         "the upstream state is of another issue"},
    [REASON_UPSTREAM_OPEN] = {"upstream_open", WEIGHT_BLOCKING, "the issue is open upstream"},
    [REASON_UPSTREAM_NOT_COMPLETED] = {"upstream_not_completed", WEIGHT_BLOCKING,
                                       "the issue was closed without being completed"},
    [REASON_UPSTREAM_FIX_UNKNOWN] = {"upstream_fix_unknown", WEIGHT_BLOCKING,
                                     "which release has the fix is not known"},
    [REASON_UPSTREAM_FIX_NEWER] = {"upstream_fix_newer", WEIGHT_BLOCKING,
                                   "the fix is in a newer release than the tested one"},
    [REASON_UPSTREAM_NOT_COMPARABLE] = {"upstream_not_comparable", WEIGHT_BLOCKING,
                                        "the fixed and the tested release can't be put in order"},
    [REASON_UPSTREAM_NOTHING_TESTED] = {"upstream_nothing_tested", WEIGHT_BLOCKING,
                                        "there is no tested release that could have the fix"},
    [REASON_UPSTREAM_TOO_OLD] = {"upstream_too_old", WEIGHT_BLOCKING,
                                 "the upstream state was looked up too long ago"},
    [REASON_UPSTREAM_FROM_THE_FUTURE] = {"upstream_from_the_future", WEIGHT_BLOCKING,
                                         "the upstream state was looked up after this decision"},
    [REASON_WEAKER_CRITERIA] = {"weaker_criteria", WEIGHT_BLOCKING,
                                "the criteria ask for less than the exit criteria as written"},
    [REASON_NOTHING_MEASURED] = {"nothing_measured", WEIGHT_BLOCKING,
                                 "no mode of the exit criteria as written was measured; waivers "
                                 "are no evidence"},
};

const char *reason_name(enum reason_id id)
{
    return table[id].name;
}

const char *reason_meaning(enum reason_id id)
{
    return table[id].meaning;
}

void reason_list_release(struct reason_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].detail);
    free(list->items);
    *list = (struct reason_list){0};
}

/** Details quote what others wrote: paths, documents, guests. */
static char *clean_detail(const char *format, va_list arguments)
    __attribute__((format(printf, 1, 0)));

static char *clean_detail(const char *format, va_list arguments)
{
    char *raw = NULL;
    char clean[DETAIL_ROOM];
    int length = vasprintf(&raw, format, arguments);
    if (length < 0)
        return NULL;
    (void)text_sanitize(raw, (size_t)length, clean, sizeof clean);
    free(raw);
    return strdup(clean);
}

int reason_add(struct reason_list *list, struct error *error, enum reason_id id, const char *format,
               ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *detail = clean_detail(format, arguments);
    va_end(arguments);
    if (detail == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a reason");
    struct reason *grown = reallocarray(list->items, list->count + 1, sizeof *grown);
    if (grown == NULL) {
        free(detail);
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a reason");
    }
    list->items = grown;
    list->items[list->count++] = (struct reason){.id = id, .detail = detail};
    return 0;
}

bool reason_list_has(const struct reason_list *list, enum reason_weight weight)
{
    for (size_t i = 0; i < list->count; i++)
        if (table[list->items[i].id].weight == weight)
            return true;
    return false;
}
