/* SPDX-License-Identifier: MIT */
/*
 * missing_onto_itself: D/none -> D/none, and D/p/none -> D/p/none
 *
 * POSIX: ENOENT, although both names are the same: an implementation that compares the names before
 * it looks for the file says success. FAT does not differ. There is no data to be lost.
 *
 * Holds: both answer ENOENT; nothing is made.
 * Left behind with --keep: D/p, empty.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct listing inside = {"p", ""};
    static const struct listing root = {".", "p"};
    if (begin_story(argc, argv, "missing_onto_itself", "none p") != 0)
        return PROBE_USAGE;
    make_directory("p");
    if (!story_goes_on())
        return end_story();
    (void)attempt("none", "none", "ENOENT", 0);
    (void)attempt("p/none", "p/none", "ENOENT", 0);
    check_absent("nothing_made", "none");
    check_absent("nothing_made", "p/none");
    check_listing(&inside);
    check_listing(&root);
    return end_story();
}
