/* SPDX-License-Identifier: MIT */
/*
 * thousand_renames: 1,000 pyc writes in one directory
 *
 * Each file is created under its temporary name, written, closed and renamed to its final one.
 * POSIX: nothing special. FAT: a directory is searched from its start, so each one takes longer
 * than the one before; slow must not be taken for hung. The probe has no clock: the times are those
 * at which the host receives the lines, and a note says after each hundred how far it is. Data is
 * lost when a rename says that it worked and the file is not there.
 *
 * Holds: every rename returns 0; D/t lists 1,000 entries; the first, the last and every hundredth
 * file hold their own bytes.
 * Left behind with --keep: D/t with the files.
 */
#include "scene.h"

#define TEMPORARY ".cpython-312.pyc.3075982816"
#define FINAL ".cpython-312.pyc"

enum { FILES = 1000, STEP = 100 };

static void note_progress(unsigned renames)
{
    start_line("note", "progress");
    add_unsigned("renames", renames);
    send_line();
}

static void check_own_bytes(unsigned number)
{
    static char temporary[NUMBERED_BYTES];
    static char final[NUMBERED_BYTES];
    static char label[NUMBERED_BYTES];
    struct content content = {numbered(label, "file", number, ""), 100};
    check_survives("own_bytes", numbered(final, "t/m", number, FINAL), content,
                   numbered(temporary, "t/m", number, TEMPORARY));
}

int main(int argc, char **argv)
{
    static char temporary[NUMBERED_BYTES];
    static char final[NUMBERED_BYTES];
    static char label[NUMBERED_BYTES];
    if (begin_story(argc, argv, "thousand_renames", "t") != 0)
        return PROBE_USAGE;
    make_directory("t");
    for (unsigned i = 0; i < FILES && story_goes_on(); i++) {
        struct content content = {numbered(label, "file", i, ""), 100};
        (void)numbered(temporary, "t/m", i, TEMPORARY);
        int error = write_swept(temporary, content);
        if (error != 0)
            report_failed_call("setup_write", error);
        if (i == 0)
            read_back(temporary, content);
        if (story_goes_on())
            rename_swept(temporary, numbered(final, "t/m", i, FINAL), content);
        if (i % STEP == STEP - 1)
            note_progress(i + 1);
    }
    int complete = story_goes_on();
    for (unsigned i = 0; i < FILES && complete; i += STEP)
        check_own_bytes(i);
    if (complete)
        check_own_bytes(FILES - 1);
    if (complete)
        check_entry_count("t", FILES);
    for (unsigned i = 0; i < FILES && !probe_keeps(); i++) {
        remove_swept(numbered(final, "t/m", i, FINAL));
        if (!story_goes_on())
            remove_swept(numbered(temporary, "t/m", i, TEMPORARY));
    }
    return end_story();
}
