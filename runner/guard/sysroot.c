/* SPDX-License-Identifier: MIT */
#include "guard/sysroot.h"

#include "base/cleanup.h"
#include "base/data_dir.h"
#include "base/files.h"
#include "guard/recording_format.h"
#include "process/lifetime.h"

#include <errno.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* The scratch directory, where the guardian can read it. */
struct made {
    atomic_bool named; /* the path is all there, which must not be read before */
    char path[PATH_MAX];
};

static struct made *made;

static int write_file(const char *path, const char *text, struct error *error)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return error_set_errno(error, errno, path, "cannot make");
    bool written = fputs(text, file) != EOF;
    if (fclose(file) != 0 || !written)
        return error_set_errno(error, errno, path, "cannot write");
    return 0;
}

static int make_directory(const char *path, struct error *error)
{
    return mkdir(path, 0755) == 0 ? 0 : error_set_errno(error, errno, path, "cannot make");
}

/* Copies all of `source`, and `mark` behind it. Returns false with errno set. */
static bool copy_stream(FILE *source, FILE *target, const char *mark)
{
    char block[16384];
    size_t length = 0;
    while ((length = fread(block, 1, sizeof block, source)) > 0)
        if (fwrite(block, 1, length, target) != length)
            return false;
    return ferror(source) == 0 && fputs(mark, target) != EOF && fflush(target) == 0 &&
           fchmod(fileno(target), 0755) == 0;
}

static int copy_to(FILE *source, const char *to, const char *mark, struct error *error)
{
    CLEANUP_FILE FILE *target = fopen(to, "wxe");
    if (target == NULL || !copy_stream(source, target, mark))
        return error_set_errno(error, errno, to, "cannot make a copy");
    return 0;
}

static int copy_program(const char *from, const char *to, const char *mark, struct error *error)
{
    CLEANUP_FILE FILE *source = fopen(from, "re");
    if (source == NULL)
        return error_set_errno(error, errno, from, "cannot read");
    return copy_to(source, to, mark, error);
}

static void remove_made(const void *context)
{
    (void)context;
    if (atomic_load(&made->named))
        (void)remove_tree(made->path, NULL);
}

int scratch_begin_lifetime(bool keep, struct error *error)
{
    made = mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a guardian");
    return lifetime_begin(keep ? NULL : remove_made, NULL, error);
}

static int forget_scratch(struct scratch *scratch)
{
    atomic_store(&made->named, false);
    scratch->path[0] = '\0';
    return -1;
}

static int make_scratch_directory(struct scratch *scratch, struct error *error)
{
    static struct made own;
    const char *base = getenv("TMPDIR");
    made = made == NULL ? &own : made;
    if (path_format(made->path, sizeof made->path, error, "%s/tmp.XXXXXXXXXX",
                    base == NULL || base[0] == '\0' ? "/tmp" : base) != 0)
        return -1;
    atomic_store(&made->named, true);
    if (mkdtemp(made->path) == NULL) { /* in place: who is killed in it has left the name */
        (void)error_set_errno(error, errno, made->path, "cannot make a scratch directory");
        return forget_scratch(scratch);
    }
    /* The canonical path, so that a program's can be compared with it. */
    if (realpath(made->path, scratch->path) != NULL)
        return 0;
    (void)error_set_errno(error, errno, made->path, "cannot find the scratch directory");
    (void)rmdir(made->path);
    return forget_scratch(scratch);
}

static int install_programs(struct scratch *scratch, const char *recorder, struct error *error)
{
    char found[PATH_MAX];
    if (recorder == NULL && data_path(found, sizeof found, "guard-recorder", error) != 0)
        return -1;
    const char *from = recorder == NULL ? found : recorder;
    if (path_format(scratch->recorder, sizeof scratch->recorder, error, "%s/nanvixd.elf",
                    scratch->path) != 0 ||
        path_format(scratch->interpreter, sizeof scratch->interpreter, error, "%s/python3.12",
                    scratch->path) != 0 ||
        copy_program(from, scratch->recorder, "", error) != 0 ||
        copy_program(from, scratch->interpreter, RECORDER_INTERPRETER_MARK, error) != 0)
        return -1;
    if (access(scratch->recorder, X_OK) != 0)
        return error_set_errno(error, errno, scratch->path,
                               "no program can be started here (noexec?); set TMPDIR to a "
                               "directory where one can");
    return 0;
}

