/* SPDX-License-Identifier: MIT */
#ifndef RO_SCHEMAS_H
#define RO_SCHEMAS_H

/** The JSON Schemas of results/schema/, put into the program by CMake (ci/cmake/EmbedText.cmake).
 */
extern const char schema_target_1[];
extern const char schema_verdict_1[];
extern const char schema_criteria_1[];
extern const char schema_decision_1[];
extern const char schema_upstream_1[];
extern const char schema_reported_1[];

/** ci/criteria.json: the exit criteria as written. */
extern const char default_criteria[];

#endif
