/* SPDX-License-Identifier: MIT */

/*
 * control_block: enters a step named rename and blocks for ever
 *
 * What blocks is read(2) on standard input, which the launcher keeps open and silent. Proves that
 * the oracle sees a rename that waits and does not come back: the verdict must be `hang`, the
 * evidence `blocked`.
 *
 * Never ends. Where standard input ends or fails after all, the step is left with the error of the
 * read (EPIPE for the end of input, which has none of its own), the check `could_block` is broken
 * and the outcome is `fail`: no hang was shown. Makes nothing in D.
 */
#include "steps.h"
#include "story.h"

#include <errno.h>
#include <unistd.h>

/* Returns only when standard input can no longer block: the error, EPIPE at its end. */
static int block(void)
{
    char byte = 0;
    for (;;) {
        ssize_t taken = read(STDIN_FILENO, &byte, 1);
        if (taken == 0)
            return EPIPE;
        if (taken < 0 && errno != EINTR)
            return errno;
    }
}

int main(int argc, char **argv)
{
    if (begin_story(argc, argv, "control_block", "a b") != 0)
        return PROBE_USAGE;
    if (story_goes_on()) {
        const char *from = full_path("a");
        const char *to = full_path("b");
        tell_about_rename();
        enter_rename(from, to);
        int error = block();
        leave_call("rename", -1, error);
        report_check("could_block", "blocked", errno_name(error));
    }
    return end_story();
}
