/* SPDX-License-Identifier: MIT */
/*
 * directory_rename: D/p -> D/q, then D/q -> D/n/q, with a file in it, and `..` afterwards
 *
 * POSIX: a directory is renamed like a file; what is in it comes along, and `..` in it leads to the
 * new parent. FAT: the directory's own `..` entry has to be rewritten when the parent changes.
 * Data is lost when the file is under neither path; a stale `..` puts new files into the old
 * parent.
 *
 * Holds: both renames return 0; the old names are gone; the file's bytes are under the new path; a
 * file made through D/n/q/.. is in D/n.
 * Left behind with --keep: D/n with g and q, in q f.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content second = {"second", 500};
    static const struct listing parent = {"n", "q g"};
    if (begin_story(argc, argv, "directory_rename", "p q n") != 0)
        return PROBE_USAGE;
    make_directory("n");
    make_directory("p");
    make_file("p/f", source);
    if (!story_goes_on())
        return end_story();

    (void)attempt("p", "q", "0", 1);
    may_leave("q/f", 0);
    check_absent("old_gone", "p");
    check_survives("file_came_along", "q/f", source, "p/f");
    if (!story_goes_on())
        return end_story();

    (void)attempt("q", "n/q", "0", 1);
    may_leave("n/q/f", 0);
    check_absent("old_gone", "q");
    check_survives("file_came_along", "n/q/f", source, "q/f");
    check_directory("parent_is_there", "n/q/..");
    make_file("n/q/../g", second);
    if (!story_goes_on())
        return end_story();
    may_leave("g", 0);
    check_survives("parent_is_new", "n/g", second, "g");
    check_listing(&parent);
    return end_story();
}
