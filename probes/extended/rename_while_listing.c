/* SPDX-License-Identifier: MIT */
/*
 * rename_while_listing: a file of a directory is renamed while a readdir of it runs
 *
 * POSIX: whether the stream still shows the old name, or the new one, is open; every entry that was
 * not touched is listed exactly once. FAT: the new entry may lie before or behind the place where
 * the stream is. A stream that never ends is the hang that this shape is for.
 *
 * Holds: rename returns 0; the stream ends; each other name came exactly once; a fresh listing has
 * all files once.
 * Left behind with --keep: D/l with the files.
 */
#include "scene.h"

#include "steps.h"

#include <errno.h>
#include <string.h>

/* The last one, so that it most likely has not been listed when it is renamed. */
#define RENAMED "l/entry0039"

enum { FILES = 40, BEFORE_RENAME = 5, ENDLESS = 10 * FILES };

static unsigned seen[FILES];

/* Counts an entry; the renamed file and "." and ".." are nobody's business here. */
static void count_entry(const char *entry)
{
    static char name[NUMBERED_BYTES];
    for (unsigned i = 0; i < FILES; i++)
        if (strcmp(entry, numbered(name, "entry", i, "")) == 0)
            seen[i]++;
}

static void list_and_rename(void)
{
    static char name[NUMBERED_BYTES];
    unsigned entries = 0;
    struct dirent *entry = NULL;
    DIR *directory = step_opendir(full_path("l"));
    if (directory == NULL) {
        report_failed_call("setup_opendir", errno);
        return;
    }
    while (entries < ENDLESS && (entry = step_readdir(directory, full_path("l"))) != NULL) {
        count_entry(entry->d_name);
        if (++entries == BEFORE_RENAME) {
            const char *from = full_path(RENAMED);
            const char *to = full_path("l/renamed");
            tell_about_rename();
            check_answer(step_rename(from, to) == 0 ? 0 : errno, "0");
        }
    }
    const char *reads = entries < BEFORE_RENAME ? "setup_readdir" : "readdir";
    if (entry == NULL && (errno != 0 || entries < BEFORE_RENAME))
        report_failed_call(reads, errno);
    report_check("listing_ends", "end", entry == NULL ? NULL : "endless");
    if (step_closedir(directory, full_path("l")) != 0)
        report_failed_call("closedir", errno);
    unsigned long wrong = 0;
    const char *first = "";
    for (unsigned i = 0; i + 1 < FILES; i++)
        if (seen[i] != 1 && wrong++ == 0)
            first = numbered(name, "entry", i, "");
    report_sweep(wrong, first);
}

int main(int argc, char **argv)
{
    static char name[NUMBERED_BYTES];
    static const struct content small = {"file", 100};
    if (begin_story(argc, argv, "rename_while_listing", "l") != 0)
        return PROBE_USAGE;
    make_directory("l");
    for (unsigned i = 0; i < FILES && story_goes_on(); i++) {
        int error = write_swept(numbered(name, "l/entry", i, ""), small);
        if (error != 0)
            report_failed_call("setup_write", error);
        else if (i == 0)
            read_back(name, small);
    }
    if (story_goes_on())
        list_and_rename();
    if (!setup_broke()) {
        check_entry_count("l", FILES);
        check_survives("new_bytes", "l/renamed", small, RENAMED);
    }
    for (unsigned i = 0; i < FILES && !probe_keeps(); i++)
        remove_swept(numbered(name, "l/entry", i, ""));
    if (!probe_keeps())
        remove_swept("l/renamed");
    return end_story();
}
