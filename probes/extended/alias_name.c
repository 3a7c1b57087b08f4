/* SPDX-License-Identifier: MIT */
/*
 * alias_name: D/k/a_long_name.txt -> D/k/A_LONG~1.TXT, and back
 *
 * POSIX: two different names; the new one holds the file. FAT: the second is the short name that
 * the file has besides its long one, so that both name the same entry: success, and either name
 * holds the file. An implementation that removes the destination first removes the file: data is
 * lost when it is under neither name. Whether the short name led to the file before is noted.
 *
 * Holds for each: rename returns 0; the bytes are under the new name; D/k lists one entry.
 * Left behind with --keep: D/k with a_long_name.txt (on FAT by either name).
 */
#include "scene.h"

#include "steps.h"

#define LONG "k/a_long_name.txt"
#define ALIAS "k/A_LONG~1.TXT"

static void rename_alias(const char *from, const char *to, struct content source)
{
    if (!story_goes_on())
        return;
    (void)attempt(from, to, "0", 0);
    check_survives("file_kept", to, source, from);
    check_entry_count("k", 1);
}

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    struct stat status;
    if (begin_story(argc, argv, "alias_name", "k") != 0)
        return PROBE_USAGE;
    make_directory("k");
    make_file(LONG, source);
    if (!story_goes_on())
        return end_story();
    int has_alias = step_stat(full_path(ALIAS), &status) == 0;
    start_line("note", "alias");
    add_unsigned("leads_to_file", (unsigned long long)has_alias);
    send_line();
    rename_alias(LONG, ALIAS, source);
    rename_alias(ALIAS, LONG, source);
    return end_story();
}
