/* SPDX-License-Identifier: MIT */
/*
 * directory_into_empty_child: D/p -> D/p/c, which is there and empty, and D/p/c -> D/p
 *
 * POSIX: EINVAL, because a directory can't become its own descendant, not even in the place of an
 * empty one; and ENOTEMPTY or EEXIST the other way round. Nothing changes. An implementation that
 * removes the empty destination first has then no place for the source. Data is lost where one of
 * them "works" and the subtree is reachable from nowhere.
 *
 * Holds: they answer so; D/p, D/p/c and the file D/p/f are as they were.
 * Left behind with --keep: D/p with f and the empty c.
 */
#include "scene.h"

static void check_unchanged(struct content source)
{
    static const struct listing inside = {"p", "f c"};
    check_survives("file_kept", "p/f", source, "p/c/f");
    check_directory("child_kept", "p/c");
    check_listing(&inside);
}

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    if (begin_story(argc, argv, "directory_into_empty_child", "p") != 0)
        return PROBE_USAGE;
    make_directory("p");
    make_file("p/f", source);
    make_directory("p/c");
    if (!story_goes_on())
        return end_story();
    (void)attempt("p", "p/c", "EINVAL", 1);
    check_unchanged(source);
    if (!story_goes_on())
        return end_story();
    (void)attempt("p/c", "p", "ENOTEMPTY EEXIST", 1);
    check_unchanged(source);
    return end_story();
}
