/* SPDX-License-Identifier: MIT */
#ifndef RO_CELL_STAGES_H
#define RO_CELL_STAGES_H

#include "run/cell/cell.h"

/*
 * What the files of a cell share; nothing outside of this folder includes it. Each stage is left
 * for a later one only: prepare, launch, watch, end, look, clean.
 */

/* names.c: what a cell is called, and its placeholders. */
void cell_take_name(struct cell *cell);
int cell_make_bindings(struct cell *cell, struct error *error); /* fills in what release frees */
void cell_release_names(struct cell *cell);

/* words.c: the descriptor's command line for what this cell runs, not expanded; borrowed. */
json_t *cell_argv(const struct cell *cell);

/* helper.c: asks the deputy, starting one by need; takes the request over. */
int cell_ask_deputy(struct cell *cell, json_t *request, struct error *error);
/* Its answer, or what stands for the one that will not come; NULL while there is none. */
json_t *cell_hear_deputy(struct cell *cell, uint64_t now_ns, struct process_table *table);

/* prepare.c: sends the deputy to prepare, unless its file system is known as silent, or about to
 * be. */
void cell_prepare(struct cell *cell, uint64_t now_ns);
void cell_take_preparation(struct cell *cell, const json_t *answer, uint64_t now_ns);
/* Adds steps of the descriptor, or none (NULL), to `all`, their placeholders replaced. Returns -1
 * with an error. */
int cell_add_steps(const struct cell *cell, json_t *steps, json_t *all, struct error *error);

/* companions.c: starts the companions one after the other and then launches; waits for the one that
 * was started last. */
void cell_start_companions(struct cell *cell, uint64_t now_ns);
void cell_await_companion(struct cell *cell, uint64_t now_ns, struct process_table *table);
/* Whether one is not what it has to be before there is a guest; then the cell has a failure. */
bool cell_misses_companion(struct cell *cell);
/* Ends them once the launched program has ended, or if there is none. */
void cell_dismiss_companions(struct cell *cell);

/* launch.c: launches if the cell has the turn to boot, and queues it if not. */
void cell_launch_in_turn(struct cell *cell, uint64_t now_ns);

/* tell.c: says at once that a call is out for long, and the verdict as soon as it is known:
 * clearing away behind a hang takes its time. */
void cell_tell_slow(struct cell *cell, uint64_t now_ns);
void cell_tell_verdict(struct cell *cell, uint64_t now_ns);

/* result.c: the cell as documents will have it if nothing is found any more. */
json_t *cell_result_so_far(struct cell *cell);

/* watch.c */
void cell_watch(struct cell *cell, uint64_t now_ns, struct process_table *table);

/* inspect.c: looks into a call that is out, whose budget this is; ends that before anything is
 * ended; adds what came of it to the evidence. */
void cell_inspect(struct cell *cell, uint64_t now_ns, uint64_t budget_ns);
void cell_end_inspection(struct cell *cell, uint64_t now_ns);
void cell_add_inside(struct cell *cell, uint64_t now_ns);

/* end.c */
bool cell_waited_in_vain(const struct cell *cell);
void cell_begin_ending(struct cell *cell, uint64_t now_ns, struct process_table *table);
void cell_wait_late(struct cell *cell, uint64_t now_ns, struct process_table *table);
void cell_end_tree(struct cell *cell, uint64_t now_ns, struct process_table *table);
void cell_give_up(struct cell *cell, uint64_t now_ns); /* before there is anything to watch */
void cell_force_ending(struct cell *cell, uint64_t now_ns, struct process_table *table);

/* look.c: asks what the launcher logged, and for the host's own look; returns false when nothing is
 * asked. What the launcher's log, or why there is none, means for the document and the verdict. */
bool cell_look(struct cell *cell, uint64_t now_ns);
void cell_take_look(struct cell *cell, const json_t *answer, uint64_t now_ns);
void cell_take_launcher(struct cell *cell, const json_t *found, const char *why_not);
void cell_hold_against_launcher(struct cell *cell);

/* clean.c: asks whether what ran is what was recorded, and with `clean` for all to be removed. */
int cell_ask_for_cleaning(struct cell *cell, bool clean, struct error *error);
void cell_clean(struct cell *cell, uint64_t now_ns);
void cell_take_cleaning(struct cell *cell, const json_t *answer);

/* result.c: begins an account of the journal and the document's timeline of it. */
void cell_listen(struct cell *cell, uint64_t now_ns);

/* cell.c: the cell's failure, for which the verdict will be an error; and what is odd about it. */
void cell_fail(struct cell *cell, const struct error *cause);
__attribute__((format(printf, 3, 4))) void cell_add_anomaly(struct cell *cell, const char *kind,
                                                            const char *format, ...);

#endif
