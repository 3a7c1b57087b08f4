/* SPDX-License-Identifier: MIT */
#include "commands/command.h"
#include "commands/run_and_summarize.h"

#include <argp.h>

/* What `git bisect run` understands (git-bisect(1)); 126 and above would end the bisection. */
enum { GOOD = 0, BAD = 1, CANT_SAY = 125 };

static const char documentation[] =
    "Run the rename shapes as `run` does, with an exit status made for `git bisect run`."
    "\vGive it the targets and shapes that the bisection is about, for example\n\n"
    "  git bisect run sh -c 'make || exit 125; rename-oracle bisect --nanvix out "
    "--target nanvix-standalone --shape subdir_sibling'\n\n"
    "Exit status: 0 good, every cell passed and the controls were right; 1 bad, some cell came to "
    "hang, fail, stall or crash while the controls were right; 125 can't say: nothing ran or "
    "started, the harness failed, a control was wrong, or it was interrupted.";

int command_bisect(int argc, char **argv)
{
    struct run_summary summary = {0};
    argp_err_exit_status = CANT_SAY; /* a mistyped option says nothing about a commit */
    int code = run_and_summarize(argc, argv, documentation, &summary);
    if (code == 0 && summary.cells_run > 0 && summary.targets_inadmissible == 0)
        return GOOD;
    if (code == 1 && summary.cells_bad > 0 && summary.targets_inadmissible == 0)
        return BAD;
    return CANT_SAY;
}
