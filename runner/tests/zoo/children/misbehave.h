/* SPDX-License-Identifier: MIT */
#ifndef ZOO_MISBEHAVE_H
#define ZOO_MISBEHAVE_H

#include "story.h"

#include <sys/types.h>

/**
 * Programs that can be put in the place of a probe and then give the runner trouble. Each keeps a
 * correct journal of the shape tmp_root_sibling up to the point where it misbehaves. A behaviour
 * gets the probe's own arguments and returns the exit code, where it returns at all.
 */
typedef int misbehaviour(int argc, char **argv);

/* Hanging with `enter rename` as the last line; hanging.c. */
misbehaviour ignore_termination;
misbehaviour close_output;
misbehaviour stop_itself;
misbehaviour fork_in_a_loop;
misbehaviour run_away;
misbehaviour live_in_own_session;
misbehaviour end_first_thread;
misbehaviour spin_in_helper;
misbehaviour spin_in_trapped_rename;
misbehaviour freeze_file_system;
misbehaviour lose_its_daemon;
misbehaviour lose_a_lost_daemon;
misbehaviour panic_in_rename;

/* Telling the whole story, and something else on top; finishing.c. */
misbehaviour behave;
misbehaviour leave_setsid_grandchild;
misbehaviour leave_daemon;
misbehaviour flood_output;
misbehaviour take_terminal;
misbehaviour never_exit;
misbehaviour exit_wrongly;

/* Ending in mid-journal; crashing.c. */
misbehaviour crash_before_first_event;
misbehaviour crash_after_begin;
misbehaviour crash_in_rename;
misbehaviour crash_after_rename;
misbehaviour crash_after_end;
misbehaviour die_with_pipe_kept_open;

/* What they share; telling.c. */

/** Tells `begin` and makes the file "a". Returns 0, or the exit code when that can't be. */
int tell_beginning(int argc, char **argv);

/** The same and then `enter rename`, without renaming. */
int tell_up_to_rename(int argc, char **argv);

/** Renames for real, checks, and tells the end. Returns the probe's exit code. */
int tell_the_rest(void);

/** Sleeps until it is killed, or until its life is over. */
__attribute__((noreturn)) void sleep_for_ever(void);

/** forks; the child, too, is killed by its own alarm after five minutes. Ends the program with 2
 * when that fails. */
pid_t fork_limited(void);

/** Bounds the life of this process: a runner that fails its test must not leave it for ever. */
void limit_life(void);

#endif
