/* SPDX-License-Identifier: MIT */
/*
 * large_pyc: CPython's pyc write of a large module: 1 MiB, then 256 KiB onto it
 *
 * As pycache_replace, but of a size that no cache of a small guest holds: one write of 1 MiB, which
 * is renamed at once, and a replacement of a quarter of that. POSIX: nothing special; FAT: the
 * first file has some thousand clusters, which have to be written and, when it is replaced, freed.
 * Data is lost when the bytes are under neither name.
 *
 * Holds: as pycache_replace. Where the disk has no room for it, the set-up breaks.
 * Left behind with --keep: D/m with m.py, D/m/__pycache__ with m.cpython-312.pyc, the second
 * content.
 */
#include "scene.h"

#define CACHE "m/__pycache__"
#define FINAL CACHE "/m.cpython-312.pyc"
#define TEMPORARY FINAL ".3075982816"

enum { LARGE = 1024 * 1024, SMALLER = 256 * 1024 };

static char bytes[LARGE];

int main(int argc, char **argv)
{
    static const struct move moves[] = {
        {
            .from = TEMPORARY,
            .to = FINAL,
            .source = {"first", LARGE},
            .after = {{CACHE, "m.cpython-312.pyc"}},
        },
        {
            .from = TEMPORARY,
            .to = FINAL,
            .source = {"second", SMALLER},
            .replaced = {"first", LARGE},
            .after = {{CACHE, "m.cpython-312.pyc"}},
        },
    };
    if (begin_story(argc, argv, "large_pyc", "m") != 0)
        return PROBE_USAGE;
    make_module();
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        write_content(moves[i].source, bytes);
        write_file_bytes(TEMPORARY, bytes, moves[i].source.size);
        rename_and_check(&moves[i]);
    }
    return end_story();
}
