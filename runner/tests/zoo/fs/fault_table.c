/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <string.h>

/*
 * The zoo's table: every fault, what it does, and what the oracle must say of it, shape by shape in
 * the order of enum shape. A fault that by its nature cannot show in a shape is expected to pass
 * there: that the oracle does not cry wolf is half of what the table tests.
 */

#define EVERY_SHAPE(expectation)                                                                   \
    {                                                                                              \
        expectation, expectation, expectation, expectation, expectation, expectation               \
    }
/* clang-format off */
#define PASS              { .verdict = "pass" }
#define HANG              { .verdict = "hang", .call = "rename" }
#define HANG_ATTEMPT(n)   { .verdict = "hang", .call = "rename", .attempt = (n) }
#define STALL(name)       { .verdict = "stall", .call = (name) }
#define FAIL              { .verdict = "fail" }
#define FAIL_LOSS         { .verdict = "fail", .loss = true }
#define FAIL_ERRNO(name)  { .verdict = "fail", .call = "rename", .error = (name) }
#define CONTRADICTION     { .verdict = "error" }
/* clang-format on */

static const char *const shape_names[SHAPE_COUNT] = {
    [SHAPE_TMP_ROOT_SIBLING] = "tmp_root_sibling", [SHAPE_SUBDIR_SIBLING] = "subdir_sibling",
    [SHAPE_REPLACE_EXISTING] = "replace_existing", [SHAPE_PYCACHE_REPLACE] = "pycache_replace",
    [SHAPE_CROSS_DIRECTORY] = "cross_directory",   [SHAPE_SUBDIR_TO_ROOT] = "subdir_to_root",
};

