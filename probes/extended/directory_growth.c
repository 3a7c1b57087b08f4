/* SPDX-License-Identifier: MIT */
/*
 * directory_growth: renames that make a directory grow over many clusters
 *
 * Files with short names are renamed, one after the other, to names of 120 characters, or of
 * as many as a name can have here. POSIX:
 * nothing special. FAT: each new name takes 11 directory entries of 32 bytes where the old one took
 * one or two, so that the directory needs one new cluster after the other, chained in the
 * allocation table. Data is lost when a file's bytes are not under its new name, or a chain was
 * cut.
 *
 * Holds: every rename returns 0; every file's bytes are under its new name; the directory lists as
 * many entries as there are files.
 * Left behind with --keep: D/g with the files.
 */
#include "scene.h"

#define TEN "_abcdefghi"
#define TAIL TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "_abcde"

enum { FILES = 150, DIGITS = 4 };

static char tail[] = TAIL;

int main(int argc, char **argv)
{
    static char from[NUMBERED_BYTES];
    static char to[NUMBERED_BYTES];
    static char label[NUMBERED_BYTES];
    if (begin_story(argc, argv, "directory_growth", "g") != 0)
        return PROBE_USAGE;
    unsigned longest = find_longest_name();
    if (longest > DIGITS && longest < DIGITS + sizeof tail - 1)
        tail[longest - DIGITS] = '\0';
    make_directory("g");
    for (unsigned i = 0; i < FILES && story_goes_on(); i++) {
        struct content content = {numbered(label, "file", i, ""), 100};
        int error = write_swept(numbered(from, "g/", i, ""), content);
        if (error != 0)
            report_failed_call("setup_write", error);
        else if (i == 0)
            read_back(from, content);
    }
    for (unsigned i = 0; i < FILES && story_goes_on(); i++) {
        struct content content = {numbered(label, "file", i, ""), 100};
        rename_swept(numbered(from, "g/", i, ""), numbered(to, "g/", i, tail), content);
    }
    int complete = story_goes_on();
    for (unsigned i = 0; i < FILES && complete; i++) {
        struct content content = {numbered(label, "file", i, ""), 100};
        check_survives("own_bytes", numbered(to, "g/", i, tail), content,
                       numbered(from, "g/", i, ""));
    }
    if (complete)
        check_entry_count("g", FILES);
    for (unsigned i = 0; i < FILES && !probe_keeps(); i++) {
        remove_swept(numbered(to, "g/", i, tail));
        if (!story_goes_on())
            remove_swept(numbered(from, "g/", i, ""));
    }
    return end_story();
}
