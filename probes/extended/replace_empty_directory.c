/* SPDX-License-Identifier: MIT */
/*
 * replace_empty_directory: D/p onto the empty directory D/q
 *
 * POSIX: an empty directory is replaced by a directory. FAT can do it. Data is lost when the file
 * in D/p is under neither name.
 *
 * Holds: rename returns 0; D/p is gone; D/q lists f, with its bytes.
 * Left behind with --keep: D/q with f.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing inside = {"q", "f"};
    if (begin_story(argc, argv, "replace_empty_directory", "p q") != 0)
        return PROBE_USAGE;
    make_directory("p");
    make_file("p/f", source);
    make_directory("q");
    if (!story_goes_on())
        return end_story();
    (void)attempt("p", "q", "0", 1);
    may_leave("q/f", 0);
    check_absent("old_gone", "p");
    check_survives("file_came_along", "q/f", source, "p/f");
    check_listing(&inside);
    return end_story();
}
