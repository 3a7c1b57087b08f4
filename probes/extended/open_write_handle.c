/* SPDX-License-Identifier: MIT */
/*
 * open_write_handle: D/a -> D/b while D/a is being written
 *
 * POSIX: the handle stays on the file; what is written before and after the rename is in D/b. An
 * implementation that writes the directory entry when the handle is closed may put the old name
 * back or lose the size: data is lost when D/b (or D/a) does not hold all bytes.
 *
 * Holds: rename returns 0 between two writes; after close D/a is gone and D/b holds both halves; D
 * lists b and c only. (D/c shows before that what is written can be read: of a file that is being
 * written nothing may be asked.)
 * Left behind with --keep: D/b and D/c.
 */
#include "scene.h"

#include <fcntl.h>

enum { HALF = 1500 };

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "b c"};
    if (begin_story(argc, argv, "open_write_handle", "a b c") != 0)
        return PROBE_USAGE;
    make_file("c", source);
    int fd = open_handle("a", O_WRONLY | O_CREAT | O_EXCL);
    if (fd < 0)
        return end_story();
    write_part("setup_write", fd, source, 0, HALF);
    if (!story_goes_on()) {
        close_handle(fd);
        return end_story();
    }
    int error = attempt("a", "b", "0", 0);
    write_part("write", fd, source, HALF, HALF);
    close_handle(fd);
    if (setup_broke())
        return end_story(); /* the second half was never written */
    if (error == 0) {
        check_absent("old_gone", "a");
        check_survives("new_bytes", "b", source, "a");
        check_listing(&root);
    } else {
        check_survives("source_kept", "a", source, "b");
    }
    return end_story();
}
