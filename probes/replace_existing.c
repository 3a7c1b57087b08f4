/* SPDX-License-Identifier: MIT */

/*
 * replace_existing: D/r/new onto the existing D/r/old
 *
 * POSIX: the destination is replaced in one step; whoever opens it finds the old or the new file.
 * Reported to hang on Nanvix; before nanvix/nanvix#3060 it answered EEXIST. Source and destination
 * differ in size and bytes, so that a mixture of both is seen.
 *
 * Holds afterwards: rename returned 0; D/r/new is gone (ENOENT); D/r/old has the size and the bytes
 * of the source; D/r lists old once and nothing else. If rename failed, both files must be as they
 * were: a destination that is gone then counts as lost data.
 * Left behind with --keep: D/r with old.
 */
#include "story.h"

int main(int argc, char **argv)
{
    static const struct move move = {
        .from = "r/new",
        .to = "r/old",
        .source = {"source", 3000},
        .replaced = {"stale", 5000},
        .after = {{"r", "old"}},
    };
    if (begin_story(argc, argv, "replace_existing", "r") != 0)
        return PROBE_USAGE;
    make_directory("r");
    make_file(move.to, move.replaced);
    make_file(move.from, move.source);
    rename_and_check(&move);
    return end_story();
}
