/* SPDX-License-Identifier: MIT */
/*
 * directory_into_itself: D/p -> D/p/c/p
 *
 * POSIX: EINVAL, because a directory can't become its own descendant; nothing changes. FAT has no
 * way to store it either. Data is lost where it "works": the subtree hangs on itself and is
 * reachable from nowhere.
 *
 * Holds: rename answers EINVAL; D/p, D/p/c and the file D/p/f are as they were.
 * Left behind with --keep: D/p with f and the empty c.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing inside = {"p", "f c"};
    if (begin_story(argc, argv, "directory_into_itself", "p") != 0)
        return PROBE_USAGE;
    make_directory("p");
    make_file("p/f", source);
    make_directory("p/c");
    if (!story_goes_on())
        return end_story();
    (void)attempt("p", "p/c/p", "EINVAL", 1);
    check_survives("file_kept", "p/f", source, "p/c/p/f");
    check_directory("child_kept", "p/c");
    check_listing(&inside);
    return end_story();
}
