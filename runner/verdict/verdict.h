/* SPDX-License-Identifier: MIT */
#ifndef RO_VERDICT_H
#define RO_VERDICT_H

/** What one attempt at one shape came to (docs/verdicts.md). */
enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_HANG,
    VERDICT_STALL,
    VERDICT_CRASH,
    VERDICT_NO_START,
    VERDICT_ERROR,
    VERDICT_SKIP,
};

/** No run has more cells at a time. */
enum { RUN_JOBS_MAX = 256 };

/** "pass", "fail", ..., as documents have it. */
const char *verdict_name(enum verdict verdict);

#endif
