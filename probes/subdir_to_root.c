/* SPDX-License-Identifier: MIT */

/*
 * subdir_to_root: D/u/a -> D/b
 *
 * A file moves from a subdirectory up into the work directory and changes its name on the way. One
 * of the shapes of upstream's regression test for nanvix/cpython#501.
 *
 * Holds afterwards: rename returned 0; D/u/a is gone (ENOENT); D/b has the size and the bytes of
 * the source; D/u lists nothing; D lists u and b once each, and besides them as many entries as
 * before.
 * Left behind with --keep: D/u, empty, and D/b.
 */
#include "story.h"

int main(int argc, char **argv)
{
    static const struct move move = {
        .from = "u/a",
        .to = "b",
        .source = {"source", 3000},
        .after = {{"u", ""}, {".", "u b"}},
    };
    if (begin_story(argc, argv, "subdir_to_root", "u b") != 0)
        return PROBE_USAGE;
    make_directory("u");
    make_file(move.from, move.source);
    rename_and_check(&move);
    return end_story();
}
