/* SPDX-License-Identifier: MIT */
/*
 * missing_parent: D/a -> D/none/b, D/none/a -> D/b, and D/a -> D/f/b where D/f is a file
 *
 * POSIX: ENOENT, ENOENT and ENOTDIR; nothing changes. FAT does not differ. Data is lost where the
 * source is removed before the new parent is looked for.
 *
 * Holds: they answer so; D/a and D/f keep their bytes; D lists a and f and nothing new.
 * Left behind with --keep: D/a, D/f.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content second = {"second", 500};
    static const struct listing root = {".", "a f"};
    if (begin_story(argc, argv, "missing_parent", "a b f none") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    make_file("f", second);
    if (!story_goes_on())
        return end_story();
    (void)attempt("a", "none/b", "ENOENT", 0);
    check_survives("source_kept", "a", source, "b");
    (void)attempt("none/a", "b", "ENOENT", 0);
    (void)attempt("a", "f/b", "ENOTDIR", 0);
    check_survives("source_kept", "a", source, "b");
    check_survives("file_kept", "f", second, "");
    check_listing(&root);
    return end_story();
}
