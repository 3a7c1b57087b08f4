/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_H
#define RO_REPORT_H

#include "base/error.h"
#include "report/model/model.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/** What a report is made of. */
struct report {
    const struct report_model *model;
    const json_t
        *decision; /* a rename-oracle/decision/1 document, or NULL: the gate's, never ours */
};

/**
 * Writes the whole report in one format. The writers change nothing and look at nothing but the
 * report, so the same documents always make the same bytes. Return 0, or -1 with ERROR_MEMORY;
 * whether `out` took everything is for the caller to find out.
 */
typedef int report_writer(FILE *out, const struct report *report, struct error *error);

/** JUnit XML as CI systems read it: a suite per target and release, one for each set of controls.
 */
report_writer report_write_junit;

/** TAP version 14, with YAML diagnostics. */
report_writer report_write_tap;

/** GitHub Flavored Markdown, for a CI job's summary. */
report_writer report_write_markdown;

/** One page of HTML that needs nothing but itself. */
report_writer report_write_html;

/**
 * Puts `length` bytes into the file `path`, whole or not at all: they go into a temporary file
 * beside it, which then takes its name. A file that was there is replaced; a symbolic link, a
 * directory or a device is refused, never followed or replaced. Returns 0, or -1 with ERROR_INPUT
 * (such a path) or ERROR_ENVIRONMENT, and then leaves nothing behind.
 */
int output_write_file(const char *path, const char *bytes, size_t length, struct error *error);

#endif
