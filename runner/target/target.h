/* SPDX-License-Identifier: MIT */
#ifndef RO_TARGET_H
#define RO_TARGET_H

#include "base/digest.h"
#include "base/error.h"
#include "base/json_file.h"

#include <stdbool.h>
#include <stdint.h>

/** Time limits of a cell in nanoseconds of CLOCK_MONOTONIC; docs/verdicts.md says what each is. */
struct budgets {
    uint64_t boot_ns;         /* launch to the first event */
    uint64_t step_ns;         /* an event to the next one */
    uint64_t control_step_ns; /* the same, for controls */
    uint64_t exit_ns;         /* last event to the end of the VM */
    uint64_t total_ns;        /* launch to the end of waiting, on the wall clock */
    uint64_t grace_ns;        /* TERM to KILL */
};

/**
 * A target as its descriptor tells it (docs/target-descriptor.md). Strings and JSON values are
 * borrowed from `source` and live as long as the target; what may hold placeholders is still
 * unexpanded.
 */
struct target {
    struct json_source source;
    char digest[DIGEST_SIZE];
    const char *name;
    const char *title;
    const char *mode;
    const char *subject;
    const char *abi;             /* of the guest programs */
    const char *guest_directory; /* the probe's work directory, as the guest sees it */
    const char *console_file;    /* with the console, or with its log alone; NULL: there is none */
    bool journal_is_stdout;      /* else it is in the console file */
    const char *filesystem;      /* the type that the probe must report, or NULL */
    const char *view_kind;       /* NULL: the host can't look */
    const char *view_path;
    const char *launch_directory; /* or NULL */
    const char *verify_logs;      /* directory that the launcher logs to; NULL: it tells nothing */
    const char *verify_line;      /* what tells its version and mode there (launcher_log.h) */
    const char *verify_failure;   /* what a line there holds that tells why it failed; or NULL */
    const json_t *verify_modes;   /* our names for the modes, by its own */
    const char *arguments;        /* of the guest program, {arguments}; or NULL */
    const char *script_arguments; /* the same for a scenario's script */
    json_t *argv;                 /* the lists of words are in it; owned, as the next */
    json_t *script_argv;          /* the same for a scenario's script */
    json_t *environment;          /* or NULL */
    const json_t *connections;    /* or NULL */
    json_t *companions;           /* the lists are in their words; owned */
    json_t *offers;       /* what it can do besides, for shapes that need it; NULL: nothing */
    json_t *offered_argv; /* the command lines for these, by name; owned */
    json_t *interpreter;  /* how a scenario's script is launched; NULL: not on this target */
    json_t *panic_lines;  /* or NULL */
    json_t *inspect;      /* commands for a call that is out; or NULL */
    bool tells_of_itself; /* its guest says where a probe is (guest/inside.h) */
    bool exit_status_is_probes;
    bool same_inode;
    bool own_file_system; /* each cell's, which no other cell can fill */
    bool boots_alone;     /* a boot keeps every core busy: one at a time */
    unsigned memory_mib;
    struct budgets budgets;
};

/**
 * Loads and checks a descriptor: its schema, that every placeholder is a known one, and that its
 * steps change nothing but what a run makes. Returns 0,
 * or -1 with PATH:LINE:COLUMN and what is wrong there.
 */
int target_load(struct target *target, const char *path, struct error *error);

/**
 * Makes the target that target_load has come to in another process: from its path, the root of its
 * source, which is shared, and its digest. Its source has no text then. Returns 0, or -1 with
 * ERROR_MEMORY.
 */
int target_adopt(struct target *target, const char *path, json_t *root, const char *digest,
                 struct error *error);

/** Frees a target; a zeroed one is allowed. */
void target_release(struct target *target);

/**
 * Finds the descriptor for what a user gave: a path if it holds a '/' or ends in ".json", else the
 * name of a shipped target. Returns 0, or -1 with ERROR_USAGE that names the shipped targets.
 */
int target_find(const char *name_or_path, char *out, size_t size, struct error *error);

/** Adds a binding "data:PATH" for each file that the descriptor names as {data:PATH}. Returns 0, or
 * -1 with an error for one that is not there. */
int target_bind_data(const struct target *target, json_t *bindings, struct error *error);

/** The steps under `key` ("setup", "prepare", "cleanup"); NULL when there are none. */
json_t *target_steps(const struct target *target, const char *key);

/** The steps that what it offers under `need` has besides; NULL when there are none. */
json_t *target_offered_steps(const struct target *target, const char *need, const char *key);

/**
 * Returns a copy of `value` with the placeholders in all its strings replaced: {NAME} by the
 * string that `bindings` (a JSON object) has under NAME, {{ by a brace. A new reference, or NULL
 * with ERROR_INPUT (a placeholder without a binding) or ERROR_MEMORY.
 */
json_t *target_expand(const struct target *target, json_t *value, const json_t *bindings,
                      struct error *error);

/** The same for one text; the caller frees the result. */
char *target_expand_text(const struct target *target, const char *text, const json_t *bindings,
                         struct error *error);

/**
 * Looks whether this machine has what the target requires and adds a binding "program:NAME" for
 * each program. Returns true when all is there; else false with one line in `missing` that names
 * the first missing thing and the package or remedy. Other bindings that `requires` uses must be
 * there already.
 */
bool target_requirements_met(const struct target *target, json_t *bindings, char *missing,
                             size_t size);

/**
 * The same for what the target's interpreter requires; binds "python" to its path first. Returns
 * false, too, for a target without an interpreter.
 */
bool target_interpreter_met(const struct target *target, json_t *bindings, char *missing,
                            size_t size);

#endif
