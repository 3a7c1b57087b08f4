/* SPDX-License-Identifier: MIT */
/*
 * renameat_directory: renameat(2) relative to open directories
 *
 * D/x/a -> D/y/b with one handle on each, then D/y/b -> D/x/c with one handle and AT_FDCWD with an
 * absolute or relative path of D, then through one handle twice. POSIX: a relative name is looked
 * up in the handle's directory. FAT does not differ. Nanvix once refused real handles
 * (nanvix/nanvix#2286) and passed them on untranslated (#2287): a file may then turn up in another
 * directory, or be lost.
 *
 * Holds: each returns 0; the old name is gone, the bytes are under the new one.
 * Left behind with --keep: D/x with d, D/y, empty.
 */
#include "scene.h"

#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static void try_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    tell_about_rename();
    start_line("enter", "renameat");
    add_number("from_fd", from_fd);
    add_text("from", from);
    add_number("to_fd", to_fd);
    add_text("to", to);
    send_line();
    errno = 0;
    int result = renameat(from_fd, from, to_fd, to);
    int error = errno;
    leave_call("renameat", result, error);
    check_answer(result == 0 ? 0 : error, "0");
}

static void check_moved(const char *from, const char *to, struct content content)
{
    check_absent("old_gone", from);
    check_survives("new_bytes", to, content, from);
}

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing old = {"x", "d"};
    static const struct listing new = {"y", ""};
    if (begin_story(argc, argv, "renameat_directory", "x y") != 0)
        return PROBE_USAGE;
    make_directory("x");
    make_directory("y");
    make_file("x/a", source);
    may_leave("y/b", 0);
    may_leave("x/c", 0);
    may_leave("x/d", 0);
    may_leave("x/a", 0);
    int x = open_handle("x", O_RDONLY);
    int y = open_handle("y", O_RDONLY);
    if (story_goes_on()) {
        try_renameat(x, "a", y, "b");
        check_moved("x/a", "y/b", source);
    }
    if (story_goes_on()) {
        try_renameat(AT_FDCWD, full_path("y/b"), x, "c");
        check_moved("y/b", "x/c", source);
    }
    if (story_goes_on()) {
        try_renameat(x, "c", x, "d");
        check_moved("x/c", "x/d", source);
    }
    if (story_goes_on()) {
        check_listing(&old);
        check_listing(&new);
    }
    close_handle(x);
    close_handle(y);
    return end_story();
}
