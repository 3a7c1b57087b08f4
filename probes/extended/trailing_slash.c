/* SPDX-License-Identifier: MIT */
/*
 * trailing_slash: names that end in a slash
 *
 * POSIX: such a name means a directory. D/a/ -> D/b and D/a -> D/b/ of a file fail with ENOTDIR
 * (some systems: ENOENT for the second); the directories D/p/ -> D/q/ are renamed. FAT does not
 * differ; an implementation that splits names itself may look for an empty name, and loses the
 * source when it has removed it by then.
 *
 * Holds: the two are refused and D/a keeps its bytes; D/q holds f.
 * Left behind with --keep: D/a, D/q with f.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct content second = {"second", 500};
    static const struct listing root = {".", "a q"};
    if (begin_story(argc, argv, "trailing_slash", "a b p q") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    make_directory("p");
    make_file("p/f", second);
    /* The names with their slash are not remembered; these are the same without it. */
    may_leave("b", 0);
    may_leave("q", 1);
    may_leave("q/f", 0);
    if (!story_goes_on())
        return end_story();
    (void)attempt_unremembered("a/", "b", "ENOTDIR");
    check_survives("source_kept", "a", source, "b");
    (void)attempt_unremembered("a", "b/", "ENOTDIR ENOENT");
    check_survives("source_kept", "a", source, "b");
    if (!story_goes_on())
        return end_story();
    if (attempt_unremembered("p/", "q/", "0") == 0)
        check_absent("old_gone", "p");
    may_leave("p", 1);
    may_leave("p/f", 0);
    check_survives("file_came_along", "q/f", second, "p/f");
    check_listing(&root);
    return end_story();
}
