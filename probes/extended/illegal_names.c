/* SPDX-License-Identifier: MIT */
/*
 * illegal_names: D/i/a -> names that FAT can't store, and back
 *
 * POSIX: a name may hold every byte but '/' and NUL, so these work. FAT: `" * : < > ? | \\`,
 * control bytes, dots or blanks at the end and names of dots are illegal or are cut, and have to be
 * refused; bytes that are no text in its character set, too. Either is right; what is not is a name
 * that is refused when the source is already gone: data is lost when it is under neither name.
 *
 * Holds for each name: rename returns 0, the file is under the new name and comes back; or it is
 * refused and the file is under the old name. At the end D/i lists a and nothing else.
 * Left behind with --keep: D/i with a.
 */
#include "scene.h"

static const char *const names[] = {
    "i/c:d",         "i/c*d",       "i/c?d",       "i/c\"d",     "i/c<d",
    "i/c>d",         "i/c|d",       "i/c\\d",      "i/c\001d",   "i/c\177d",
    "i/c\nd",        "i/trailing.", "i/trailing ", "i/ leading", "i/.leading",
    "i/...",         "i/CON",       "i/aux.txt",   "i/+,;=[]",   "i/\xc3\xa9t\xc3\xa9",
    "i/bad\xff\xfe",
};

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing inside = {"i", "a"};
    if (begin_story(argc, argv, "illegal_names", "i") != 0)
        return PROBE_USAGE;
    make_directory("i");
    make_file("i/a", source);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && story_goes_on(); i++) {
        if (attempt_unremembered("i/a", names[i],
                                 "0 EINVAL EILSEQ ENOENT EACCES EPERM EIO ENOTSUP") == 0) {
            check_survives("file_came_along", names[i], source, "i/a");
            (void)attempt_unremembered(names[i], "i/a", "0");
        }
        check_survives("file_kept", "i/a", source, names[i]);
        if (!story_goes_on())
            may_leave(names[i], 0);
    }
    if (story_goes_on())
        check_listing(&inside);
    return end_story();
}