static const struct fault faults[] = {
    {
        .name = "none",
        .what = "passes everything through",
        .operation = "none",
        .expected = EVERY_SHAPE(PASS),
    },
    {
        .name = "rename-hangs",
        .what = "rename never answers",
        .operation = "rename",
        .isolated = true,
        .expected = EVERY_SHAPE(HANG),
        .rename = rename_never,
    },
    {
        .name = "rename-hangs-in-subdirectory",
        .what = "rename never answers when a name is below the work directory's own level",
        .operation = "rename",
        .isolated = true,
        .expected = {PASS, HANG, HANG, HANG, HANG, HANG},
        .rename = rename_never_in_subdirectory,
    },
    {
        .name = "rename-hangs-for-pycache",
        .what = "rename never answers for a destination in a __pycache__",
        .operation = "rename",
        .expected = {PASS, PASS, PASS, HANG, PASS, PASS},
        .rename = rename_never_for_pycache,
    },
    {
        /* Alone on its mount: it holds the one lock that the kernel has for all renames of a file
         * system that go from one directory to another. */
        .name = "rename-hangs-into-y",
        .what = "rename never answers for a destination in a directory named y",
        .operation = "rename",
        .isolated = true,
        .expected = {PASS, PASS, PASS, PASS, HANG, PASS},
        .rename = rename_never_into_y,
    },
    {
        /* pycache_replace: its second rename is onto a stale file. */
        .name = "rename-hangs-onto-existing",
        .what = "rename never answers when the destination exists",
        .operation = "rename",
        .expected = {PASS, PASS, HANG, HANG, PASS, PASS},
        .rename = rename_never_onto_existing,
    },
    {
        /* Only pycache_replace renames twice. */
        .name = "rename-hangs-second-time",
        .what = "the second rename in a work directory never answers",
        .operation = "rename",
        .expected = {PASS, PASS, PASS, HANG, PASS, PASS},
        .rename = rename_never_second_time,
    },
    {
        /* One attempt is one rename, the fifth attempt the fifth; pycache_replace renames twice,
         * which makes the fifth rename the first of its third attempt, and there will be nine. */
        .name = "rename-hangs-one-in",
        .what = "one rename in so many never answers, over all of the file system",
        .operation = "rename",
        .parameter = "5",
        .attempts = 5,
        .isolated = true,
        .expected = {HANG_ATTEMPT(5), HANG_ATTEMPT(5), HANG_ATTEMPT(5), HANG_ATTEMPT(3),
                     HANG_ATTEMPT(5), HANG_ATTEMPT(5)},
        .rename = rename_never_one_in,
    },
    {
        .name = "rename-done-unanswered",
        .what = "rename is done and its answer never comes",
        .operation = "rename",
        .isolated = true,
        .expected = EVERY_SHAPE(HANG),
        .rename = rename_done_never_answered,
    },
    {
        /* Slow but right; the test's step budget is longer than this. */
        .name = "rename-late",
        .what = "rename answers rightly after so many milliseconds",
        .operation = "rename",
        .isolated = true,
        .parameter = "3000",
        .expected = EVERY_SHAPE(PASS),
        .rename = rename_late,
    },
    {
        .name = "rename-eexist",
        .what = "rename is refused with EEXIST",
        .operation = "rename",
        .parameter = "17",
        .expected = EVERY_SHAPE(FAIL_ERRNO("EEXIST")),
        .rename = rename_refused,
    },
    {
        .name = "rename-enotsup",
        .what = "rename is refused with ENOTSUP",
        .operation = "rename",
        .parameter = "95",
        .expected = EVERY_SHAPE(FAIL_ERRNO("ENOTSUP")),
        .rename = rename_refused,
    },
    {
        .name = "rename-eio",
        .what = "rename is refused with EIO",
        .operation = "rename",
        .parameter = "5",
        .expected = EVERY_SHAPE(FAIL_ERRNO("EIO")),
        .rename = rename_refused,
    },
    {
        .name = "rename-einval",
        .what = "rename is refused with EINVAL",
        .operation = "rename",
        .parameter = "22",
        .expected = EVERY_SHAPE(FAIL_ERRNO("EINVAL")),
        .rename = rename_refused,
    },
    {
        .name = "rename-does-nothing",
        .what = "rename answers 0 and does nothing",
        .operation = "rename",
        .expected = EVERY_SHAPE(FAIL),
        .rename = rename_not_at_all,
    },
    {
        .name = "rename-copies",
        .what = "rename copies and keeps the source",
        .operation = "rename",
        .expected = EVERY_SHAPE(FAIL),
        .rename = rename_copying,
    },
    {
        /* All names and bytes are right, only it was no rename: another file is there. */
        .name = "rename-copies-and-removes",
        .what = "rename copies and removes the source",
        .operation = "rename",
        .judged_outside = true,
        .expected = EVERY_SHAPE(CONTRADICTION),
        .rename = rename_copying_and_removing,
    },
    {
        .name = "rename-removes-both",
        .what = "rename removes the source and the destination",
        .operation = "rename",
        .expected = EVERY_SHAPE(FAIL_LOSS),
        .rename = rename_removing_both,
    },
    {
        /* Without an old file there is no old content to leave. */
        .name = "rename-keeps-old-content",
        .what = "rename removes the source and leaves the old content under an existing new name",
        .operation = "rename",
        .expected = {PASS, PASS, FAIL_LOSS, FAIL_LOSS, PASS, PASS},
        .rename = rename_keeping_old_content,
    },
    {
        .name = "rename-truncates",
        .what = "rename leaves half of the content",
        .operation = "rename",
        .expected = EVERY_SHAPE(FAIL_LOSS),
        .rename = rename_truncating,
    },
    {
        .name = "rename-corrupts",
        .what = "rename changes one bit of the content",
        .operation = "rename",
        .expected = EVERY_SHAPE(FAIL_LOSS),
        .rename = rename_corrupting,
    },
    {
        /* With one name there is nothing to swap. */
        .name = "rename-swaps",
        .what = "rename swaps the two names when both exist",
        .operation = "rename",
        .expected = {PASS, PASS, FAIL, FAIL, PASS, PASS},
        .rename = rename_swapping,
    },
    {
        .name = "rename-wrong-directory",
        .what = "rename puts the new name one directory too high",
        .operation = "rename",
        .expected = EVERY_SHAPE(FAIL_LOSS),
        .rename = rename_into_wrong_directory,
    },
    {
        .name = "rename-leaves-old-name-listed",
        .what = "a listing shows the old name although it is gone",
        .operation = "readdir",
        .expected = EVERY_SHAPE(FAIL),
        .ghost = list_old_name,
    },
    {
        /* The probe sees a rename that worked; whoever looks from outside does not. */
        .name = "rename-hidden-from-others",
        .what = "the new name exists for the process that renamed and for nobody else",
        .operation = "getattr",
        .judged_outside = true,
        .expected = EVERY_SHAPE(CONTRADICTION),
        .hide = hide_new_name_from_others,
    },
    {
        /* The probe sees its own rename late; what is there a second look later was not lost. */
        .name = "rename-shown-late",
        .what = "the new name of a rename is there only after so many milliseconds",
        .operation = "getattr",
        .parameter = "2000",
        .expected = EVERY_SHAPE(FAIL),
        .hide = hide_new_name_for_a_time,
    },
    {
        /* It is late without any rename, so nothing can be said about one. */
        .name = "writes-shown-late",
        .what = "a file is empty for so many milliseconds after it was written",
        .operation = "getattr, read",
        .parameter = "2000",
        .expected = EVERY_SHAPE(CONTRADICTION),
        .pretend = pretend_not_written,
        .blind = read_nothing_yet,
    },
    {
        .name = "entries-listed-late",
        .what = "a listing lacks for so many milliseconds what was made or changed",
        .operation = "readdir",
        .parameter = "2000",
        .expected = EVERY_SHAPE(CONTRADICTION),
        .hide = list_late,
    },
    {
        /* Who asks for nothing by name before the file is closed is told nothing wrong. */
        .name = "sizes-kept",
        .what = "a size that was asked for before close is kept for so many milliseconds",
        .operation = "getattr",
        .parameter = "2000",
        .expected = EVERY_SHAPE(PASS),
        .pretend = pretend_old_size,
    },
    {
        /* It looks like a copy in the place of the file, and says that it may be no more than that.
         */
        .name = "inodes-numbered-by-name",
        .what = "the number of an inode comes from the file's name",
        .operation = "getattr",
        .judged_outside = true,
        .expected = EVERY_SHAPE(CONTRADICTION),
        .pretend = pretend_number_of_name,
    },
    {
        .name = "names-end-early",
        .what = "a name has so many bytes at most",
        .operation = "getattr, create, mkdir, rename",
        .parameter = "30",
        .expected = EVERY_SHAPE(PASS),
        .refuse = refuse_long_names,
    },
    {
        /* CPython's temporary name has 28. */
        .name = "names-too-short",
        .what = "a name has so many bytes at most, and a pyc's temporary one has more",
        .operation = "getattr, create, mkdir, rename",
        .parameter = "27",
        .expected = {PASS, PASS, PASS, CONTRADICTION, PASS, PASS},
        .refuse = refuse_long_names,
    },
    {
        /* Only pycache_replace makes a file after a rename: the set-up of its second one. */
        .name = "full-after-rename",
        .what = "no file can be made any more once a rename was answered",
        .operation = "create",
        .expected = {PASS, PASS, PASS, CONTRADICTION, PASS, PASS},
        .refuse = refuse_create_after_rename,
    },
    {
        /* Every shape makes its file as CPython does. It is a stall: rename was never reached. */
        .name = "create-excl-hangs",
        .what = "create with O_EXCL never answers",
        .operation = "create",
        .expected = EVERY_SHAPE(STALL("open")),
        .enter = hang_create_excl,
    },
    {
        .name = "write-hangs",
        .what = "write never answers",
        .operation = "write",
        .expected = EVERY_SHAPE(STALL("write")),
        .enter = hang_write,
    },
    {
        /* For disk images: a FAT entry of the file "b", which no probe writes as content. */
        .name = "write-hangs-on-bytes",
        .what = "a write that holds the given bytes (hexadecimal) never answers",
        .operation = "write",
        .parameter = "4220202020202020202020",
        .expected = EVERY_SHAPE(PASS),
        .enter = hang_write_of_bytes,
    },
    {
        .name = "close-hangs",
        .what = "close never answers",
        .operation = "flush",
        .expected = EVERY_SHAPE(STALL("close")),
        .enter = hang_flush,
    },
    {
        .name = "stat-hangs-after-rename",
        .what = "stat never answers once a rename was answered",
        .operation = "getattr",
        .expected = EVERY_SHAPE(STALL("stat")),
        .enter = hang_stat_after_rename,
    },
    {
        .name = "read-hangs-after-rename",
        .what = "read never answers once a rename was answered",
        .operation = "read",
        .expected = EVERY_SHAPE(STALL("read")),
        .enter = hang_read_after_rename,
    },
    {
        .name = "readdir-hangs-after-rename",
        .what = "readdir never answers once a rename was answered",
        .operation = "readdir",
        .expected = EVERY_SHAPE(STALL("readdir")),
        .enter = hang_readdir_after_rename,
    },
    {
        .name = "all-hang-after-rename",
        .what = "nothing answers any more once a rename was answered",
        .operation = "all",
        .expected = EVERY_SHAPE(STALL("stat")),
        .enter = hang_all_after_rename,
    },
    {
        .name = "all-silent-after-renames",
        .what = "nothing of the whole file system answers any more after so many renames",
        .operation = "all",
        .parameter = "1",
        .isolated = true,
        .expected = EVERY_SHAPE(STALL("stat")),
        .rename = rename_until_silent,
        .enter = hang_once_silent,
    },
    {
        .name = "unlink-late",
        .what = "unlink answers rightly after so many milliseconds",
        .operation = "unlink",
        .parameter = "300",
        .expected = EVERY_SHAPE(PASS),
        .enter = late_unlink,
    },
    {
        /* The kernel answers for the dead daemon: rename returns an error, so it is a `fail`. */
        .name = "daemon-dies",
        .what = "the daemon aborts in mid-rename",
        .operation = "rename",
        .isolated = true,
        .expected = EVERY_SHAPE(FAIL_ERRNO("ECONNABORTED")),
        .rename = rename_and_die,
    },
    {
        /* Nobody tells the kernel, because another process holds the connection: the call is out
         * for ever although the process that should answer has ended. */
        .name = "daemon-dies-silently",
        .what = "the daemon aborts in mid-rename and its connection stays open",
        .operation = "rename",
        .isolated = true,
        .silent_death = true,
        .expected = EVERY_SHAPE(HANG),
        .rename = rename_and_die,
    },
};

