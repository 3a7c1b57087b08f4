/* SPDX-License-Identifier: MIT */
/*
 * full_disk: renames that need a new directory cluster on a disk without one
 *
 * D/filler takes all free space. Then D/a gets a name of 200 characters, or of as many as a name
 * can have here, in the directory D/z, whose only cluster can't hold it on a small-clustered FAT.
 * POSIX: ENOSPC where the directory can't be extended, and nothing changes; where there is room, 0.
 * FAT does not differ. Data is lost where the old entry is removed before the new one has its
 * place.
 *
 * Holds: rename returns 0 or ENOSPC, and the bytes are under the new or the old name accordingly.
 * Ends `unfit` (`setup_full` broken) where 48 MiB do not fill the disk: nothing is known then.
 * Left behind with --keep: D/filler, the empty or full D/z, D/a if it was refused.
 */
#include "scene.h"

#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { LONGEST = 200, BLOCK = 65536, LEAST = 512, MOST = 48 * 1024 * 1024 };

static char to[2 + LONGEST + 1] = "z/";

/* Writes until nothing more fits, in ever smaller blocks. */
static void fill_disk(int fd)
{
    static char zeros[BLOCK];
    size_t total = 0;
    size_t block = BLOCK;
    while (total < MOST && !journal_is_lost()) {
        ssize_t written = step_write(fd, zeros, block);
        if (written < 0 && errno != ENOSPC) {
            report_failed_call("setup_write", errno);
            return;
        }
        if (written < 0 && block == LEAST)
            return; /* full */
        if (written < 0)
            block /= 2;
        else
            total += (size_t)written;
    }
    report_check("setup_full", "ENOSPC", "room_left");
}

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    if (begin_story(argc, argv, "full_disk", "a z filler") != 0)
        return PROBE_USAGE;
    unsigned longest = find_longest_name();
    memset(to + 2, 'n', longest < LONGEST ? longest : LONGEST);
    make_directory("z");
    make_file("a", source);
    if (!story_goes_on())
        return end_story();
    int fd = step_open(full_path("filler"), O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0) {
        report_failed_call("setup_open", errno);
        return end_story();
    }
    may_leave("filler", 0);
    fill_disk(fd);
    if (step_close(fd) != 0 && errno != ENOSPC)
        report_failed_call("setup_close", errno);
    if (!story_goes_on())
        return end_story();
    int error = attempt("a", to, "0 ENOSPC", 0);
    if (error == 0)
        check_survives("new_bytes", to, source, "a");
    else
        check_survives("source_kept", "a", source, to);
    return end_story();
}
