/* SPDX-License-Identifier: MIT */
#ifndef RO_DEPUTY_H
#define RO_DEPUTY_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * A process that does the runner's file-system work: one for each job prepares a cell,
 * looks at what it left and clears it away; one has made the scratch
 * directory and removes it; one writes the documents (run/document/output.h). Any of that may touch
 * a file system that never answers; the runner then kills the deputy, leaves it behind if it can't
 * be killed, and goes on. The runner itself never makes a call on such a path.
 */
struct deputy {
    pid_t pid;  /* 0: not started */
    int fd;     /* readable when an answer or the deputy's end is there; -1 when not started */
    bool asked; /* a question is out */
};

/** Bytes that go with a message; borrowed. */
struct payload {
    const char *bytes;
    size_t length;
};

/** A message carries at most so many. */
#define PAYLOAD_MAX ((size_t)64 * 1024)

/** Does what a request asks for, in the deputy, and returns the answer; NULL stands for none. */
typedef json_t *(*deputy_worker)(const json_t *request, const struct payload *payload);

/**
 * Starts a deputy in which `worker` answers. `first`, unless it is NULL, is a first question that
 * is a function: it is called in the deputy, on a copy of all that the runner knows at this moment,
 * and what it returns is the answer. Returns 0, or -1 with ERROR_ENVIRONMENT (fork or socket
 * refused).
 */
int deputy_start(struct deputy *deputy, deputy_worker worker, json_t *(*first)(void *context),
                 void *context, struct error *error);

/**
 * Asks it to do one thing; `request` is a JSON object that it takes over. `payload` may be NULL.
 * Returns 0, or -1 with ERROR_ENVIRONMENT when the deputy is gone.
 */
int deputy_ask(struct deputy *deputy, json_t *request, const struct payload *payload,
               struct error *error);

/**
 * Fetches the answer without waiting; a new reference: {"ok": true, ...}, or
 * {"ok": false, "error": TEXT}. NULL with no error when
 * there is no answer yet; NULL with ERROR_ENVIRONMENT when the deputy has ended instead of
 * answering.
 */
json_t *deputy_answer(struct deputy *deputy, struct error *error);

/**
 * Waits for the answer to the question that is out, for `budget_ns` as patience.h counts it, and
 * listens to nothing else meanwhile. Returns it, or NULL with ERROR_ENVIRONMENT, or ERROR_DEADLINE
 * when there is none, and then the deputy was abandoned.
 */
json_t *deputy_wait(struct deputy *deputy, uint64_t budget_ns, struct error *error);

/** Why an answer is no yes: its own words, "no answer" for NULL or one that says nothing; NULL for
 * a yes. Borrowed from the answer. */
const char *deputy_refusal(const json_t *answer);

/** The answers yes and no of a deputy; new references, NULL when memory ran out. */
json_t *deputy_success(void);
json_t *deputy_failure(const struct error *error);

/** What stands for the answer of a deputy that gave none; a new reference, NULL when memory ran
 * out, which is no yes either. */
json_t *deputy_no_answer(const char *why);

/** Kills the deputy and what it runs, and waits for nothing. The runner's reaper collects it. */
void deputy_abandon(struct deputy *deputy);

#endif
