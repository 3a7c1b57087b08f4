/* SPDX-License-Identifier: MIT */
/*
 * mode_and_times: D/x/a -> D/y/b, a file with a mode and a time of its own
 *
 * POSIX: a rename changes neither the file's mode nor the time when it was last written, however
 * it is done: an import looks at that time. FAT keeps times of two seconds, and of the mode whether
 * the file is read-only: so both are compared with what stat said before the rename, the time with
 * two seconds of tolerance. Where the guest has no utimensat the file is not made old before, and a
 * new time may not be told from the old one. Nothing is lost here but the bytes.
 *
 * Holds: rename returns 0; D/y/b has the bytes, the mode and the time of the source.
 * Left behind with --keep: D/x, empty, and D/y with b.
 */
#include "scene.h"

#include "steps.h"

#include <errno.h>
#include <fcntl.h>

enum { TOLERANCE_S = 2 };

/* Makes the file as old as the year 2001. That it could not be done breaks nothing. */
static void make_old(const char *name)
{
#ifdef PROBE_CAN_WAIT
    const struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    const char *path = full_path(name);
    start_line("enter", "utimensat");
    add_text("path", path);
    send_line();
    errno = 0;
    leave_call("utimensat", utimensat(AT_FDCWD, path, times, 0), errno);
#else
    (void)name;
#endif
}

struct wanted {
    const char *name;
    const struct stat *status;
};

static void look_at_mode(const void *subject, struct finding *finding)
{
    const struct wanted *wanted = subject;
    struct stat status;
    text_add_mode(&finding->want, wanted->status->st_mode);
    if (step_stat(full_path(wanted->name), &status) != 0)
        text_add_errno(&finding->got, errno);
    else if (status.st_mode != wanted->status->st_mode)
        text_add_mode(&finding->got, status.st_mode);
    finding->right = finding->got.length == 0;
}

static void look_at_time(const void *subject, struct finding *finding)
{
    const struct wanted *wanted = subject;
    struct stat status;
    text_add_unsigned(&finding->want, (unsigned long long)wanted->status->st_mtime);
    if (step_stat(full_path(wanted->name), &status) != 0)
        text_add_errno(&finding->got, errno);
    else if (status.st_mtime > wanted->status->st_mtime + TOLERANCE_S ||
             status.st_mtime < wanted->status->st_mtime - TOLERANCE_S)
        text_add_unsigned(&finding->got, (unsigned long long)status.st_mtime);
    finding->right = finding->got.length == 0;
}

static void make_source(const char *name, struct content source)
{
    if (!story_goes_on())
        return;
    int fd = step_open(full_path(name), O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0) {
        report_failed_call("setup_open", errno);
        return;
    }
    may_leave(name, 0);
    write_part("setup_write", fd, source, 0, source.size);
    close_handle(fd);
    make_old(name);
    read_back(name, source);
}

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    struct stat before;
    const struct wanted wanted = {"y/b", &before};
    if (begin_story(argc, argv, "mode_and_times", "x y") != 0)
        return PROBE_USAGE;
    make_directory("x");
    make_directory("y");
    make_source("x/a", source);
    if (story_goes_on() && step_stat(full_path("x/a"), &before) != 0)
        report_failed_call("setup_stat", errno);
    if (!story_goes_on())
        return end_story();
    if (attempt("x/a", "y/b", "0", 0) != 0) {
        check_survives("source_kept", "x/a", source, "y/b");
        return end_story();
    }
    check_survives("new_bytes", "y/b", source, "x/a");
    check_by_looking("mode_kept", look_at_mode, &wanted);
    check_by_looking("time_kept", look_at_time, &wanted);
    return end_story();
}
