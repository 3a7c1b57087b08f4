/* SPDX-License-Identifier: MIT */

/*
 * pycache_replace: what CPython does when it has compiled m.py, call for call
 *
 * D/m/m.py is made and read back first, as an import reads it: so it is known that the file system
 * shows what is written. Nothing stands in the pyc write itself that CPython does not do: no inode
 * number is known of the temporary file, only that the second pyc's is not the first one's.
 *
 * In D/m/__pycache__ the file of the long temporary name is created with O_WRONLY|O_CREAT|O_EXCL
 * and mode 0666 & 0644, written with one write, closed and at once renamed to the name of the pyc:
 * first while there is none, then onto the one that is there (the source became newer). The two
 * names differ only in their tail, which on FAT are long-file-name entries with colliding short
 * names. This is the rename that -B exists to avoid.
 *
 * Holds after each rename: it returned 0; the temporary name is gone (ENOENT); the final one has
 * the size and the bytes just written; D/m/__pycache__ lists it once and nothing else. If a rename
 * failed, both files must be as they were.
 * Left behind with --keep: D/m with m.py, D/m/__pycache__ with m.cpython-312.pyc, the second
 * content.
 */
#include "story.h"

#define CACHE "m/__pycache__"
#define FINAL CACHE "/m.cpython-312.pyc"
#define TEMPORARY FINAL ".3075982816"

int main(int argc, char **argv)
{
    static const struct move first = {
        .from = TEMPORARY,
        .to = FINAL,
        .source = {"first", 5000},
        .after = {{CACHE, "m.cpython-312.pyc"}},
    };
    static const struct move second = {
        .from = TEMPORARY,
        .to = FINAL,
        .source = {"second", 3000},
        .replaced = {"first", 5000},
        .after = {{CACHE, "m.cpython-312.pyc"}},
    };
    if (begin_story(argc, argv, "pycache_replace", "m") != 0)
        return PROBE_USAGE;
    make_module();
    write_file(first.from, first.source);
    rename_and_check(&first);
    write_file(second.from, second.source);
    rename_and_check(&second);
    return end_story();
}
