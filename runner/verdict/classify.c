/* SPDX-License-Identifier: MIT */
#include "verdict/classify.h"

#include "base/exit_status.h"
#include "verdict/journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

__attribute__((format(printf, 3, 4))) static void
decide(struct classification *out, enum verdict verdict, const char *format, ...)
{
    out->verdict = verdict;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out->reason, sizeof out->reason, format, arguments);
    va_end(arguments);
}

/* "exited with 3", "killed by SIGABRT", with the panic line where there was one. */
static void describe_end(const struct observation *seen, char *out, size_t size)
{
    char status[64] = "ended";
    if (seen->status_known)
        exit_status_describe(seen->status, status, sizeof status);
    else if (seen->ending == ENDING_PANIC)
        (void)snprintf(status, sizeof status, "did not end");
    if (seen->panic != NULL)
        (void)snprintf(out, size, "the guest panicked (%s) and its VM %s", seen->panic, status);
    else
        (void)snprintf(out, size, "the VM or probe %s", status);
}

static void classify_starved(const struct observation *seen, struct classification *out)
{
    if (seen->starved)
        decide(out, VERDICT_ERROR,
               "starved: the host kept the tree from running until the total budget ended; the "
               "last line was '%s'",
               seen->any_event ? seen->last_text : "");
    else
        decide(out, VERDICT_ERROR,
               "the total budget ended before a smaller one did; raise --total-budget; the last "
               "line was '%s'",
               seen->any_event ? seen->last_text : "");
}

/* It waits for somebody who is not the file system, and so tells nothing about it. */
static void classify_behind(const struct observation *seen, struct classification *out)
{
    decide(out, VERDICT_ERROR,
           "behind %s, which has not come back and holds a lock of the kernel that this one waits "
           "for; the last line was '%s'",
           seen->behind, seen->any_event ? seen->last_text : "");
}

static void classify_silent(const struct observation *seen, struct classification *out)
{
    char end[256];
    if (seen->damaged > 0)
        decide(out, VERDICT_ERROR, "the journal has %" PRIu64 " damaged lines and no valid one",
               seen->damaged);
    else if (seen->ending == ENDING_TOTAL_BUDGET)
        classify_starved(seen, out);
    else if (seen->ending == ENDING_BOOT_BUDGET && seen->behind != NULL)
        classify_behind(seen, out);
    else if (seen->ending == ENDING_BOOT_BUDGET)
        decide(out, VERDICT_NO_START, "no first event within the boot budget");
    else {
        describe_end(seen, end, sizeof end);
        decide(out, VERDICT_NO_START, "%s before the first event", end);
    }
}

/* The probe's own word was pass: look for everything that says otherwise. */
static void classify_claimed_pass(const struct observation *seen, struct classification *out)
{
    if (seen->broken_check != NULL || seen->rename_error != NULL)
        decide(out, VERDICT_ERROR, "the probe says pass but its journal says '%s'",
               seen->broken_check != NULL ? seen->broken_check : seen->rename_error);
    else if (seen->checks_held == 0)
        decide(out, VERDICT_ERROR, "the probe says pass but has checked nothing");
    else if (seen->wrong_rename != NULL)
        decide(out, VERDICT_ERROR, "the probe renamed something else than its shape asks for: %s",
               seen->wrong_rename);
    else if (seen->renames_returned != seen->renames_expected)
        decide(out, VERDICT_ERROR, "the probe says pass but %u of %u renames are in its journal",
               seen->renames_returned, seen->renames_expected);
    else if (seen->wrong_filesystem != NULL)
        decide(out, VERDICT_ERROR, "not on the file system under test: %s", seen->wrong_filesystem);
    else if (seen->odd_inode != NULL)
        decide(out, VERDICT_ERROR,
               "%s: the file was replaced, not renamed; or the file system numbers inodes anew "
               "(then `same_inode` in the target's descriptor has to be false)",
               seen->odd_inode);
    else if (seen->view == VIEW_CONTRADICTS)
        decide(out, VERDICT_ERROR, "the probe says pass but the host sees: %s", seen->view_finding);
    else if (seen->view == VIEW_UNAVAILABLE)
        decide(out, VERDICT_ERROR, "the probe says pass but the host could not look: %s",
               seen->view_finding);
    else
        decide(out, VERDICT_PASS, "%s", "");
}

