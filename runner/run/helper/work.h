/* SPDX-License-Identifier: MIT */
#ifndef RO_WORK_H
#define RO_WORK_H

#include "run/helper/deputy.h"

/**
 * What the deputy of a job, and that of the scratch directory, is asked for:
 *   {"do": "steps", "steps": [...], "own": [...],                        see steps.h
 *    "files": [...], "digests": true}       first looks at them, see recorded_check; both optional
 *   {"do": "look",                          either or both of what was left:
 *    "launcher": {"logs": P, "line": L, "failure": F},                see launcher_log.h
 *    "view": {"kind": K, "path": P, "shape": S, "nonce": N}}          see host_view.h
 *   {"do": "inspect", "run": [ARGV...], "deadline": S}    a command of a descriptor's `inspect`;
 *                                        the answer has its "status" and its "output" in lines
 *   {"do": "check_root", "path": P}      is it a directory that can be written to?
 *                                        The answer has its path without links as "real".
 *   {"do": "remove_scratch", "path": P}                                 see leftovers.h
 * The answer to a look has "launcher", "result" and "findings". A
 * deputy_worker.
 */
json_t *work_carry_out(const json_t *request, const struct payload *payload);

#endif
