/* SPDX-License-Identifier: MIT */
#include "verdict/verdict.h"

#include <string.h>

const struct verdict_facts verdict_table[VERDICT_COUNT_WITH_SUMS] = {
    [VERDICT_PASS] = {"pass", "pass", "✓", "every call came back and every check held", SENSE_CLEAN,
                      0},
    [VERDICT_FAIL] = {"fail", "fail", "✗", "rename returned an error, or a check did not hold",
                      SENSE_ADVERSE, 4},
    [VERDICT_HANG] = {"hang", "hang", "∞", "rename was entered and did not come back in time",
                      SENSE_ADVERSE, 7},
    [VERDICT_STALL] = {"stall", "stall", "◐", "another call was entered and did not come back",
                       SENSE_ADVERSE, 6},
    [VERDICT_CRASH] = {"crash", "crash", "↯", "the guest or its VM ended in the middle",
                       SENSE_ADVERSE, 5},
    [VERDICT_NO_START] = {"no_start", "no start", "○", "the guest never said its first word",
                          SENSE_OPEN, 2},
    [VERDICT_ERROR] = {"error", "error", "!", "the harness can't tell", SENSE_OPEN, 3},
    [VERDICT_SKIP] = {"skip", "skip", "–", "what the target needs is missing here; nothing ran",
                      SENSE_UNTRIED, 1},
    [VERDICT_FLAKY] = {"flaky", "flaky", "≈", "attempts disagree", SENSE_ADVERSE, 0},
    [VERDICT_INCOMPLETE] = {"incomplete", "incomplete", "◔",
                            "what ran passed, but not all that was planned ran", SENSE_OPEN, 0},
    [VERDICT_MISSING] = {"missing", "not run", "?", "no document has this cell", SENSE_UNTRIED, 0},
};

enum verdict verdict_of(const json_t *cell)
{
    const char *name = json_string_value(json_object_get(cell, "verdict"));
    for (int i = 0; i < VERDICT_COUNT; i++)
        if (name != NULL && strcmp(verdict_table[i].name, name) == 0)
            return (enum verdict)i;
    return VERDICT_ERROR;
}

bool cell_has_anomaly(const json_t *cell, const char *kind)
{
    size_t index = 0;
    const json_t *anomaly = NULL;
    json_array_foreach(json_object_get(cell, "anomalies"), index, anomaly) {
        const char *found = json_string_value(json_object_get(anomaly, "kind"));
        if (found != NULL && strcmp(found, kind) == 0)
            return true;
    }
    return false;
}

enum verdict verdict_sum(const size_t counts[VERDICT_COUNT], size_t missing)
{
    int seen = -1;
    for (int i = 0; i < VERDICT_SKIP; i++)
        if (counts[i] > 0) {
            if (seen >= 0)
                return VERDICT_FLAKY;
            seen = i;
        }
    if (seen == VERDICT_PASS && (missing > 0 || counts[VERDICT_SKIP] > 0))
        return VERDICT_INCOMPLETE;
    if (seen >= 0)
        return (enum verdict)seen;
    return counts[VERDICT_SKIP] > 0 ? VERDICT_SKIP : VERDICT_MISSING;
}
