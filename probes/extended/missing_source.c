/* SPDX-License-Identifier: MIT */
/*
 * missing_source: D/none -> D/b, and D/none onto the existing D/b
 *
 * POSIX: ENOENT; nothing changes. FAT does not differ. Data is lost where the destination is
 * removed before the source is looked for.
 *
 * Holds: both answer ENOENT; after the first there is no D/b; after the second it keeps its bytes.
 * Left behind with --keep: D/b.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content stale = {"stale", 5000};
    static const struct listing root = {".", "b"};
    if (begin_story(argc, argv, "missing_source", "none b") != 0)
        return PROBE_USAGE;
    if (!story_goes_on())
        return end_story();
    (void)attempt("none", "b", "ENOENT", 0);
    check_absent("nothing_made", "b");
    make_file("b", stale);
    if (!story_goes_on())
        return end_story();
    (void)attempt("none", "b", "ENOENT", 0);
    check_survives("destination_kept", "b", stale, "none");
    check_listing(&root);
    return end_story();
}
