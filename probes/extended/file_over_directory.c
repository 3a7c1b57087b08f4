/* SPDX-License-Identifier: MIT */
/*
 * file_over_directory: the file D/a onto the empty directory D/q
 *
 * POSIX: EISDIR; nothing changes. FAT does not differ. Data is lost when the file's bytes are under
 * neither name.
 *
 * Holds: rename answers EISDIR; D/a keeps its bytes; D/q is a directory.
 * Left behind with --keep: D/a and the empty D/q.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    if (begin_story(argc, argv, "file_over_directory", "a q") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    make_directory("q");
    if (!story_goes_on())
        return end_story();
    (void)attempt("a", "q", "EISDIR", 0);
    check_survives("source_kept", "a", source, "q");
    check_directory("destination_kept", "q");
    return end_story();
}
