/* SPDX-License-Identifier: MIT */
#include "run/shapes.h"

#include <string.h>

enum { SOURCE_SIZE = 3000, FIRST_SIZE = 5000 };

#define PYC "m/__pycache__/m.cpython-312.pyc"
#define PYC_TEMPORARY PYC ".3075982816"

const struct shape shapes[] = {
    {
        .name = "tmp_root_sibling",
        .group = SHAPE_GATING,
        .summary = "rename a file to its sibling in the root of the work directory",
        .renames = {{"a", "b"}},
        .files = {{"b", "source", SOURCE_SIZE}},
        .directories = {{"", "b"}},
    },
    {
        .name = "subdir_sibling",
        .group = SHAPE_GATING,
        .summary = "rename a file to its sibling in a subdirectory",
        .renames = {{"s/a", "s/b"}},
        .files = {{"s/b", "source", SOURCE_SIZE}},
        .directories = {{"", "s"}, {"s", "b"}},
    },
    {
        .name = "replace_existing",
        .group = SHAPE_GATING,
        .summary = "rename a file onto an existing one",
        .renames = {{"r/new", "r/old"}},
        .files = {{"r/old", "source", SOURCE_SIZE}},
        .directories = {{"", "r"}, {"r", "old"}},
    },
    {
        .name = "pycache_replace",
        .group = SHAPE_GATING,
        .summary = "CPython's pyc write: O_EXCL temporary name, then rename; twice",
        .renames = {{PYC_TEMPORARY, PYC}, {PYC_TEMPORARY, PYC}},
        .files = {{PYC, "second", SOURCE_SIZE}},
        .directories = {{"", "m"}, {"m", "__pycache__"}, {"m/__pycache__", "m.cpython-312.pyc"}},
    },
    {
        .name = "cross_directory",
        .group = SHAPE_GATING,
        .summary = "rename a file from one subdirectory into another",
        .renames = {{"x/a", "y/b"}},
        .files = {{"y/b", "source", SOURCE_SIZE}},
        .directories = {{"", "x/y"}, {"x", ""}, {"y", "b"}},
    },
    {
        .name = "subdir_to_root",
        .group = SHAPE_GATING,
        .summary = "rename a file from a subdirectory into the root of the work directory",
        .renames = {{"u/a", "b"}},
        .files = {{"b", "source", SOURCE_SIZE}},
        .directories = {{"", "b/u"}, {"u", ""}},
    },
    {
        .name = "control_pass",
        .group = SHAPE_CONTROL,
        .summary = "all the calls of a shape but rename",
        .expected_verdict = "pass",
    },
    {
        .name = "control_fail",
        .group = SHAPE_CONTROL,
        .summary = "reports a failed check",
        .expected_verdict = "fail",
    },
    {
        .name = "control_block",
        .group = SHAPE_CONTROL,
        .summary = "enters a step named rename and blocks for ever",
        .expected_verdict = "hang",
        .expected_evidence = "blocked",
    },
    {
        .name = "control_spin",
        .group = SHAPE_CONTROL,
        .summary = "enters a step named rename and burns CPU for ever",
        .expected_verdict = "hang",
        .expected_evidence = "spinning",
    },
};

const size_t shape_count = sizeof shapes / sizeof shapes[0];

const struct shape *shape_find(const char *name)
{
    for (size_t i = 0; i < shape_count; i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    return NULL;
}

bool shape_has_final_state(const struct shape *shape)
{
    return shape->directories[0].path != NULL;
}

void shape_write_content(const char *nonce, const char *shape, const char *label, size_t size,
                         char *out)
{
    const char *const words[] = {nonce, " ", shape, " ", label, "\n"};
    size_t used = 0;
    while (used < size)
        for (size_t i = 0; i < sizeof words / sizeof words[0] && used < size; i++) {
            size_t length = strlen(words[i]);
            length = length < size - used ? length : size - used;
            memcpy(out + used, words[i], length);
            used += length;
        }
}
