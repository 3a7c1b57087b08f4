/* SPDX-License-Identifier: MIT */
#include "verdict/shapes.h"

#include <string.h>

enum { SOURCE_SIZE = 3000, MODULE_SIZE = 500 };

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
        .files = {{PYC, "second", SOURCE_SIZE}, {"m/m.py", "module", MODULE_SIZE}},
        .directories = {{"", "m"},
                        {"m", "__pycache__/m.py"},
                        {"m/__pycache__", "m.cpython-312.pyc"}},
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
        .expected_verdict = VERDICT_PASS,
    },
    {
        .name = "control_fail",
        .group = SHAPE_CONTROL,
        .summary = "reports a failed check",
        .expected_verdict = VERDICT_FAIL,
    },
    {
        .name = "control_block",
        .group = SHAPE_CONTROL,
        .summary = "enters a step named rename and blocks for ever",
        .expected_verdict = VERDICT_HANG,
        .expected_evidence = "blocked",
    },
    {
        .name = "control_spin",
        .group = SHAPE_CONTROL,
        .summary = "enters a step named rename and burns CPU for ever",
        .expected_verdict = VERDICT_HANG,
        .expected_evidence = "spinning",
    },
    /* What these leave behind depends on the file system; each probe checks it by itself. */
    {.name = "directory_rename",
     .group = SHAPE_EXTENDED,
     .summary = "rename a directory with a file in it, then into another directory"},
    {.name = "directory_into_itself",
     .group = SHAPE_EXTENDED,
     .summary = "rename a directory into its own child, which must be refused"},
    {.name = "replace_empty_directory",
     .group = SHAPE_EXTENDED,
     .summary = "rename a directory onto an empty one"},
    {.name = "replace_full_directory",
     .group = SHAPE_EXTENDED,
     .summary = "rename a directory onto one that is not empty, which must be refused"},
    {.name = "file_over_directory",
     .group = SHAPE_EXTENDED,
     .summary = "rename a file onto a directory, which must be refused"},
    {.name = "directory_over_file",
     .group = SHAPE_EXTENDED,
     .summary = "rename a directory onto a file, which must be refused"},
    {.name = "identity",
     .group = SHAPE_EXTENDED,
     .summary = "rename a file and a directory onto themselves"},
    {.name = "case_only",
     .group = SHAPE_EXTENDED,
     .summary = "change nothing but the case of a name"},
    {.name = "dot_names",
     .group = SHAPE_EXTENDED,
     .summary = "rename from or to . and .., which must be refused"},
    {.name = "trailing_slash", .group = SHAPE_EXTENDED, .summary = "names that end in a slash"},
    {.name = "missing_source",
     .group = SHAPE_EXTENDED,
     .summary = "rename what is not there, also onto what is"},
    {.name = "missing_parent",
     .group = SHAPE_EXTENDED,
     .summary = "rename to and from directories that are not there"},
    {.name = "longest_name",
     .group = SHAPE_EXTENDED,
     .summary = "rename to the longest names that there are"},
    {.name = "too_long_name",
     .group = SHAPE_EXTENDED,
     .summary = "rename to a name of one byte too many, which must be refused"},
    {.name = "illegal_names",
     .group = SHAPE_EXTENDED,
     .summary = "rename to names that FAT can't store, and back"},
    {.name = "short_name_collisions",
     .group = SHAPE_EXTENDED,
     .summary = "long names that FAT shortens to the same 8.3 name"},
    {.name = "open_read_handle",
     .group = SHAPE_EXTENDED,
     .summary = "rename a file that is open for reading"},
    {.name = "open_write_handle",
     .group = SHAPE_EXTENDED,
     .summary = "rename a file between two writes to it"},
    {.name = "open_replaced_handle",
     .group = SHAPE_EXTENDED,
     .summary = "rename onto a file that is open"},
    {.name = "dirty_replaced_handle",
     .group = SHAPE_EXTENDED,
     .summary = "rename onto a file between two writes to it"},
    {.name = "rename_while_listing",
     .group = SHAPE_EXTENDED,
     .summary = "rename a file while its directory is being listed"},
    {.name = "directory_growth",
     .group = SHAPE_EXTENDED,
     .summary = "renames that make a directory grow over many clusters",
     .exhausts = true},
    {.name = "thousand_renames",
     .group = SHAPE_EXTENDED,
     .summary = "1,000 pyc writes in one directory",
     .exhausts = true},
    {.name = "full_disk",
     .group = SHAPE_EXTENDED,
     .summary = "rename into a directory that can't grow on a full disk",
     .exhausts = true},
    {.name = "full_directory",
     .group = SHAPE_EXTENDED,
     .summary = "rename into a directory that can't take another entry",
     .exhausts = true},
    {.name = "renameat_directory",
     .group = SHAPE_EXTENDED,
     .summary = "renameat relative to open directories"},
    {.name = "relative_names",
     .group = SHAPE_EXTENDED,
     .summary = "the pyc write with names relative to the working directory"},
    {.name = "unicode_names",
     .group = SHAPE_EXTENDED,
     .summary = "the pyc write of modules whose names are not ASCII"},
    {.name = "directory_into_empty_child",
     .group = SHAPE_EXTENDED,
     .summary = "rename a directory onto its own empty child, and the child onto it"},
    {.name = "missing_onto_itself",
     .group = SHAPE_EXTENDED,
     .summary = "rename what is not there onto itself"},
    {.name = "alias_name",
     .group = SHAPE_EXTENDED,
     .summary = "rename a file to the short name that FAT gave it, and back"},
    {.name = "large_pyc",
     .group = SHAPE_EXTENDED,
     .summary = "the pyc write of 1 MiB, then of 256 KiB onto it"},
    {.name = "open_file_in_moved_directory",
     .group = SHAPE_EXTENDED,
     .summary = "rename a directory in which files are open"},
    {.name = "open_sibling",
     .group = SHAPE_EXTENDED,
     .summary = "rename a file beside others that are open"},
    {.name = "write_after_rename",
     .group = SHAPE_EXTENDED,
     .summary = "write to a file under its new name"},
    {.name = "mode_and_times",
     .group = SHAPE_EXTENDED,
     .summary = "a file's mode and time after a rename"},
    {.name = "deep_path",
     .group = SHAPE_EXTENDED,
     .summary = "renames at the end of the longest path that there is"},
    {.name = "replace_baked_in",
     .group = SHAPE_EXTENDED,
     .summary = "the pyc write onto a file that was there before the guest started",
     .needs = "baked_file"},
    {.name = "across_mounts",
     .group = SHAPE_EXTENDED,
     .summary = "rename to another mount, which must be refused",
     .needs = "second_mount"},
    /* CPython's own rename. The version in the pyc's name is the guest's. */
    {.name = "implicit_import",
     .group = SHAPE_EXTENDED,
     .summary = "CPython imports a module and renames its bytecode into place; twice",
     .scenario = "implicit-import",
     .python_flags = "-S",
     .scenario_renames = 2,
     .directories = {{"", "m"}, {"m", "__pycache__/m.py"}, {"m/__pycache__", "m.cpython-*.pyc"}}},
    {.name = "implicit_import_b",
     .group = SHAPE_EXTENDED,
     .summary = "the same import with -B: nothing may be renamed",
     .scenario = "implicit-import",
     .python_flags = "-BS",
     .scenario_renames = 0,
     .directories = {{"", "m"}, {"m", "m.py"}}},
};

