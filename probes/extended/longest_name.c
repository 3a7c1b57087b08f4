/* SPDX-License-Identifier: MIT */
/*
 * longest_name: D/a -> the longest name that D can hold -> another one -> D/b
 *
 * POSIX: names up to NAME_MAX, which is 255 almost everywhere, and not on minix, UDF or an
 * encrypted file system: how many bytes such a name has is tried before, and noted. FAT: 255
 * characters are the most that a long name can have, in 20 directory entries plus the short one.
 * The two long names differ in the last byte only. Data is lost when the file is under none of the
 * names.
 *
 * Holds: all three return 0, the bytes come along, the name before is gone each time.
 * Left behind with --keep: D/b.
 */
#include "scene.h"

#include <string.h>

static char first[LONGEST_NAME + 1];
static char other[LONGEST_NAME + 1];

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "b"};
    if (begin_story(argc, argv, "longest_name", "a b") != 0)
        return PROBE_USAGE;
    unsigned longest = find_longest_name();
    make_file("a", source);
    if (!story_goes_on())
        return end_story();
    memset(first, 'n', longest);
    memset(other, 'n', longest - 1);
    other[longest - 1] = 'o';
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
