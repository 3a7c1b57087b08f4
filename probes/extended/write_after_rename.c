/* SPDX-License-Identifier: MIT */
/*
 * write_after_rename: D/a -> D/b, then D/b is opened and written to
 *
 * POSIX: nothing special: the file goes on under its new name. FAT does not differ; an
 * implementation that still has the old entry in a cache writes the new size there, and what was
 * added is gone, or the old name is back. Data is lost when neither name holds all of it.
 *
 * Holds: rename returns 0; what is appended through the new name is read back behind what was
 * there; D lists b only. Left behind with --keep: D/b.
 */
#include "scene.h"

#include <fcntl.h>

enum { HALF = 1500, WHOLE = 2 * HALF };

int main(int argc, char **argv)
{
    static const struct content whole = {"source", WHOLE};
    static const struct content half = {"source", HALF};
    static const struct listing root = {".", "b"};
    if (begin_story(argc, argv, "write_after_rename", "a b") != 0)
        return PROBE_USAGE;
    make_file("a", half);
    if (!story_goes_on())
        return end_story();
    if (attempt("a", "b", "0", 0) != 0) {
        check_survives("source_kept", "a", half, "b");
        return end_story();
    }
    check_survives("new_bytes", "b", half, "a");
    int fd = open_handle("b", O_WRONLY | O_APPEND);
    if (fd >= 0)
        write_part("write", fd, whole, HALF, HALF);
    close_handle(fd);
    if (story_goes_on()) {
        check_survives("written_bytes", "b", whole, "a");
        check_absent("old_gone", "a");
        check_listing(&root);
    }
    return end_story();
}
