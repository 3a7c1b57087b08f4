/* SPDX-License-Identifier: MIT */
/*
 * case_only: D/c/Name -> D/c/nAME
 *
 * POSIX: two different names; the new one holds the file and the old one is gone. FAT: names differ
 * in case but compare equal, so both still lead to the file; the directory must list the new
 * spelling. A file system may also keep the old spelling and say success, which is broken but loses
 * nothing. Data is lost when the file is under neither spelling.
 *
 * Holds: rename returns 0; the bytes are under the new name; D/c lists exactly the new spelling.
 * Left behind with --keep: D/c with nAME.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing inside = {"c", "nAME"};
    if (begin_story(argc, argv, "case_only", "c") != 0)
        return PROBE_USAGE;
    make_directory("c");
    make_file("c/Name", source);
    if (!story_goes_on())
        return end_story();
    (void)attempt("c/Name", "c/nAME", "0", 0);
    check_survives("file_kept", "c/nAME", source, "c/Name");
    check_listing(&inside);
    return end_story();
}
