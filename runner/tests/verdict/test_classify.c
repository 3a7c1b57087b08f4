/* SPDX-License-Identifier: MIT */
/*
 * Every kind of observation and the verdict that it must get. Each row says what would make
 * another verdict wrong; a doubtful row is an error, never a pass or a hang.
 */
#include "unit.h"
#include "verdict/classify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EXITED(code) ((code) << 8)
#define KILLED(signal) (signal)

/* Rows start from a common observation and override what they are about. */
#pragma GCC diagnostic ignored "-Woverride-init"

/* A healthy pass of a shape with one rename; rows change what they are about. */
#define HEALTHY                                                                                    \
    .any_event = true, .outcome = OUTCOME_PASS, .checks_held = 5,                                  \
    .last_text = "end pass checks=5 broken=0", .renames_expected = 1, .renames_returned = 1,       \
    .status_known = true, .status = EXITED(0), .view = VIEW_AGREES

#define OUT_IN_RENAME                                                                              \
    .any_event = true, .call_out = "rename", .call_text = "enter rename from=/a to=/b",            \
    .last_text = "enter rename from=/a to=/b", .renames_expected = 1

#define OUT_IN_OPEN                                                                                \
    .any_event = true, .call_out = "open", .call_text = "enter open path=/a",                      \
    .last_text = "enter open path=/a", .renames_expected = 1

#define BETWEEN_CALLS                                                                              \
    .any_event = true, .last_text = "leave rename ret=0", .renames_expected = 1,                   \
    .renames_returned = 1

struct row {
    const char *name;
    enum verdict verdict;
    const char *reason; /* must be in the reason */
    struct observation seen;
};

