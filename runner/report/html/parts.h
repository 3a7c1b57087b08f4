/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_HTML_PARTS_H
#define RO_REPORT_HTML_PARTS_H

#include "report/report.h"

/**
 * The page's parts, each in a file of its own. All of them write to `out`; those that can fail
 * return 0, or -1 with ERROR_MEMORY.
 */

/** The style sheet, the script and the symbols, put into the program by CMake from assets/. */
extern const char report_css[];
extern const char report_js[];
extern const char report_icons[];

/** A symbol of icons.svg for a verdict; says nothing to a screen reader, the word does. */
void html_write_icon(FILE *out, enum verdict verdict);

/** Symbol and word: `<span class="s hang">...`. */
void html_write_verdict(FILE *out, enum verdict verdict);

/** A time for people, in an element that keeps number and unit together. */
void html_write_duration(FILE *out, double ms);

/** The id under which a cell's details are found, without '#'. */
void html_write_cell_id(FILE *out, size_t target, size_t release, size_t shape);

/** The page's title and the banner on top: the gate's decision, if there is one. */
void html_write_title(FILE *out, const struct report *report);
void html_write_banner(FILE *out, const struct report *report);

/** Shapes by targets, at each target's newest release. */
void html_write_matrix(FILE *out, const struct report_model *model);

/** What the words and symbols mean. */
void html_write_legend(FILE *out);

/** For every target with several releases: when each cell changed. Nothing if there is none. */
void html_write_history(FILE *out, const struct report_model *model);

/** Everything about every cell, target by target. */
int html_write_targets(FILE *out, const struct report_model *model, struct error *error);

/** One attempt, or one control; `same_as` is an earlier one that may have the same journal. */
int html_write_attempt(FILE *out, const struct attempt *attempt, const struct attempt *same_as,
                       struct error *error);

/** The journal of an attempt; see html_write_attempt. */
int html_write_journal(FILE *out, const struct attempt *attempt, const struct attempt *same_as,
                       struct error *error);

/** Threads and ended processes. */
void html_write_evidence(FILE *out, const json_t *evidence);

/** The verdict documents that the page was made from. */
void html_write_documents(FILE *out, const struct report *report);

#endif
