/* SPDX-License-Identifier: MIT */

/*
 * cross_directory: D/x/a -> D/y/b
 *
 * A file moves from one subdirectory to another and changes its name on the way. One of the shapes
 * of upstream's regression test for nanvix/cpython#501.
 *
 * Holds afterwards: rename returned 0; D/x/a is gone (ENOENT); D/y/b has the size and the bytes of
 * the source; D/x lists nothing, D/y lists b once and nothing else.
 * Left behind with --keep: D/x, empty, and D/y with b.
 */
#include "story.h"

int main(int argc, char **argv)
{
    static const struct move move = {
        .from = "x/a",
        .to = "y/b",
        .source = {"source", 3000},
        .after = {{"x", ""}, {"y", "b"}},
    };
    if (begin_story(argc, argv, "cross_directory", "x y") != 0)
        return PROBE_USAGE;
    make_directory("x");
    make_directory("y");
    make_file(move.from, move.source);
    rename_and_check(&move);
    return end_story();
}
