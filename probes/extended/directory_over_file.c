/* SPDX-License-Identifier: MIT */
/*
 * directory_over_file: the directory D/p onto the file D/b
 *
 * POSIX: ENOTDIR; nothing changes. FAT does not differ. Data is lost when the file in D/p or D/b is
 * gone.
 *
 * Holds: rename answers ENOTDIR; D/p/f and D/b keep their bytes.
 * Left behind with --keep: D/p with f, and D/b.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content stale = {"stale", 5000};
    if (begin_story(argc, argv, "directory_over_file", "p b") != 0)
        return PROBE_USAGE;
    make_directory("p");
    make_file("p/f", source);
    make_file("b", stale);
    if (!story_goes_on())
        return end_story();
    (void)attempt("p", "b", "ENOTDIR", 1);
    may_leave("b/f", 0);
    check_survives("source_kept", "p/f", source, "b/f");
    check_survives("destination_kept", "b", stale, "p");
    return end_story();
}