static void classify_claimed_fail(const struct observation *seen, struct classification *out)
{
    if (seen->setup_broke)
        decide(out, VERDICT_ERROR, "the probe says fail, but what broke first is its set-up: %s",
               seen->broken_check);
    else if (seen->rename_error != NULL)
        decide(out, VERDICT_FAIL, "rename failed with %s", seen->rename_error);
    else if (seen->broken_check != NULL)
        decide(out, VERDICT_FAIL, "%s", seen->broken_check);
    else
        decide(out, VERDICT_ERROR, "the probe says fail but its journal has no broken check");
}

/* Whether the exit status contradicts the last line, where the status is the probe's own. */
static bool status_contradicts(const struct observation *seen)
{
    if (seen->exit_policy == EXIT_STATUS_IGNORED || seen->ending != ENDING_VM_ENDED ||
        !seen->status_known)
        return false;
    int wanted = seen->outcome == OUTCOME_PASS ? 0 : 1;
    return !WIFEXITED(seen->status) || WEXITSTATUS(seen->status) != wanted;
}

static void classify_complete(const struct observation *seen, struct classification *out)
{
    if (status_contradicts(seen)) {
        char status[64];
        exit_status_describe(seen->status, status, sizeof status);
        decide(out, VERDICT_ERROR, "the journal ends with '%s' but the probe %s", seen->last_text,
               status);
    } else if (seen->damaged_since_last > 0) {
        decide(out, VERDICT_ERROR, "%" PRIu64 " damaged lines after the end of the journal",
               seen->damaged_since_last);
    } else if (seen->outcome == OUTCOME_PASS) {
        classify_claimed_pass(seen, out);
    } else if (seen->outcome == OUTCOME_FAIL) {
        classify_claimed_fail(seen, out);
    } else {
        decide(out, VERDICT_ERROR, "%s: %s",
               seen->rename_tried ? "the set-up of a further rename broke"
                                  : "rename was never tried",
               seen->broken_check != NULL ? seen->broken_check : "the probe gave no reason");
    }
}

static void classify_crash(const struct observation *seen, struct classification *out)
{
    char end[384];
    describe_end(seen, end, sizeof end);
    if (seen->call_out != NULL)
        decide(out, VERDICT_CRASH, "%s while '%s' was out", end, seen->call_text);
    else
        decide(out, VERDICT_CRASH, "%s after '%s'", end, seen->last_text);
}

static void classify_timeout(const struct observation *seen, struct classification *out)
{
    const char *limit = seen->ending == ENDING_EARLY ? "(ended early: no progress is possible)"
                                                     : "within the step budget";
    char late[64] = "";
    if (seen->returned_after_ms > 0)
        (void)snprintf(late, sizeof late, "; it returned after %.1f s",
                       seen->returned_after_ms / 1000.0);
    if (seen->damaged_since_last > 0)
        decide(out, VERDICT_ERROR,
               "%" PRIu64 " damaged lines follow '%s', so the call that is out is not known",
               seen->damaged_since_last, seen->last_text);
    else if (seen->behind != NULL)
        classify_behind(seen, out);
    else if (seen->call_out == NULL)
        decide(out, VERDICT_STALL, "nothing followed '%s' %s", seen->last_text, limit);
    else if (journal_call_renames(seen->call_out))
        decide(out, VERDICT_HANG, "'%s' did not come back %s%s", seen->call_text, limit, late);
    else
        decide(out, VERDICT_STALL, "'%s' did not come back %s%s", seen->call_text, limit, late);
}

static void decide_all(const struct observation *seen, struct classification *out)
{
    if (seen->own_failure != NULL)
        decide(out, VERDICT_ERROR, "%s", seen->own_failure);
    else if (seen->bad_journal != NULL)
        decide(out, VERDICT_ERROR, "bad journal: %s", seen->bad_journal);
    else if (!seen->any_event)
        classify_silent(seen, out);
    else if (seen->other_shape != NULL)
        decide(out, VERDICT_ERROR, "the probe is one of another shape: it calls itself %s",
               seen->other_shape);
    else if (seen->outcome != OUTCOME_NONE)
        classify_complete(seen, out);
    else if (seen->ending == ENDING_VM_ENDED || seen->ending == ENDING_PANIC)
        classify_crash(seen, out);
    else if (seen->ending == ENDING_TOTAL_BUDGET)
        classify_starved(seen, out);
    else
        classify_timeout(seen, out);
}

void classify(const struct observation *seen, struct classification *out)
{
    decide_all(seen, out);
    size_t used = strlen(out->reason);
    if (seen->launcher_failure != NULL &&
        (out->verdict == VERDICT_NO_START || out->verdict == VERDICT_CRASH))
        (void)snprintf(out->reason + used, sizeof out->reason - used, "; the launcher logged '%s'",
                       seen->launcher_failure);
}
