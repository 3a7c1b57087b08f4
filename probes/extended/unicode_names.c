/* SPDX-License-Identifier: MIT */
/*
 * unicode_names: CPython's pyc write for a module whose name is not ASCII
 *
 * Python allows such names, and PEP 3147 keeps them: D/m/__pycache__/NAME.cpython-312.pyc.NUMBER is
 * renamed to the name without the number, with NAME in UTF-8 of two, three and four bytes a
 * character; first where there is none, then onto the one that is there. POSIX: a name is bytes.
 * FAT: a long name is UTF-16, a short one is in a code page that lacks most of them, so both names
 * need a made-up short one, and four bytes need a pair of UTF-16 units. Data is lost when the bytes
 * are under neither name: where they were cut differently, or came back from UTF-16 as another
 * name.
 *
 * Holds for each: rename returns 0, the old name is gone, the new one has the bytes, and the
 * directory lists it, byte for byte, and nothing else.
 * Left behind with --keep: D/m with m.py, D/m/__pycache__ with the four pyc files, the second
 * content.
 */
#include "scene.h"

#define CACHE "m/__pycache__"
#define PYC ".cpython-312.pyc"
#define TEMPORARY PYC ".3075982816"

static const struct {
    const char *temporary;
    const char *final;
} names[] = {
    {CACHE "/gr\xc3\xb6\xc3\x9f"
           "e" TEMPORARY,
     CACHE "/gr\xc3\xb6\xc3\x9f"
           "e" PYC},
    {CACHE "/\xd0\xbf\xd0\xb8" TEMPORARY, CACHE "/\xd0\xbf\xd0\xb8" PYC},
    {CACHE "/\xe5\xa4\x89\xe6\x95\xb0" TEMPORARY, CACHE "/\xe5\xa4\x89\xe6\x95\xb0" PYC},
    {CACHE "/\xf0\x9d\x94\x98" TEMPORARY, CACHE "/\xf0\x9d\x94\x98" PYC},
};

static void write_pyc(const char *temporary, const char *final, struct content content)
{
    write_file(temporary, content);
    if (!story_goes_on())
        return;
    (void)attempt(temporary, final, "0", 0);
    check_absent("old_gone", temporary);
    check_survives("new_bytes", final, content, temporary);
}

int main(int argc, char **argv)
{
    static const struct content first = {"first", 5000};
    static const struct content second = {"second", 3000};
    static const struct listing cache = {CACHE,
                                         "gr\xc3\xb6\xc3\x9f"
                                         "e" PYC " \xd0\xbf\xd0\xb8" PYC
                                         " \xe5\xa4\x89\xe6\x95\xb0" PYC " \xf0\x9d\x94\x98" PYC};
    if (begin_story(argc, argv, "unicode_names", "m") != 0)
        return PROBE_USAGE;
    make_module();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        write_pyc(names[i].temporary, names[i].final, first);
        write_pyc(names[i].temporary, names[i].final, second);
    }
    if (story_goes_on())
        check_listing(&cache);
    return end_story();
}
