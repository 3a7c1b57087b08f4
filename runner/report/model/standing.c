/* SPDX-License-Identifier: MIT */
#include "report/model/standing.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name, *word, *symbol, *meaning;
} standings[STANDING_COUNT] = {
    [STANDING_PASS] = {"pass", "pass", "✓", "every call came back and every check held"},
    [STANDING_FAIL] = {"fail", "fail", "✗", "rename returned an error, or a check did not hold"},
    [STANDING_HANG] = {"hang", "hang", "∞", "rename was entered and did not come back in time"},
    [STANDING_STALL] = {"stall", "stall", "◐", "another call was entered and did not come back"},
    [STANDING_CRASH] = {"crash", "crash", "↯", "the guest or its VM ended in the middle"},
    [STANDING_NO_START] = {"no_start", "no start", "○", "the guest never said its first word"},
    [STANDING_ERROR] = {"error", "error", "!", "the harness can't tell"},
    [STANDING_SKIP] = {"skip", "skip", "–", "what the target needs is missing here; nothing ran"},
    [STANDING_FLAKY] = {"flaky", "flaky", "≈", "attempts disagree"},
    [STANDING_INCOMPLETE] = {"incomplete", "incomplete", "◔",
                             "what ran passed, but not all that was planned ran"},
    [STANDING_MISSING] = {"missing", "not run", "?", "no document has this cell"},
};

enum standing standing_from_verdict(const char *verdict)
{
    for (int i = STANDING_PASS; i <= STANDING_SKIP; i++)
        if (verdict != NULL && strcmp(standings[i].name, verdict) == 0)
            return (enum standing)i;
    return STANDING_ERROR;
}

const char *standing_word(enum standing standing)
{
    return standings[standing].word;
}

const char *standing_name(enum standing standing)
{
    return standings[standing].name;
}

const char *standing_symbol(enum standing standing)
{
    return standings[standing].symbol;
}

const char *standing_meaning(enum standing standing)
{
    return standings[standing].meaning;
}
