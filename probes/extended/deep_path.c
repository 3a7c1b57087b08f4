/* SPDX-License-Identifier: MIT */
/*
 * deep_path: renames at the end of the longest path that there is
 *
 * Directories are made in each other, some with short names and then ones with long names (a server
 * that walks every path from its start makes each level dearer than the one before), until the next
 * one is refused for its path. How deep and long that became is noted. In the last one a file is
 * renamed, from there to D/c, and back. POSIX: PATH_MAX, 4,096 on Linux. FAT does not differ; an
 * implementation may walk a path by recursion, or copy it into a buffer that is shorter than what
 * it accepted. Data is lost when the bytes are under neither name.
 *
 * Holds for each: rename returns 0, the old name is gone, the new one has the bytes. Where fewer
 * than LEAST directories can be made, the set-up breaks.
 * Left behind with --keep: D/p with all that is in it.
 */
#include "scene.h"

#include "steps.h"

#include <errno.h>
#include <string.h>

enum { LEAST = 8, SHORT_LEVELS = 64, LONG = 100, MOST_BYTES = 4352 };

/* The deepest directory so far, and how long a name in it can be. */
static struct {
    char bytes[MOST_BYTES + 1];
    size_t length;
    size_t room;
    unsigned levels;
} deep = {.bytes = "p", .length = 1};

static char old_name[MOST_BYTES + 1];
static char new_name[MOST_BYTES + 1];

/* Makes a directory of so many bytes in the deepest one. Returns whether it is there. */
static int go_deeper(size_t bytes)
{
    if (!story_goes_on() || deep.length + 1 + bytes > MOST_BYTES)
        return 0;
    deep.bytes[deep.length] = '/';
    memset(deep.bytes + deep.length + 1, 'd', bytes);
    deep.bytes[deep.length + 1 + bytes] = '\0';
    if (step_mkdir(full_path(deep.bytes), 0755) == 0) {
        deep.length += 1 + bytes;
        deep.levels++;
        return 1;
    }
    if (!says_too_long(errno) && errno != ENOMEM) /* that is what Linux's hostfs says */
        report_failed_call("setup_mkdir", errno);
    deep.bytes[deep.length] = '\0';
    return 0;
}

/* Removes the deepest one. */
static void go_back(void)
{
    if (step_rmdir(full_path(deep.bytes)) != 0 && story_goes_on())
        report_failed_call("cleanup", errno);
    for (deep.room = 0; deep.bytes[--deep.length] != '/';)
        deep.room++;
    deep.bytes[deep.length] = '\0';
    deep.levels--;
}

static void dig(void)
{
    struct text got = {.length = 0};
    while (deep.levels < SHORT_LEVELS && go_deeper(1))
        ;
    for (size_t bytes = LONG; bytes > 0; bytes /= 2)
        while (go_deeper(bytes))
            ;
    text_add_unsigned(&got, deep.levels);
    if (story_goes_on() && deep.levels < LEAST)
        report_check("setup_depth", "deep", got.bytes);
    if (story_goes_on())
        go_back(); /* for the names of the files, which are as long */
    start_line("note", "deepest");
    add_unsigned("bytes", strlen(full_path(deep.bytes)) + 1 + deep.room);
    add_unsigned("levels", deep.levels);
    send_line();
}

static const char *name_in_deepest(char *out, char letter)
{
    memcpy(out, deep.bytes, deep.length);
    out[deep.length] = '/';
    memset(out + deep.length + 1, letter, deep.room);
    out[deep.length + 1 + deep.room] = '\0';
    return out;
}

static void move(const char *from, const char *to, struct content source)
{
    if (!story_goes_on())
        return;
    (void)attempt_unremembered(from, to, "0");
    check_absent("old_gone", from);
    check_survives("new_bytes", to, source, from);
}

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "p"};
    if (begin_story(argc, argv, "deep_path", "p c") != 0)
        return PROBE_USAGE;
    make_directory("p");
    dig();
    const char *old = name_in_deepest(old_name, 'a');
    const char *new = name_in_deepest(new_name, 'b');
    if (story_goes_on()) {
        int error = write_swept(old, source);
        if (error != 0)
            report_failed_call("setup_write", error);
    }
    if (story_goes_on())
        check_survives("setup_file", old, source, "");
    may_leave("c", 0);
    move(old, new, source);
    move(new, "c", source);
    move("c", old, source);
    if (story_goes_on())
        check_listing(&root);
    if (!probe_keeps()) {
        remove_swept(old);
        remove_swept(new);
        while (deep.levels > 0)
            go_back();
    }
    return end_story();
}
