/* SPDX-License-Identifier: MIT */
/*
 * open_file_in_moved_directory: D/p -> D/q while files in it are read and written
 *
 * POSIX: a handle stays on its file, wherever the directory goes. FAT does not differ; an
 * implementation that remembers a file by its path, or writes the size and the first cluster to
 * where the entry was, loses what is written. Data is lost when D/q (or D/p) lacks a file's bytes.
 *
 * Holds: rename returns 0; what is read through one handle goes on where it was; both halves
 * written through the other are in D/q/w; D/p is gone and D/q lists f and w. Left behind with
 * --keep: D/q with f and w.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing inside = {"q", "f w"};
    if (begin_story(argc, argv, "open_file_in_moved_directory", "p q") != 0)
        return PROBE_USAGE;
    make_directory("p");
    struct handles handles = open_half_used("p/f", "p/w", source);
    int moved = story_goes_on() && attempt("p", "q", "0", 1) == 0;
    use_other_half(handles, source);
    may_leave("q/f", 0);
    may_leave("q/w", 0);
    if (setup_broke())
        return end_story();
    check_survives("read_file_kept", moved ? "q/f" : "p/f", source, moved ? "p/f" : "q/f");
    check_survives("written_file_kept", moved ? "q/w" : "p/w", source, moved ? "p/w" : "q/w");
    if (moved) {
        check_absent("old_gone", "p");
        check_listing(&inside);
    }
    return end_story();
}
