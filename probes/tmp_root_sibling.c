/* SPDX-License-Identifier: MIT */

/*
 * tmp_root_sibling: D/a -> D/b
 *
 * A file is renamed to another name in the work directory itself. Reported to come back on Nanvix
 * standalone, and to hang on hosted.
 *
 * Holds afterwards: rename returned 0; D/a is gone (ENOENT); D/b has the size and the bytes of the
 * source; D lists b once, and besides it as many entries as before.
 * Left behind with --keep: D/b.
 */
#include "story.h"

int main(int argc, char **argv)
{
    static const struct move move = {
        .from = "a",
        .to = "b",
        .source = {"source", 3000},
        .after = {{".", "b"}},
    };
    if (begin_story(argc, argv, "tmp_root_sibling", "a b") != 0)
        return PROBE_USAGE;
    make_file(move.from, move.source);
    rename_and_check(&move);
    return end_story();
}
