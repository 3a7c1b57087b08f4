/* SPDX-License-Identifier: MIT */
/*
 * dirty_replaced_handle: D/new onto D/old while D/old is being written
 *
 * POSIX: the handle stays on the replaced file, which is gone when it is closed; what is written
 * through it touches no other file. FAT has no place for a file without a name; an implementation
 * may refuse (EBUSY, EACCES), which is broken here but loses nothing. One that frees the replaced
 * file's clusters and lets the handle go on, or writes the old size and first cluster back into the
 * entry when the handle is closed, spoils the new file: data is lost when D/old (or D/new) does not
 * hold its bytes.
 *
 * Holds: rename returns 0 between two writes to the replaced file; after close D/new is gone and
 * D/old holds the new bytes; D lists old only.
 * Left behind with --keep: D/old.
 */
#include "scene.h"

#include <fcntl.h>

enum { HALF = 2500 };

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content stale = {"stale", 5000};
    static const struct listing root = {".", "old"};
    if (begin_story(argc, argv, "dirty_replaced_handle", "new old") != 0)
        return PROBE_USAGE;
    make_file("new", source);
    int fd = open_handle("old", O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0)
        return end_story();
    write_part("setup_write", fd, stale, 0, HALF);
    if (!story_goes_on()) {
        close_handle(fd);
        return end_story();
    }
    int error = attempt("new", "old", "0", 0);
    write_part("write", fd, stale, HALF, HALF);
    close_handle(fd);
    if (error == 0) {
        check_absent("old_gone", "new");
        check_survives("new_bytes", "old", source, "new");
        check_listing(&root);
    } else {
        check_survives("source_kept", "new", source, "old");
    }
    return end_story();
}