static const struct row rows[] = {
    {"pass", VERDICT_PASS, "", {HEALTHY}},
    {"pass without a host view", VERDICT_PASS, "", {HEALTHY, .view = VIEW_NONE}},
    {"pass of a VM that aborted after its halt",
     VERDICT_PASS,
     "",
     {HEALTHY, .status = KILLED(6), .exit_policy = EXIT_STATUS_IGNORED}},
    {"pass of a VM that had to be ended",
     VERDICT_PASS,
     "",
     {HEALTHY, .ending = ENDING_AFTER_END, .status = KILLED(15)}},
    {"pass but exit status 1", VERDICT_ERROR, "exited with 1", {HEALTHY, .status = EXITED(1)}},
    {"pass but killed", VERDICT_ERROR, "SIGSEGV", {HEALTHY, .status = KILLED(11)}},
    {"pass but bad journal", VERDICT_ERROR, "gap", {HEALTHY, .bad_journal = "gap"}},
    {"pass of a probe whose status got lost", VERDICT_PASS, "", {HEALTHY, .status_known = false}},
    {"pass but bad journal and damaged lines",
     VERDICT_ERROR,
     "gap",
     {HEALTHY, .bad_journal = "gap", .damaged = 1, .damaged_since_last = 1}},
    {"pass with a damaged line of somebody else's before the end",
     VERDICT_PASS,
     "",
     {HEALTHY, .damaged = 1}},
    {"renameat that does not come back",
     VERDICT_HANG,
     "enter renameat",
     {OUT_IN_RENAME, .call_out = "renameat", .call_text = "enter renameat from=a to=b",
      .ending = ENDING_STEP_BUDGET}},
    {"pass but damaged lines after the end",
     VERDICT_ERROR,
     "damaged",
     {HEALTHY, .damaged = 1, .damaged_since_last = 1}},
    {"pass of a probe that checked nothing",
     VERDICT_ERROR,
     "checked nothing",
     {HEALTHY, .checks_held = 0}},
    {"pass of another shape's probe",
     VERDICT_ERROR,
     "calls itself x",
     {HEALTHY, .other_shape = "x"}},
    {"hang of another shape's probe",
     VERDICT_ERROR,
     "calls itself x",
     {OUT_IN_RENAME, .ending = ENDING_STEP_BUDGET, .other_shape = "x"}},
    {"pass but a broken check",
     VERDICT_ERROR,
     "check size",
     {HEALTHY, .broken_check = "check size result=broken"}},
    {"pass but a rename error", VERDICT_ERROR, "EIO", {HEALTHY, .rename_error = "EIO"}},
    {"pass without a rename", VERDICT_ERROR, "0 of 1", {HEALTHY, .renames_returned = 0}},
    {"pass with too many renames", VERDICT_ERROR, "2 of 1", {HEALTHY, .renames_returned = 2}},
    {"pass of another rename", VERDICT_ERROR, "to=/z", {HEALTHY, .wrong_rename = "to=/z"}},
    {"pass on another file system",
     VERDICT_ERROR,
     "tmpfs",
     {HEALTHY, .wrong_filesystem = "on tmpfs"}},
    {"pass of a copy", VERDICT_ERROR, "replaced", {HEALTHY, .odd_inode = "inode 1, 2"}},
    {"pass of a copy, or on a file system that numbers inodes anew",
     VERDICT_ERROR,
     "same_inode",
     {HEALTHY, .odd_inode = "inode 1, 2"}},
    {"pass but the host sees otherwise",
     VERDICT_ERROR,
     "holds 'a'",
     {HEALTHY, .view = VIEW_CONTRADICTS, .view_finding = "holds 'a'"}},
    {"pass but the host could not look",
     VERDICT_ERROR,
     "could not look",
     {HEALTHY, .view = VIEW_UNAVAILABLE, .view_finding = "no answer"}},
    {"own failure beats all", VERDICT_ERROR, "disk full", {HEALTHY, .own_failure = "disk full"}},

    {"fail with an errno",
     VERDICT_FAIL,
     "EEXIST",
     {HEALTHY, .outcome = OUTCOME_FAIL, .status = EXITED(1), .rename_error = "EEXIST"}},
    {"fail of a check",
     VERDICT_FAIL,
     "old_gone",
     {HEALTHY, .outcome = OUTCOME_FAIL, .status = EXITED(1), .broken_check = "check old_gone"}},
    {"fail without any reason",
     VERDICT_ERROR,
     "no broken check",
     {HEALTHY, .outcome = OUTCOME_FAIL, .status = EXITED(1)}},
    {"fail but exit status 0",
     VERDICT_ERROR,
     "exited with 0",
     {HEALTHY, .outcome = OUTCOME_FAIL, .rename_error = "EIO"}},
    {"unfit",
     VERDICT_ERROR,
     "never tried: check setup_fresh",
     {HEALTHY, .outcome = OUTCOME_UNFIT, .status = EXITED(1), .broken_check = "check setup_fresh",
      .setup_broke = true}},
    {"unfit after a rename",
     VERDICT_ERROR,
     "the set-up of a further rename broke: check setup_write",
     {HEALTHY, .outcome = OUTCOME_UNFIT, .status = EXITED(1), .broken_check = "check setup_write",
      .setup_broke = true, .rename_tried = true}},
    {"fail, but what broke is the set-up",
     VERDICT_ERROR,
     "what broke first is its set-up: check setup_write",
     {HEALTHY, .outcome = OUTCOME_FAIL, .status = EXITED(1), .broken_check = "check setup_write",
      .setup_broke = true, .rename_tried = true}},
    {"fail with an errno that follows from the set-up",
     VERDICT_ERROR,
     "set-up",
     {HEALTHY, .outcome = OUTCOME_FAIL, .status = EXITED(1), .broken_check = "check setup_file",
      .setup_broke = true, .rename_tried = true, .rename_error = "ENOENT"}},
    {"unfit without a reason",
     VERDICT_ERROR,
     "no reason",
     {HEALTHY, .outcome = OUTCOME_UNFIT, .status = EXITED(1)}},

    {"hang", VERDICT_HANG, "did not come back", {OUT_IN_RENAME, .ending = ENDING_STEP_BUDGET}},
    {"hang that came back late",
     VERDICT_HANG,
     "within the step budget; it returned after 12.0 s",
     {OUT_IN_RENAME, .ending = ENDING_STEP_BUDGET, .returned_after_ms = 12000}},
    {"stall that came back late",
     VERDICT_STALL,
     "it returned after 12.0 s",
     {OUT_IN_OPEN, .ending = ENDING_STEP_BUDGET, .returned_after_ms = 12000}},
    {"hang, ended early", VERDICT_HANG, "ended early", {OUT_IN_RENAME, .ending = ENDING_EARLY}},
    {"hang with damage behind it",
     VERDICT_ERROR,
     "not known",
     {OUT_IN_RENAME, .ending = ENDING_STEP_BUDGET, .damaged_since_last = 1, .damaged = 1}},
    {"hang with a bad journal",
     VERDICT_ERROR,
     "nonce",
     {OUT_IN_RENAME, .ending = ENDING_STEP_BUDGET, .bad_journal = "nonce"}},
    {"rename out, host too slow",
     VERDICT_ERROR,
     "starved",
     {OUT_IN_RENAME, .ending = ENDING_TOTAL_BUDGET, .starved = true}},
    {"rename out, total budget too small",
     VERDICT_ERROR,
     "--total-budget",
     {OUT_IN_RENAME, .ending = ENDING_TOTAL_BUDGET}},
    {"rename behind another cell's",
     VERDICT_ERROR,
     "behind native/x (pid 7)",
     {OUT_IN_RENAME, .ending = ENDING_STEP_BUDGET, .behind = "native/x (pid 7)"}},
    {"the same, ended early",
     VERDICT_ERROR,
     "behind native/x (pid 7)",
     {OUT_IN_RENAME, .ending = ENDING_EARLY, .behind = "native/x (pid 7)"}},
    {"another call behind another cell's",
     VERDICT_ERROR,
     "behind native/x (pid 7)",
     {OUT_IN_OPEN, .ending = ENDING_STEP_BUDGET, .behind = "native/x (pid 7)"}},
    {"a guest that can't boot behind another cell's",
     VERDICT_ERROR,
     "behind native/x (pid 7)",
     {.ending = ENDING_BOOT_BUDGET, .behind = "native/x (pid 7)"}},
    {"a panic beside another cell's hang",
     VERDICT_CRASH,
     "panicked",
     {OUT_IN_RENAME, .ending = ENDING_PANIC, .panic = "Kernel panic", .behind = "native/x"}},
    {"stall before rename", VERDICT_STALL, "open", {OUT_IN_OPEN, .ending = ENDING_STEP_BUDGET}},
    {"stall between calls",
     VERDICT_STALL,
     "nothing followed",
     {BETWEEN_CALLS, .ending = ENDING_STEP_BUDGET}},

    {"crash in rename",
     VERDICT_CRASH,
     "while 'enter rename",
     {OUT_IN_RENAME, .status_known = true, .status = KILLED(6)}},
    {"clean exit in rename is a crash, too",
     VERDICT_CRASH,
     "exited with 0",
     {OUT_IN_RENAME, .status_known = true}},
    {"crash between calls",
     VERDICT_CRASH,
     "after 'leave rename",
     {BETWEEN_CALLS, .status_known = true, .status = EXITED(3)}},
    {"panic in rename with a VM that stays",
     VERDICT_CRASH,
     "panicked (Kernel panic)",
     {OUT_IN_RENAME, .ending = ENDING_PANIC, .panic = "Kernel panic"}},

    {"silence until the boot budget",
     VERDICT_NO_START,
     "boot budget",
     {.ending = ENDING_BOOT_BUDGET}},
    {"ended before the first event",
     VERDICT_NO_START,
     "exited with 127",
     {.status_known = true, .status = EXITED(127)}},
    {"panic at boot",
     VERDICT_NO_START,
     "panicked",
     {.status_known = true, .status = KILLED(6), .panic = "Kernel panic"}},
    {"starved at boot", VERDICT_ERROR, "starved", {.ending = ENDING_TOTAL_BUDGET, .starved = true}},
    {"only damaged lines",
     VERDICT_ERROR,
     "damaged",
     {.ending = ENDING_BOOT_BUDGET, .damaged = 2, .damaged_since_last = 2}},
};

