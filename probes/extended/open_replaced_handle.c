/* SPDX-License-Identifier: MIT */
/*
 * open_replaced_handle: D/new onto D/old while a handle on D/old is open for reading
 *
 * POSIX: the handle keeps the replaced file alive until it is closed. FAT has no place for a file
 * without a name; an implementation may refuse (EBUSY, EACCES), which is broken here but loses
 * nothing. Data is lost when D/old holds neither file, and wrong bytes through the handle are a
 * broken check, too.
 *
 * Holds: rename returns 0; the handle reads the old file's bytes; D/old holds the new ones.
 * Left behind with --keep: D/old.
 */
#include "scene.h"

#include <fcntl.h>

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content stale = {"stale", 5000};
    static const struct listing root = {".", "old"};
    if (begin_story(argc, argv, "open_replaced_handle", "new old") != 0)
        return PROBE_USAGE;
    make_file("old", stale);
    make_file("new", source);
    int fd = open_handle("old", O_RDONLY);
    if (fd < 0)
        return end_story();
    (void)attempt("new", "old", "0", 0);
    check_rest("handle_after", fd, stale, 0, 5000);
    close_handle(fd);
    check_absent("old_gone", "new");
    check_survives("new_bytes", "old", source, "new");
    check_listing(&root);
    return end_story();
}
