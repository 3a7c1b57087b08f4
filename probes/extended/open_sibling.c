/* SPDX-License-Identifier: MIT */
/*
 * open_sibling: D/s/a -> D/s/b while other files of D/s are read and written
 *
 * POSIX: a rename touches no other file. FAT: the new name may need more directory entries than the
 * old one; an implementation that moves entries about, or remembers where in the directory an open
 * file's entry is, then writes that file's size into another's. Data is lost when one of the three
 * lacks its bytes.
 *
 * Holds: rename returns 0 for a name that needs more entries than the old one; both handles go on;
 * all three files have their bytes; D/s lists them and nothing else.
 * Left behind with --keep: D/s with r, w and b_longer_name_than_it_had_before.
 */
#include "scene.h"

#define NEW_NAME "b_longer_name_than_it_had_before"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content renamed = {"renamed", 500};
    static const struct listing inside = {"s", "r w " NEW_NAME};
    if (begin_story(argc, argv, "open_sibling", "s") != 0)
        return PROBE_USAGE;
    make_directory("s");
    make_file("s/a", renamed);
    struct handles handles = open_half_used("s/r", "s/w", source);
    int moved = story_goes_on() && attempt("s/a", "s/" NEW_NAME, "0", 0) == 0;
    use_other_half(handles, source);
    if (setup_broke())
        return end_story();
    check_survives("new_bytes", moved ? "s/" NEW_NAME : "s/a", renamed,
                   moved ? "s/a" : "s/" NEW_NAME);
    check_survives("read_file_kept", "s/r", source, "");
    check_survives("written_file_kept", "s/w", source, "");
    if (moved)
        check_listing(&inside);
    return end_story();
}
