/* SPDX-License-Identifier: MIT */
/*
 * dot_names: `.` and `..` as the last part of either name
 *
 * POSIX: EINVAL; Linux says EBUSY. Nothing changes. On FAT both are real entries of a directory,
 * and renaming one of them would cut the tree. Data is lost when a file is gone afterwards.
 *
 * Holds: each of D/p/. -> D/q, D/p/.. -> D/q, D/a -> D/p/., D/a -> D/p/.., D/p -> D/p/. is refused;
 * D/a and D/p/f keep their bytes; D lists a and p and nothing new.
 * Left behind with --keep: D/a, D/p with f.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *from;
        const char *to;
    } names[] = {{"p/.", "q"}, {"p/..", "q"}, {"a", "p/."}, {"a", "p/.."}, {"p", "p/."}};
    static const struct content source = {"source", 3000};
    static const struct content second = {"second", 500};
    static const struct listing root = {".", "a p"};
    if (begin_story(argc, argv, "dot_names", "a p q") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    make_directory("p");
    make_file("p/f", second);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && story_goes_on(); i++) {
        (void)attempt_unremembered(names[i].from, names[i].to, "EINVAL EBUSY");
        check_survives("file_kept", "a", source, "q");
        check_survives("directory_kept", "p/f", second, "q/f");
        check_listing(&root);
    }
    may_leave("q", 1);
    return end_story();
}
