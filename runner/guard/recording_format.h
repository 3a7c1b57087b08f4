/* SPDX-License-Identifier: MIT */
#ifndef RO_RECORDING_FORMAT_H
#define RO_RECORDING_FORMAT_H

/**
 * What the recorder and its reader agree on. A recording is a file of records; a record is the line
 * "record BYTES\n" (BYTES: eight lower-case hex digits) and then BYTES bytes of fields, each
 * "key=value" with a NUL behind it:
 *
 *   tool         the name that the recorder was started under
 *   directory    its working directory
 *   argument     once for each element of argv, in order, argv[0] first
 *   variable     once for each environment string
 *   interpreter  number of an element of argv (0 is argv[0]) whose file is the interpreter's,
 *                whatever it is called
 *   made         identity of the image that was made
 *   image        "NUMBER IDENTITY": that element of argv is an image that was made here
 *
 * An image is a file that starts with RECORDER_IMAGE_MAGIC, its identity and a line feed.
 */
#define RECORDER_HEADER "record %08zx\n"
#define RECORDER_HEADER_SIZE 16
#define RECORDER_IMAGE_MAGIC "rename-oracle recorded image "

/** The bytes that stand behind the recorder's own in a file that plays the interpreter. */
#define RECORDER_INTERPRETER_MARK "\nrename-oracle guest interpreter\n"

/** The directory that holds the two files below, when the environment names it. */
#define RECORDER_VARIABLE "RENAME_ORACLE_GUARD"

/** The recording; the recorder looks for it in its own directory and all above, too. */
#define RECORDER_FILE "guard-recording"

/** Beside it: words that say how the tools are to behave. */
#define RECORDER_SCENARIO_FILE "guard-scenario"
#define RECORDER_FAIL_RUN "fail-run"     /* booting a guest ends with a failed test */
#define RECORDER_DIE "die-of-signal"     /* booting a guest ends in SIGKILL, as if out of memory */
#define RECORDER_FAIL_BUILD "fail-build" /* making an image fails */
#define RECORDER_FAIL_HELP "fail-help"   /* --help and the like are unknown flags */

/** Exit status of a recorder that could not record. */
#define RECORDER_STATUS_BROKEN 125

#endif
