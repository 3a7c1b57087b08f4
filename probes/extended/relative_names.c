/* SPDX-License-Identifier: MIT */
/*
 * relative_names: CPython's pyc write with names relative to the working directory
 *
 * `python -m compileall .` and py_compile rename __pycache__/NAME.NUMBER to __pycache__/NAME below
 * wherever they stand; with one ".." and one "." on the way, too. All other shapes have absolute
 * names. POSIX: a relative name is looked up in the working directory. FAT does not differ; a guest
 * whose calls are served by its host has to know where it stands, and a file that is looked up
 * elsewhere may turn up elsewhere. Data is lost when the bytes are under neither absolute name.
 *
 * Holds, in D/m: __pycache__/t -> __pycache__/f, with none there and onto it, then onto it as
 * ../m/__pycache__/t -> ./__pycache__/f: each returns 0; the absolute old name is gone, the
 * absolute new one has the bytes; the directories list nothing else.
 * Left behind with --keep: D/m with m.py, D/m/__pycache__ with f, the third content.
 */
#include "scene.h"

#include "steps.h"

#include <errno.h>
#include <unistd.h>

#define CACHE "m/__pycache__"
#define FINAL CACHE "/m.cpython-312.pyc"
#define TEMPORARY FINAL ".3075982816"

static void go_to(const char *name)
{
    const char *path = full_path(name);
    start_line("enter", "chdir");
    add_text("path", path);
    send_line();
    errno = 0;
    int result = chdir(path);
    int error = errno;
    leave_call("chdir", result, error);
    if (result != 0)
        report_failed_call("setup_chdir", error);
}

static void rename_relative(struct content content, const char *from, const char *to)
{
    write_file(TEMPORARY, content);
    if (!story_goes_on())
        return;
    may_leave(TEMPORARY, 0);
    may_leave(FINAL, 0);
    tell_about_rename();
    check_answer(step_rename(from, to) == 0 ? 0 : errno, "0");
    check_absent("old_gone", TEMPORARY);
    check_survives("new_bytes", FINAL, content, TEMPORARY);
}

int main(int argc, char **argv)
{
    static const char final[] = "__pycache__/m.cpython-312.pyc";
    static const char temporary[] = "__pycache__/m.cpython-312.pyc.3075982816";
    static const struct listing cache = {CACHE, "m.cpython-312.pyc"};
    static const struct listing module = {"m", "m.py __pycache__"};
    if (begin_story(argc, argv, "relative_names", "m") != 0)
        return PROBE_USAGE;
    make_module();
    if (!story_goes_on())
        return end_story();
    go_to("m");
    rename_relative((struct content){"first", 5000}, temporary, final);
    rename_relative((struct content){"second", 3000}, temporary, final);
    rename_relative((struct content){"third", 4000},
                    "../m/__pycache__/m.cpython-312.pyc.3075982816",
                    "./__pycache__/m.cpython-312.pyc");
    if (story_goes_on()) {
        check_listing(&cache);
        check_listing(&module);
    }
    go_to("."); /* not every system lets go of a directory that somebody stands in */
    return end_story();
}
