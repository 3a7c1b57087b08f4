/* SPDX-License-Identifier: MIT */
/*
 * replace_full_directory: D/p onto the directory D/q, which is not empty
 *
 * POSIX: ENOTEMPTY or EEXIST; nothing changes. FAT does not differ. Data is lost when either
 * directory's file is gone.
 *
 * Holds: rename answers so; D/p/f and D/q/g keep their bytes.
 * Left behind with --keep: D/p with f, D/q with g.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content stale = {"stale", 5000};
    static const struct listing inside = {"q", "g"};
    if (begin_story(argc, argv, "replace_full_directory", "p q") != 0)
        return PROBE_USAGE;
    make_directory("p");
    make_file("p/f", source);
    make_directory("q");
    make_file("q/g", stale);
    if (!story_goes_on())
        return end_story();
    (void)attempt("p", "q", "ENOTEMPTY EEXIST", 1);
    may_leave("q/f", 0);
    check_survives("source_kept", "p/f", source, "q/f");
    check_survives("destination_kept", "q/g", stale, "p/g");
    check_listing(&inside);
    return end_story();
}
