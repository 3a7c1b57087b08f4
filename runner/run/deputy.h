/* SPDX-License-Identifier: MIT */
#ifndef RO_DEPUTY_H
#define RO_DEPUTY_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * A process that does the runner's file-system work for one job: prepares a cell, looks at what it
 * left and clears it away. Any of that may touch the file system under test, which may never
 * answer; the runner then kills the deputy, leaves it behind if it can't be killed, and goes on.
 * The runner itself never opens a path of a cell.
 */
struct deputy {
    pid_t pid;  /* 0: not started */
    int fd;     /* readable when an answer or the deputy's end is there; -1 when not started */
    bool asked; /* a question is out */
};

/** Starts a deputy. Returns 0, or -1 with ERROR_ENVIRONMENT (fork or socket refused). */
int deputy_start(struct deputy *deputy, struct error *error);

/**
 * Asks it to do one thing; `request` is a JSON object that it takes over:
 *   {"do": "steps", "steps": [...], "own": [...],                        see steps.h
 *    "files": [...], "digests": true}       first looks at them, see recorded_check; both optional
 *   {"do": "look",                          either or both of what was left:
 *    "launcher": {"logs": P, "line": L},                              see launcher_log.h
 *    "view": {"kind": K, "path": P, "shape": S, "nonce": N}}          see host_view.h
 *   {"do": "check_root", "path": P}      is it a directory that can be written to?
 *                                        The answer has its path without links as "real".
 * Returns 0, or -1 with ERROR_ENVIRONMENT when the deputy is gone.
 */
int deputy_ask(struct deputy *deputy, json_t *request, struct error *error);

/**
 * Fetches the answer without waiting; a new reference: {"ok": true, ...} (for a look also
 * "launcher", "result" and "findings"), or {"ok": false, "error": TEXT}. NULL with no error when
 * there is no answer yet; NULL with ERROR_ENVIRONMENT when the deputy has ended instead of
 * answering.
 */
json_t *deputy_answer(struct deputy *deputy, struct error *error);

/** Why an answer is no yes: its own words, "no answer" for NULL or one that says nothing; NULL for
 * a yes. Borrowed from the answer. */
const char *deputy_refusal(const json_t *answer);

/** What stands for the answer of a deputy that gave none; a new reference, NULL when memory ran
 * out, which is no yes either. */
json_t *deputy_no_answer(const char *why);

/** Kills the deputy and what it runs, and waits for nothing. The runner's reaper collects it. */
void deputy_abandon(struct deputy *deputy);

#endif