#define FAULT_COUNT (sizeof faults / sizeof faults[0])

const struct fault *fault_find(const char *name, size_t length)
{
    for (size_t index = 0; index < FAULT_COUNT; index++)
        if (strlen(faults[index].name) == length && strncmp(faults[index].name, name, length) == 0)
            return &faults[index];
    return NULL;
}

static json_t *expectations_json(const struct fault *fault)
{
    json_t *all = json_object();
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        const struct expectation *one = &fault->expected[shape];
        (void)json_object_set_new(all, shape_names[shape],
                                  json_pack("{s:s, s:s?, s:s?, s:b, s:i}", "verdict", one->verdict,
                                            "call", one->call, "error", one->error, "loss",
                                            one->loss, "attempt", one->attempt));
    }
    return all;
}

json_t *fault_table_json(void)
{
    json_t *shapes = json_array();
    for (int shape = 0; shape < SHAPE_COUNT; shape++)
        (void)json_array_append_new(shapes, json_string(shape_names[shape]));
    json_t *all = json_array();
    for (size_t index = 0; index < FAULT_COUNT; index++) {
        const struct fault *fault = &faults[index];
        (void)json_array_append_new(
            all, json_pack("{s:s, s:s, s:s, s:s?, s:i, s:b, s:b, s:o}", "name", fault->name, "what",
                           fault->what, "operation", fault->operation, "parameter",
                           fault->parameter, "attempts", fault->attempts > 0 ? fault->attempts : 1,
                           "isolated", fault->isolated, "judged_outside", fault->judged_outside,
                           "expected", expectations_json(fault)));
    }
    return json_pack("{s:o, s:o}", "shapes", shapes, "faults", all);
}
