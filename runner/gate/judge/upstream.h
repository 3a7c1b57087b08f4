/* SPDX-License-Identifier: MIT */
#ifndef RO_UPSTREAM_H
#define RO_UPSTREAM_H

#include "gate/evidence/criteria.h"
#include "gate/evidence/reason.h"

/** Written by hand or by a script; none comes near this many bytes. */
#define UPSTREAM_BYTE_LIMIT ((size_t)1 << 20U)

/** The state of the upstream issues (rename-oracle/upstream/1). Not given: `given` is false. */
struct upstream {
    bool given;
    struct json_source source;
    char digest[DIGEST_SIZE];
};

#define CLEANUP_UPSTREAM CLEANUP(upstream_release)

void upstream_release(struct upstream *upstream);

/**
 * Loads the state. Returns 0, or -1 with `where` = PATH:LINE:COLUMN: not valid, an issue that
 * stands there twice, a time that does not exist.
 */
int upstream_load(struct upstream *upstream, const char *path, struct error *error);

/** What the state says about one issue, or NULL. */
const json_t *upstream_find(const struct upstream *upstream, const char *issue);

/** How an issue stands, for one criterion. */
enum upstream_standing { UPSTREAM_RESOLVED, UPSTREAM_UNRESOLVED, UPSTREAM_UNKNOWN };

/**
 * Judges whether the criterion's issue is resolved in a release that is no newer than `tested`
 * (NULL where no admissible evidence names one). Everything but UPSTREAM_RESOLVED comes with
 * reasons. Returns 0, or -1 with ERROR_MEMORY.
 */
int upstream_judge(const struct upstream *upstream, const struct issue_criterion *criterion,
                   const char *tested, moment maximum_age_s, moment now,
                   enum upstream_standing *standing, struct reason_list *reasons,
                   struct error *error);

#endif
