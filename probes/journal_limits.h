/* SPDX-License-Identifier: MIT */
#ifndef RO_JOURNAL_LIMITS_H
#define RO_JOURNAL_LIMITS_H

/**
 * How long the parts of a journal's line may be (docs/journal.md), in bytes: one place for the
 * probes, which write them, and for the runner, which reads them and has to know what they can't
 * carry.
 */

#define JOURNAL_LINE_MAX 480 /* the LF included */
#define JOURNAL_NONCE_MIN 8
#define JOURNAL_NONCE_MAX 32
#define JOURNAL_SUBJECT_MAX 64
#define JOURNAL_VALUE_MAX 160 /* of its encoded form, the mark of a cut not counted */
#define JOURNAL_CUT_MARK "%+"

#endif
