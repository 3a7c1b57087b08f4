/* SPDX-License-Identifier: MIT */
/*
 * replace_baked_in: the pyc write onto a file that was there before the guest started
 *
 * D/m/__pycache__/m.cpython-312.pyc is in the image, or in the host's directory, when the guest
 * starts: what the first stale import finds in a real guest. It holds one line, "<nonce> <shape>
 * baked". POSIX: it is replaced like any other file. FAT does not differ; but no call of this
 * guest's has made that entry or that file, so none of it is in any cache. Data is lost when the
 * bytes of the new file are under neither name, or those of the old one are gone after a refusal.
 *
 * Holds: as the second rename of pycache_replace. Where the file is not there as it should be, the
 * set-up breaks.
 * Left behind with --keep: D/m/__pycache__ with m.cpython-312.pyc.
 */
#include "scene.h"

#include <string.h>

#define CACHE "m/__pycache__"
#define FINAL CACHE "/m.cpython-312.pyc"
#define TEMPORARY FINAL ".3075982816"

int main(int argc, char **argv)
{
    static const char baked[] = "baked";
    struct move move = {
        .from = TEMPORARY,
        .to = FINAL,
        .source = {"source", 3000},
        .after = {{CACHE, "m.cpython-312.pyc"}},
    };
    if (begin_story(argc, argv, "replace_baked_in", "") != 0)
        return PROBE_USAGE;
    move.replaced = (struct content){baked, strlen(probe_nonce()) + 1 + strlen(probe_shape()) + 1 +
                                                sizeof baked};
    may_leave("m", 1);
    may_leave(CACHE, 1);
    may_leave(FINAL, 0);
    read_back(FINAL, move.replaced);
    write_file(move.from, move.source);
    rename_and_check(&move);
    return end_story();
}
