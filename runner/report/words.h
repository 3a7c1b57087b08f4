/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_WORDS_H
#define RO_REPORT_WORDS_H

#include "report/model/model.h"
#include "report/text/escape.h"

#include <stdbool.h>
#include <stdio.h>

/**
 * The sentences that every format uses. Guests' words in them go through `escape`, that of the
 * language which is written; our own need none in any.
 */

/** Writes a time for people: "0.25 ms", "152 ms", "10.0 s", "2 min 5 s". */
void words_duration(FILE *out, double ms);

/**
 * Writes where and how an attempt ended, on one line: for a hang "rename(from=A, to=B) did not
 * return within 10.0 s: blocked; SUMMARY", for the others the document's reason.
 */
void words_headline(FILE *out, escape_writer *escape, const struct attempt *attempt);

/** Writes "3 of 3", "2 pass, 1 hang" or the like: what the attempts of a cell amount to. */
void words_tally(FILE *out, const struct report_cell *cell);

/**
 * The kind of a hanging cell, when all its attempts agree on it: "blocked", "spinning", "starved",
 * "unknown"; "mixed" when they don't; "" for a cell that does not hang or stall.
 */
const char *words_state(const struct report_cell *cell);

/** What a control must show to be believed, as a verdict's name; NULL for an unknown control. */
const char *words_control_wants(const char *control);

/** What an inadmissible document says about itself, its reasons joined by "; ". */
void words_inadmissible(FILE *out, escape_writer *escape, const struct report_document *document);

/** The room that words_launcher needs. */
#define WORDS_LAUNCHER_SIZE 200

/**
 * Which mode and version the launcher said of itself in a document's cells: "standalone, 0.20.3,
 * verified in 10 of 10 cells"; "claimed: nothing told it" where it said it in none; "" for a target
 * whose launcher is not asked. Returns `out`.
 */
const char *words_launcher(const struct report_document *document, char *out, size_t size);

/** Whether every document of a release says that its target was skipped as a whole. */
bool words_was_skipped(const struct report_release *release);

/** Whether a subject's kind makes it evidence about Nanvix, in words for a heading. */
const char *words_kind(const char *kind);

/**
 * Writes what is known about one attempt as plain text of several lines: the reason, the last
 * events with the call that did not come back, threads, ended and unkillable processes, the host's
 * view, anomalies, artifacts and the console's end. Foreign text is made visible (escape.h), so
 * every line feed is ours; escaping for a language is left to the caller. Returns 0, or -1 with
 * ERROR_MEMORY.
 */
int details_text_write(FILE *out, const struct attempt *attempt, struct error *error);

#endif
