/* SPDX-License-Identifier: MIT */

/*
 * control_pass: every call of the shapes but rename
 *
 * Creates D/a, sees that D lists it and reads it back. On a target where this does not pass, a
 * failing shape says nothing about rename.
 *
 * Ends with `pass`. Left behind with --keep: D/a.
 */
#include "story.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "a"};
    if (begin_story(argc, argv, "control_pass", "a b") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    check_file("a", source);
    check_listing(&root);
    return end_story();
}
