/* SPDX-License-Identifier: MIT */

/*
 * control_spin: enters a step named rename and burns CPU for ever, without any system call
 *
 * Proves that the oracle sees a rename that spins and does not come back: the verdict must be
 * `hang`, the evidence `spinning`.
 *
 * Never ends. Makes nothing in D.
 */
#include "steps.h"
#include "story.h"

int main(int argc, char **argv)
{
    /* volatile: a loop without any effect may be taken to end. */
    static volatile unsigned long turns;
    if (begin_story(argc, argv, "control_spin", "a b") != 0)
        return PROBE_USAGE;
    if (story_goes_on()) {
        const char *from = full_path("a");
        const char *to = full_path("b");
        tell_about_rename();
        enter_rename(from, to);
        for (;;)
            turns = turns + 1;
    }
    return end_story();
}
