/* SPDX-License-Identifier: MIT */
/*
 * too_long_name: D/a -> a name of one byte more than the longest that D can hold, at most 256
 *
 * POSIX: ENAMETOOLONG; nothing changes. FAT can't store it. Data is lost
 * where the source is removed before the new name is measured.
 *
 * Holds: rename answers ENAMETOOLONG; D/a keeps its bytes; D lists it and nothing new.
 * Left behind with --keep: D/a.
 */
#include "scene.h"

#include <string.h>

static char name[LONGEST_NAME + 1 + 1];

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "a"};
    if (begin_story(argc, argv, "too_long_name", "a") != 0)
        return PROBE_USAGE;
    memset(name, 'n', find_longest_name() + 1);
    make_file("a", source);
    if (!story_goes_on())
        return end_story();
    (void)attempt_unremembered("a", name, "ENAMETOOLONG");
    check_survives("source_kept", "a", source, name);
    check_listing(&root);
    return end_story();
}