int scratch_make(struct scratch *scratch, const char *recorder, struct error *error)
{
    *scratch = (struct scratch){0};
    if (make_scratch_directory(scratch, error) != 0)
        return -1;
    if (install_programs(scratch, recorder, error) == 0)
        return 0;
    (void)scratch_remove(scratch, NULL);
    return -1;
}

int scratch_remove(struct scratch *scratch, struct error *error)
{
    if (scratch->path[0] == '\0')
        return 0;
    int failed = remove_tree(scratch->path, error);
    (void)forget_scratch(scratch);
    return failed;
}

static int name_paths(struct sysroot *sysroot, const struct scratch *scratch, const char *name,
                      struct error *error)
{
    const char *room = sysroot->room;
    if (path_format(sysroot->room, PATH_MAX, error, "%s/%s", scratch->path, name) != 0 ||
        path_format(sysroot->directory, PATH_MAX, error, "%s/sysroot", room) != 0 ||
        path_format(sysroot->tools, PATH_MAX, error, "%s/tools", room) != 0 ||
        path_format(sysroot->temporary, PATH_MAX, error, "%s/tmp/", room) != 0)
        return -1;
    return 0;
}

static int make_directories(const struct sysroot *sysroot, struct error *error)
{
    static const char *const names[] = {"",
                                        "/home",
                                        "/tmp",
                                        "/tools",
                                        "/sysroot",
                                        "/sysroot/bin",
                                        "/sysroot/lib",
                                        "/sysroot/tmp",
                                        "/sysroot/logs"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_MAX];
        if (path_format(path, sizeof path, error, "%s%s", sysroot->room, names[i]) != 0 ||
            make_directory(path, error) != 0)
            return -1;
    }
    return 0;
}

/* The copies that one room has of the two programs; its further tools are links to them. */
struct copies {
    char recorder[PATH_MAX];
    char interpreter[PATH_MAX];
};

static int make_tool(const char *path, const char *program, char *copy, struct error *error)
{
    if (copy[0] == '\0') {
        (void)snprintf(copy, PATH_MAX, "%s", path);
        return copy_program(program, path, "", error);
    }
    return link(copy, path) == 0 ? 0 : error_set_errno(error, errno, path, "cannot make a link");
}

static int make_tools(const char *directory, const struct scratch *scratch, enum tool_set set,
                      struct copies *copies, struct error *error)
{
    for (const struct tool *tool = guard_tools; tool->name != NULL; tool++) {
        if ((tool->sets & 1U << set) == 0)
            continue;
        char path[PATH_MAX];
        bool interpreter = tool->kind == TOOL_INTERPRETER;
        if (path_format(path, sizeof path, error, "%s/%s", directory, tool->name) != 0 ||
            make_tool(path, interpreter ? scratch->interpreter : scratch->recorder,
                      interpreter ? copies->interpreter : copies->recorder, error) != 0)
            return -1;
    }
    return 0;
}

static int write_room_file(const struct sysroot *sysroot, const char *name, const char *text,
                           struct error *error)
{
    char path[PATH_MAX];
    if (path_format(path, sizeof path, error, "%s/%s", sysroot->room, name) != 0)
        return -1;
    return write_file(path, text, error);
}

static int write_files(const struct sysroot *sysroot, const struct guard_mode *mode,
                       struct error *error)
{
    if (write_room_file(sysroot, "sysroot/run-regrtest.py", "# runs in the guest\n", error) != 0 ||
        write_room_file(sysroot, "sysroot/rootfs.img", "", error) != 0)
        return -1;
    if (mode->manifest == NULL)
        return 0;
    char manifest[128];
    (void)snprintf(manifest, sizeof manifest, "{\"deployment_mode\": \"%s\"}\n", mode->manifest);
    return write_room_file(sysroot, "sysroot/manifest.json", manifest, error);
}

