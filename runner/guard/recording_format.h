/* SPDX-License-Identifier: MIT */
#ifndef RO_RECORDING_FORMAT_H
#define RO_RECORDING_FORMAT_H

/**
 * What the recorder and its reader agree on. A recording is a row of records; a record is the line
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
 * An image is a file that starts with RECORDER_IMAGE_MAGIC, its identity and a line feed. Neither
 * mark below is text, as a harness may look for words in its files.
 */
#define RECORDER_HEADER "record %08zx\n"
#define RECORDER_HEADER_SIZE 16
#define RECORDER_IMAGE_MAGIC "\x7f\x4e\x56\x58\x9c\xe1\x05\xb3"

/** The bytes that stand behind the recorder's own in a file that plays the interpreter. */
#define RECORDER_INTERPRETER_MARK "\x93\xd4\x0b\x7f\xc6\x1e\xa8\x52\x8d\xf3\x61\xb9"

/**
 * How the recorder speaks: by the system call prctl(RECORDER_CALL, KIND, ADDRESS, SIZE, 0), which
 * the filter around a harness hands to the guard. No file, variable or descriptor has to lead from
 * one to the other, so none tells a harness that it is watched, and none can be lost on the way.
 * Outside of a guard the call is invalid.
 */
#define RECORDER_CALL 0x6e767864L
#define RECORDER_CALL_RECORD 1L /* SIZE bytes at ADDRESS: a record; the answer is below */
#define RECORDER_CALL_WAITED 2L /* a guest that was not to end was left alone to the end */

/** The answer to a record: how the tool is to behave, and above it the number of the record. */
#define RECORDER_FAIL_RUN 0x01U   /* booting a guest ends with a failed test */
#define RECORDER_DIE 0x02U        /* booting a guest ends by a signal, as if out of memory */
#define RECORDER_FAIL_BUILD 0x04U /* making an image fails */
#define RECORDER_FAIL_HELP 0x08U  /* --help and the like are unknown flags */
#define RECORDER_HANG 0x10U       /* a guest does not end by itself */
#define RECORDER_FAIL_SOME 0x20U  /* every other guest ends with a failed test */
#define RECORDER_NUMBER_SHIFT 8
#define RECORDER_NUMBER_MASK 0xffffU

/** How long a guest that does not end waits to be ended. */
#define RECORDER_HANG_S 4

/** Exit status of a recorder that could not record. */
#define RECORDER_STATUS_BROKEN 125

#endif
