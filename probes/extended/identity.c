/* SPDX-License-Identifier: MIT */
/*
 * identity: D/a -> D/a, and the directory D/p -> D/p
 *
 * POSIX: old and new name the same entry: success, and nothing else happens. FAT does not differ.
 * Data is lost where the entry is removed before the new one is written.
 *
 * Holds: both return 0; D/a and D/p/f keep their bytes; D lists a and p once each.
 * Left behind with --keep: D/a, D/p with f.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content second = {"second", 500};
    static const struct listing root = {".", "a p"};
    if (begin_story(argc, argv, "identity", "a p") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    make_directory("p");
    make_file("p/f", second);
    if (!story_goes_on())
        return end_story();
    (void)attempt("a", "a", "0", 0);
    check_survives("file_kept", "a", source, "");
    (void)attempt("p", "p", "0", 1);
    check_survives("directory_kept", "p/f", second, "");
    check_listing(&root);
    return end_story();
}