const size_t shape_count = sizeof shapes / sizeof shapes[0];

const struct shape *shape_find(const char *name)
{
    for (size_t i = 0; i < shape_count; i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    return NULL;
}

const struct shape *shape_find_control(const char *name)
{
    const struct shape *shape = shape_find(name);
    return shape != NULL && shape->group == SHAPE_CONTROL ? shape : NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

const char *control_fault(const json_t *cell)
{
    const struct shape *control = shape_find_control(text_of(cell, "shape"));
    if (control == NULL)
        return "is no control that this tool knows";
    if (verdict_of(cell) != control->expected_verdict)
        return "did not get its verdict";
    const char *state = text_of(json_object_get(cell, "evidence"), "state");
    return control->expected_evidence == NULL || strcmp(state, control->expected_evidence) == 0
               ? NULL
               : "its evidence is not of what it does";
}

size_t shape_renames(const struct shape *shape)
{
    size_t count = 0;
    while (count < sizeof shape->renames / sizeof shape->renames[0] &&
           shape->renames[count].from != NULL)
        count++;
    return count;
}

const char *shape_missing_need(const struct shape *shape)
{
    if (strcmp(shape->needs, "baked_file") == 0)
        return "the target offers no baked_file: it puts no file there before the guest starts";
    return "the target offers no second_mount: there is no other one to rename to";
}

bool shape_is_script(const struct shape *shape)
{
    return shape->scenario != NULL;
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
