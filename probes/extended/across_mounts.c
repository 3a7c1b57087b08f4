/* SPDX-License-Identifier: MIT */
/*
 * across_mounts: D/a -> OTHER/NONCE, which is on another mount (--other=OTHER), and back
 *
 * POSIX: EXDEV where the two are different file systems, and nothing changes. FAT does not differ.
 * An implementation that looks only at the last part of a path, or copies, does something else; one
 * that removes the source before it looks loses it: data is lost when a file is under neither name.
 *
 * Holds: each is refused with EXDEV; D/a and OTHER/NONCE keep their bytes; where there was nothing,
 * nothing is made. Where both are on one device the set-up breaks.
 * Left behind with --keep: D/a. OTHER is always left as it was found.
 */
#include "scene.h"

#include "steps.h"

#include <errno.h>

static void check_other_mount(const char *other)
{
    struct stat here;
    struct stat there;
    if (!story_goes_on())
        return;
    if (step_stat(full_path("."), &here) != 0 || step_stat(other, &there) != 0)
        report_failed_call("setup_stat", errno);
    else if (here.st_dev == there.st_dev)
        report_check("setup_second_mount", "other", "same");
}

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content second = {"second", 500};
    static const struct listing root = {".", "a"};
    struct text there = {.length = 0};
    if (begin_story(argc, argv, "across_mounts", "a b") != 0)
        return PROBE_USAGE;
    const char *other = probe_other() == NULL ? "/" : probe_other();
    text_add(&there, other);
    text_add(&there, "/");
    text_add(&there, probe_nonce());
    make_file("a", source);
    check_other_mount(other);
    if (!story_goes_on())
        return end_story();
    (void)attempt("a", there.bytes, "EXDEV", 0);
    check_survives("source_kept", "a", source, there.bytes);
    check_absent("nothing_made", there.bytes);
    if (story_goes_on()) {
        int error = write_swept(there.bytes, second);
        if (error != 0)
            report_failed_call("setup_write", error);
    }
    if (story_goes_on()) {
        (void)attempt(there.bytes, "b", "EXDEV", 0);
        check_survives("source_kept", there.bytes, second, "b");
        check_listing(&root);
    }
    remove_swept(there.bytes);
    return end_story();
}
