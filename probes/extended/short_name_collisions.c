/* SPDX-License-Identifier: MIT */
/*
 * short_name_collisions: many long names that FAT shortens to the same 8.3 name
 *
 * Each file is renamed from a temporary name to its final one, as pyc files are. POSIX: nothing
 * special. FAT: every one of the names needs a short name of its own next to the long one; when two
 * get the same, one file shadows the other. Data is lost when a file's bytes are not under its
 * name.
 *
 * Holds: every rename returns 0; every final name holds its own bytes; D/k lists as many entries as
 * there are files.
 * Left behind with --keep: D/k with the files.
 */
#include "scene.h"

#define HEAD "k/a_module_with_a_long_name_"
#define TEMPORARY ".cpython-312.pyc.3075982816"
#define FINAL ".cpython-312.pyc"

enum { FILES = 24 };

int main(int argc, char **argv)
{
    static char temporary[NUMBERED_BYTES];
    static char final[NUMBERED_BYTES];
    static char label[NUMBERED_BYTES];
    if (begin_story(argc, argv, "short_name_collisions", "k") != 0)
        return PROBE_USAGE;
    make_directory("k");
    for (unsigned i = 0; i < FILES && story_goes_on(); i++) {
        struct content content = {numbered(label, "file", i, ""), 100};
        (void)numbered(temporary, HEAD, i, TEMPORARY);
        (void)numbered(final, HEAD, i, FINAL);
        int error = write_swept(temporary, content);
        if (error != 0)
            report_failed_call("setup_write", error);
        if (i == 0)
            read_back(temporary, content);
        if (story_goes_on())
            rename_swept(temporary, final, content);
    }
    int complete = story_goes_on();
    for (unsigned i = 0; i < FILES && complete; i++) {
        struct content content = {numbered(label, "file", i, ""), 100};
        check_survives("own_bytes", numbered(final, HEAD, i, FINAL), content,
                       numbered(temporary, HEAD, i, TEMPORARY));
    }
    if (complete)
        check_entry_count("k", FILES);
    for (unsigned i = 0; i < FILES && !probe_keeps(); i++) {
        remove_swept(numbered(final, HEAD, i, FINAL));
        if (!story_goes_on())
            remove_swept(numbered(temporary, HEAD, i, TEMPORARY));
    }
    return end_story();
}