static void every_observation_gets_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct classification judged;
        classify(&rows[i].seen, &judged);
        if (judged.verdict != rows[i].verdict || strstr(judged.reason, rows[i].reason) == NULL)
            fail_msg("%s: got %s (%s), wanted %s (%s)", rows[i].name,
                     verdict_table[judged.verdict].name, judged.reason,
                     verdict_table[rows[i].verdict].name, rows[i].reason);
    }
}

/* Whatever is seen, a pass needs the probe's own last word. */
static void nothing_passes_without_the_last_line(void **state)
{
    (void)state;
    for (int ending = ENDING_VM_ENDED; ending <= ENDING_PANIC; ending++)
        for (int bits = 0; bits < 64; bits++) {
            const struct observation seen = {
                .ending = (enum ending)ending,
                .any_event = (bits & 1) != 0,
                .last_text = "leave rename ret=0",
                .call_out = (bits & 2) != 0 ? "rename" : NULL,
                .call_text = "enter rename",
                .status_known = (bits & 4) != 0,
                .starved = (bits & 8) != 0,
                .exit_policy = (bits & 16) != 0 ? EXIT_STATUS_IGNORED : EXIT_STATUS_IS_PROBES,
                .view = (bits & 32) != 0 ? VIEW_AGREES : VIEW_NONE,
            };
            struct classification judged;
            classify(&seen, &judged);
            assert_int_not_equal(judged.verdict, VERDICT_PASS);
        }
}

static void every_verdict_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(verdict_table[VERDICT_PASS].name, "pass");
    assert_string_equal(verdict_table[VERDICT_HANG].name, "hang");
    assert_string_equal(verdict_table[VERDICT_SKIP].name, "skip");
}

/* A hang needs an entered rename and a budget that was used up by the probe. */
static void nothing_hangs_without_an_entered_rename(void **state)
{
    (void)state;
    for (int ending = ENDING_VM_ENDED; ending <= ENDING_PANIC; ending++) {
        const struct observation seen = {.ending = (enum ending)ending,
                                         .any_event = true,
                                         .call_out = "stat",
                                         .call_text = "enter stat",
                                         .last_text = "enter stat"};
        struct classification judged;
        classify(&seen, &judged);
        assert_int_not_equal(judged.verdict, VERDICT_HANG);
    }
}

int test_classify(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_observation_gets_its_verdict),
        cmocka_unit_test(nothing_passes_without_the_last_line),
        cmocka_unit_test(every_verdict_has_its_name),
        cmocka_unit_test(nothing_hangs_without_an_entered_rename),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
