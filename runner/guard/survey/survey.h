/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_SURVEY_H
#define RO_GUARD_SURVEY_H

#include "base/error.h"
#include "guard/string_list.h"

#include <stdbool.h>

/**
 * What the text of a harness says about what running it can't show. Reading it is the one way to
 * learn which variables it asks for that a harness can't notice.
 */
struct harness_survey {
    struct string_list variables;  /* that it reads, the files that it names or imports included */
    struct string_list limits;     /* those of them that look like a time limit of the harness */
    struct string_list modules;    /* test modules that it names and guard_module_names does not */
    struct string_list options;    /* that it takes */
    struct string_list own_starts; /* "FILE:LINE" where a part of it calls nanvixd or mkimage */
    struct string_list other_starts; /* "FILE:LINE" where a file beside it does, that it neither
                                        names nor imports, and that speaks of Python */
    bool built;                      /* it reads variables whose names do not stand in it */
    bool uses_timeout;               /* it starts something through timeout(1) */
    bool asks_for_terminal;
    bool asks_for_system; /* which operating system this is */
    bool names_kvm;       /* it speaks of /dev/kvm */
    bool unread;          /* it is no text, or far too long */
    bool cut;             /* there are more files beside it than were looked at */
};

/**
 * Reads the harness and the files below its directory, a few levels deep. Returns 0 with a survey
 * to be freed with harness_survey_free; or -1 with ERROR_MEMORY, or ERROR_INPUT when the harness
 * itself can't be read.
 */
int harness_survey(const char *harness, struct harness_survey *survey, struct error *error);

/** Frees what the survey holds and clears it. */
void harness_survey_free(struct harness_survey *survey);

#endif
