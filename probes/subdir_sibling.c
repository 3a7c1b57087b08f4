/* SPDX-License-Identifier: MIT */

/*
 * subdir_sibling: D/s/a -> D/s/b
 *
 * A file is renamed to another name in a fresh subdirectory. Reported to hang on Nanvix.
 *
 * Holds afterwards: rename returned 0; D/s/a is gone (ENOENT); D/s/b has the size and the bytes of
 * the source; D/s lists b once and nothing else.
 * Left behind with --keep: D/s with b.
 */
#include "story.h"

int main(int argc, char **argv)
{
    static const struct move move = {
        .from = "s/a",
        .to = "s/b",
        .source = {"source", 3000},
        .after = {{"s", "b"}},
    };
    if (begin_story(argc, argv, "subdir_sibling", "s") != 0)
        return PROBE_USAGE;
    make_directory("s");
    make_file(move.from, move.source);
    rename_and_check(&move);
    return end_story();
}
