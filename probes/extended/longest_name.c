/* SPDX-License-Identifier: MIT */
/*
 * longest_name: D/a -> a name of 255 bytes -> another one -> D/b
 *
 * POSIX: names up to NAME_MAX, which is 255 almost everywhere. FAT: 255 characters are the most
 * that a long name can have, in 20 directory entries plus the short one. The two long names differ
 * in the last byte only. Data is lost when the file is under none of the names.
 *
 * Holds: all three return 0, the bytes come along, the name before is gone each time.
 * Left behind with --keep: D/b.
 */
#include "scene.h"

#include <string.h>

enum { LONGEST = 255 };

static char first[LONGEST + 1];
static char other[LONGEST + 1];

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "b"};
    if (begin_story(argc, argv, "longest_name", "a b") != 0)
        return PROBE_USAGE;
    memset(first, 'n', LONGEST);
    memset(other, 'n', LONGEST);
    other[LONGEST - 1] = 'o';
    make_file("a", source);
    const char *const names[] = {"a", first, other, "b"};
    for (size_t i = 0; i + 1 < sizeof names / sizeof names[0] && story_goes_on(); i++) {
        (void)attempt(names[i], names[i + 1], "0", 0);
        check_absent("old_gone", names[i]);
        check_survives("file_came_along", names[i + 1], source, names[i]);
    }
    if (story_goes_on())
        check_listing(&root);
    return end_story();
}
