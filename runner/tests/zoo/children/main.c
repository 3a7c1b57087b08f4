/* SPDX-License-Identifier: MIT */
#include "misbehave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every misbehaviour and what the oracle must say of it. */
static const struct {
    const char *name;
    const char *verdict;
    const char *what;
    misbehaviour *behave;
} misbehaviours[] = {
    {"behaves", "pass", "does what a probe does", behave},
    {"ignores-term", "hang", "ignores TERM, INT and HUP", ignore_termination},
    {"closes-output", "hang", "closes its output and sleeps", close_output},
    {"stops-itself", "error", "stops itself with SIGSTOP", stop_itself},
    {"forks-in-a-loop", "hang", "forks a sleeping child every millisecond", fork_in_a_loop},
    {"runs-away", "hang", "a child that goes on in a new process every millisecond", run_away},
    {"own-session", "hang", "the probe is the leader of another session", live_in_own_session},
    {"first-thread-ends", "hang", "another thread of it goes on alone", end_first_thread},
    {"helper-spins", "hang", "waits while a helper burns the CPU", spin_in_helper},
    {"rename-spins", "hang", "burns the CPU in a rename that traps and is issued again",
     spin_in_trapped_rename},
    {"freezes", "hang", "freezes the file system of its work directory, then renames",
     freeze_file_system},
    {"daemon-aborts", "hang", "waits for a daemon that panicked", lose_its_daemon},
    {"lost-daemon-aborts", "hang", "the same of a daemon whose parent is gone", lose_a_lost_daemon},
    {"panics", "crash", "tells of a kernel panic and does not end", panic_in_rename},
    {"setsid-grandchild", "pass", "leaves a grandchild in its own session that holds the output",
     leave_setsid_grandchild},
    {"double-fork", "pass", "leaves a daemon that points back to nothing", leave_daemon},
    {"floods", "pass", "writes 1 GiB of noise between two events", flood_output},
    {"takes-terminal", "pass", "tries to take the terminal and to read from it", take_terminal},
    {"never-exits", "pass", "tells the end and does not end", never_exit},
    {"exits-wrongly", "error", "tells of a pass and exits with 3", exit_wrongly},
    {"crashes-before-begin", "no_start", "aborts before the first event", crash_before_first_event},
    {"crashes-after-begin", "crash", "aborts before the rename", crash_after_begin},
    {"crashes-in-rename", "crash", "aborts with the rename out", crash_in_rename},
    {"crashes-after-rename", "crash", "aborts when the rename has returned", crash_after_rename},
    {"crashes-after-end", "error", "tells of a pass and aborts", crash_after_end},
    {"pipe-kept", "crash", "dies with the rename out; a child keeps the output open",
     die_with_pipe_kept_open},
};

#define COUNT (sizeof misbehaviours / sizeof misbehaviours[0])

static int list(void)
{
    for (size_t index = 0; index < COUNT; index++)
        (void)printf("%s\t%s\t%s\n", misbehaviours[index].name, misbehaviours[index].verdict,
                     misbehaviours[index].what);
    return 0;
}

static misbehaviour *find(const char *name)
{
    for (size_t index = 0; name != NULL && index < COUNT; index++)
        if (strcmp(misbehaviours[index].name, name) == 0)
            return misbehaviours[index].behave;
    return NULL;
}

/* The name is the first argument, or RO_MISBEHAVE where a launcher leaves no room for one. */
int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    misbehaviour *chosen = find(argc > 1 ? argv[1] : NULL);
    if (chosen != NULL) {
        argv[1] = argv[0];
        argv++;
        argc--;
    } else {
        chosen = find(getenv("RO_MISBEHAVE"));
    }
    if (chosen == NULL) {
        (void)fprintf(stderr, "usage: misbehave NAME --dir=DIR --nonce=NONCE [--keep]\n"
                              "       misbehave --list   (name, verdict, what it does)\n"
                              "The name may also be given as RO_MISBEHAVE.\n");
        return 2;
    }
    limit_life();
    return chosen(argc, argv);
}
