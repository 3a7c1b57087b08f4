/* SPDX-License-Identifier: MIT */
/*
 * open_read_handle: D/a -> D/b while a handle on D/a is open for reading
 *
 * POSIX: the handle stays on the file, whatever its name. Windows and some FAT implementations
 * refuse (EBUSY, EACCES), which is broken here but loses nothing. Data is lost when the handle or
 * the new name gives other bytes.
 *
 * Holds: rename returns 0; what the handle reads before and after it together are the file's bytes;
 * D/b holds them.
 * Left behind with --keep: D/b.
 */
#include "scene.h"

#include <fcntl.h>

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "b"};
    if (begin_story(argc, argv, "open_read_handle", "a b") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    int fd = open_handle("a", O_RDONLY);
    if (fd >= 0)
        check_rest("setup_read", fd, source, 0, 1000);
    if (!story_goes_on()) {
        close_handle(fd);
        return end_story();
    }
    (void)attempt("a", "b", "0", 0);
    check_rest("handle_after", fd, source, 1000, 2000);
    close_handle(fd);
    check_absent("old_gone", "a");
    check_survives("new_bytes", "b", source, "a");
    check_listing(&root);
    return end_story();
}