int sysroot_make(struct sysroot *sysroot, const struct scratch *scratch, const char *name,
                 const struct guard_mode *mode, const struct guard_scenario *scenario,
                 struct error *error)
{
    *sysroot = (struct sysroot){0};
    char bin[PATH_MAX];
    struct copies copies = {.recorder = ""};
    if (name_paths(sysroot, scratch, name, error) != 0 ||
        path_format(bin, sizeof bin, error, "%s/bin", sysroot->directory) != 0 ||
        make_directories(sysroot, error) != 0 ||
        make_tools(bin, scratch, scenario->tools, &copies, error) != 0 ||
        make_tools(sysroot->tools, scratch, scenario->tools, &copies, error) != 0)
        return -1;
    return write_files(sysroot, mode, error);
}

int sysroot_remove(struct sysroot *sysroot, struct error *error)
{
    return sysroot->room[0] == '\0' ? 0 : remove_tree(sysroot->room, error);
}

/* Sets "K=V" in a list in which every variable stands once. */
static int set_variable(struct string_list *list, const char *setting)
{
    size_t name_length = strcspn(setting, "=") + 1;
    for (size_t i = 0; i < list->count; i++) {
        if (strncmp(list->items[i], setting, name_length) != 0)
            continue;
        char *copy = strdup(setting);
        if (copy == NULL)
            return -1;
        free(list->items[i]);
        list->items[i] = copy;
        return 0;
    }
    return string_list_add(list, setting);
}

/* A setting with {sysroot} and {tools} replaced; NULL when memory ran out. */
static char *expand(const struct sysroot *sysroot, const char *setting)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL)
        return NULL;
    while (*setting != '\0') {
        if (strncmp(setting, "{tools}", 7) == 0) {
            (void)fputs(sysroot->tools, stream);
            setting += 7;
        } else if (strncmp(setting, "{sysroot}", 9) == 0) {
            (void)fputs(sysroot->directory, stream);
            setting += 9;
        } else {
            (void)fputc(*setting++, stream);
        }
    }
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static int set_expanded(struct string_list *list, const struct sysroot *sysroot, size_t count,
                        const char *const *settings)
{
    for (size_t i = 0; i < count; i++) {
        CLEANUP_FREE char *setting = expand(sysroot, settings[i]);
        if (setting == NULL || set_variable(list, setting) != 0)
            return -1;
    }
    return 0;
}

int sysroot_environment(const struct sysroot *sysroot, const struct guard_mode *mode,
                        bool writing_elsewhere, size_t extra_count, const char *const *extra,
                        struct string_list *out, struct error *error)
{
    size_t mode_count = 0;
    while (mode->environment[mode_count] != NULL)
        mode_count++;
    const struct passwd *user = getpwuid(geteuid());
    const char *name = user == NULL ? "user" : user->pw_name;
    if (string_list_add(out, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin") ||
        string_list_add_format(out, "HOME=%s/home", sysroot->room) ||
        string_list_add_format(out, "TMPDIR=%s/tmp", sysroot->room) ||
        (writing_elsewhere &&
         string_list_add_format(out, "PYTHONPYCACHEPREFIX=%s/home/pycache", sysroot->room)) ||
        string_list_add_format(out, "USER=%s", name) ||
        string_list_add_format(out, "LOGNAME=%s", name) || string_list_add(out, "LANG=C.UTF-8") ||
        string_list_add(out, "TERM=dumb") || string_list_add(out, "NANVIX_TEST_BATCH_SIZE=4") ||
        set_expanded(out, sysroot, mode_count, mode->environment) ||
        set_expanded(out, sysroot, extra_count, extra))
        return error_set(error, ERROR_MEMORY, NULL, "no memory for the harness's environment");
    return 0;
}
