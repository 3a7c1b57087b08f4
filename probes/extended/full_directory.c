/* SPDX-License-Identifier: MIT */
/*
 * full_directory: a rename into a directory that can't take another entry
 *
 * D/w is filled with empty files of the longest names that it can hold, 255 bytes at most, until
 * none fits any more. Then D/a is renamed into it. POSIX: ENOSPC where the directory can't be
 * extended, and nothing changes. FAT: a directory ends at 65,536 entries of 32 bytes, 2 MiB; such a
 * name takes 21 of them. Data is lost where the old entry is removed before the new one has its
 * place.
 *
 * Holds: rename returns 0 or ENOSPC, and the bytes are under the new or the old name accordingly.
 * Ends `unfit` (`setup_full` broken) where 3,200 files do not fill the directory: nothing is known
 * then. Left behind with --keep: D/w with its files, D/a if it was refused.
 */
#include "scene.h"

#include <errno.h>
#include <string.h>

enum { MOST = 3200, DIGITS = 4 };

static char tail[LONGEST_NAME - DIGITS + 1];
static char to[NUMBERED_BYTES];

int main(int argc, char **argv)
{
    static char name[NUMBERED_BYTES];
    static const struct content source = {"source", 3000};
    static const struct content nothing = {"nothing", 0};
    unsigned files = 0;
    int error = 0;
    if (begin_story(argc, argv, "full_directory", "a w") != 0)
        return PROBE_USAGE;
    unsigned longest = find_longest_name();
    memset(tail, 'n', longest > DIGITS ? longest - DIGITS : 0);
    make_directory("w");
    make_file("a", source);
    while (story_goes_on() && files < MOST && error == 0) {
        error = write_swept(numbered(name, "w/", files, tail), nothing);
        if (error == 0)
            files++;
        else if (error != ENOSPC && error != EFBIG && error != EMLINK)
            report_failed_call("setup_open", error);
    }
    if (story_goes_on() && error == 0)
        report_check("setup_full", "ENOSPC", "room_left");
    if (story_goes_on()) {
        /* As long as the others: where one short entry is free, a short name would still fit. */
        (void)numbered(to, "w/", MOST, tail);
        error = attempt("a", to, "0 ENOSPC EFBIG EMLINK", 0);
        if (error == 0)
            check_survives("new_bytes", to, source, "a");
        else
            check_survives("source_kept", "a", source, to);
    }
    for (unsigned i = 0; i < files && !probe_keeps(); i++)
        remove_swept(numbered(name, "w/", i, tail));
    return end_story();
}
