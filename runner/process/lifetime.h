/* SPDX-License-Identifier: MIT */
#ifndef RO_LIFETIME_H
#define RO_LIFETIME_H

#include "base/error.h"

/**
 * Ties all that a command starts to the command's own life, however that ends. A process that is
 * killed can't end what it started, and a parent-death signal reaches only its own children: not a
 * guest's helpers, nor what has left its session. So a command is three processes:
 *
 *   front      the one that the user started. It hands signals on, and gives back how the worker
 *              ended.
 *   guardian   its child, in a session of its own, where no signal for the front's process group
 *              reaches it.
 *   worker     the guardian's child, in the front's session and process group: the command itself.
 *
 * The front and the guardian are child subreapers, as the worker has to become: what loses its
 * parent goes to the next of them that lives, and nothing that was started escapes upwards.
 *
 *   who is killed              who ends what is left
 *   worker                     guardian, to which all of it has gone
 *   front, or both of these    guardian, which watches the front and kills the worker then
 *   guardian                   front, the same
 *   guardian and worker        front
 *   front and guardian         worker: its parent-death signal is TERM
 *   all three                  nobody: direct children of the worker have their parent-death
 *                              signal; helpers of theirs go on, unless a control group names them
 *                              to the next run
 *
 * What is in an uninterruptible sleep ends when that does, as it has got its KILL.
 *
 * Returns 0 in the worker, with signals and standard streams as they were. Returns -1 with
 * ERROR_ENVIRONMENT, in the only process that there is then, when one of the others can't be
 * started. The front and the guardian never return. `clear`, if not NULL, is called in a process of
 * its own after a worker was killed and all that it started has ended: to remove what only a living
 * worker would have removed. It may hang: it has ten seconds.
 *
 * For a program of one thread, before it has started anything. Children that it already has are
 * left alone.
 */
int lifetime_begin(void (*clear)(const void *context), const void *context, struct error *error);

#endif
