/* SPDX-License-Identifier: MIT */
#include "guard/survey/survey.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "guard/modes.h"
#include "guard/survey/text.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { LEVELS = 3, FILES_MAX = 200, ENTRIES_MAX = 10000, FILE_SIZE_MAX = 1024 * 1024 };

/* One file of the harness's directory. */
struct source {
    char *name;    /* relative to that directory */
    char *text;    /* what of it comes before a NUL */
    char *imports; /* its lines that import something; NULL while it was not looked at for parts */
    bool part;     /* the harness, or named or imported by a part */
};

struct sources {
    struct source *items;
    size_t count;
    bool cut;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, NULL, "no memory for the text of the harness");
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static bool has_language(const char *name)
{
    return ends_with(name, ".py") || ends_with(name, ".sh") || ends_with(name, ".bash") ||
           ends_with(name, ".mk") || strncmp(name, "Makefile", 8) == 0;
}

static enum source_language language_of(const struct source *source)
{
    const char *name = last_component(source->name);
    if (ends_with(name, ".mk") || strncmp(name, "Makefile", 8) == 0)
        return SOURCE_MAKE;
    size_t first_line = strcspn(source->text, "\n");
    const char *python = strstr(source->text, "python");
    bool named = source->text[0] == '#' && source->text[1] == '!' && python != NULL &&
                 python < source->text + first_line;
    return named || ends_with(name, ".py") ? SOURCE_PYTHON : SOURCE_SHELL;
}

/* The text of a regular file of a sane size; NULL with errno set, to 0 for any other file. */
static char *read_text(const char *path)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return NULL;
    errno = 0;
    if (!S_ISREG(status.st_mode) || status.st_size > FILE_SIZE_MAX)
        return NULL;
    char *text = malloc((size_t)status.st_size + 1);
    ssize_t length = text == NULL ? -1 : read(fd, text, (size_t)status.st_size);
    if (length < 0) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

/* Adds a file; a text without a known ending counts only as a script. Takes `text` over. */
static int add_source(struct sources *sources, const char *name, char *text, bool part)
{
    struct source *items = reallocarray(sources->items, sources->count + 1, sizeof *items);
    char *copy = strdup(name);
    if (items != NULL)
        sources->items = items;
    if (items == NULL || copy == NULL) {
        free(copy);
        free(text);
        return -1;
    }
    items[sources->count++] = (struct source){.name = copy, .text = text, .part = part};
    return 0;
}

static int take_entry(struct sources *sources, const FTSENT *entry, const char *directory,
                      const char *harness)
{
    const char *name = entry->fts_name;
    bool plain = strchr(name, '.') == NULL;
    if (entry->fts_info != FTS_F || strcmp(entry->fts_path, harness) == 0 ||
        (!plain && !has_language(name)))
        return 0;
    char *text = read_text(entry->fts_path);
    if (text == NULL)
        return errno == ENOMEM ? -1 : 0;
    if (!has_language(name) && strncmp(text, "#!", 2) != 0) {
        free(text);
        return 0;
    }
    return add_source(sources, entry->fts_path + strlen(directory) + 1, text, false);
}

static int by_name(const FTSENT **one, const FTSENT **other)
{
    return strcmp((*one)->fts_name, (*other)->fts_name);
}

static int read_directory(struct sources *sources, char *directory, const char *harness)
{
    char *const roots[] = {directory, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, by_name);
    if (walk == NULL)
        return errno == ENOMEM ? -1 : 0;
    int failed = 0;
    size_t seen = 0;
    for (FTSENT *entry = NULL; failed == 0 && (entry = fts_read(walk)) != NULL;) {
        if (++seen > ENTRIES_MAX || sources->count >= FILES_MAX) {
            sources->cut = true;
            break;
        }
        bool hidden = entry->fts_level > 0 && entry->fts_name[0] == '.';
        if (entry->fts_info == FTS_D && (hidden || entry->fts_level > LEVELS))
            (void)fts_set(walk, entry, FTS_SKIP);
        else
            failed = take_entry(sources, entry, directory, harness);
    }
    (void)fts_close(walk);
    return failed;
}

/* Keeps the lines of a Python text in which something is imported. */
static int keep_imports(struct source *source)
{
    size_t used = 0;
    source->imports = calloc(1, strlen(source->text) + 2);
    if (source->imports == NULL)
        return -1;
    for (const char *line = source->text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        const char *word = strstr(line, "import");
        if (word != NULL && word < line + length) {
            memcpy(source->imports + used, line, length);
            used += length;
            source->imports[used++] = '\n';
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    return 0;
}

/* Whether a line names every part of the path of a Python file, as an import has to. */
static bool imports_path(const char *line, const char *path)
{
    char copy[PATH_MAX];
    (void)snprintf(copy, sizeof copy, "%.*s", (int)(strlen(path) - 3), path);
    char *rest = NULL;
    for (char *word = strtok_r(copy, "/", &rest); word != NULL; word = strtok_r(NULL, "/", &rest))
        if (strcmp(word, "__init__") != 0 && !text_has_word(line, word))
            return false;
    return true;
}

/* The path of a file as one of another file's directory would write it. */
static const char *path_from(const struct source *part, const char *path)
{
    size_t directory = strlen(part->name) - strlen(last_component(part->name));
    return strncmp(path, part->name, directory) == 0 ? path + directory : path;
}

static bool imports(const struct source *part, const char *path)
{
    for (const char *line = part->imports; *line != '\0';) {
        char copy[512];
        size_t length = strcspn(line, "\n");
        (void)snprintf(copy, sizeof copy, "%.*s", (int)length, line);
        if (imports_path(copy, path) || imports_path(copy, path_from(part, path)))
            return true;
        line += length + 1;
    }
    return false;
}

/* Whether a part says the name of a file or imports it. A name without an ending is a common word
 * as often as not, so that it has to stand behind a '/'. */
static bool refers_to(const struct source *part, const char *path)
{
    char name[NAME_MAX + 2];
    const char *last = last_component(path);
    (void)snprintf(name, sizeof name, "%s%s", strchr(last, '.') == NULL ? "/" : "", last);
    if (text_has_word(part->text, name))
        return true;
    return ends_with(last, ".py") && language_of(part) == SOURCE_PYTHON && imports(part, path);
}

static int add_parts_of(struct sources *sources, struct source *part)
{
    if (keep_imports(part) != 0)
        return -1;
    for (size_t i = 0; i < sources->count; i++) {
        struct source *source = &sources->items[i];
        source->part = source->part || refers_to(part, source->name);
    }
    return 0;
}

/* Looks from each part for others, until no part is left from which nobody looked. */
static int find_parts(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        struct source *source = &sources->items[i];
        if (!source->part || source->imports != NULL)
            continue;
        if (add_parts_of(sources, source) != 0)
            return -1;
        i = (size_t)-1; /* one that stands before it may have become a part */
    }
    return 0;
}

static bool is_known_module(const char *module)
{
    for (const char *const *known = guard_module_names; *known != NULL; known++)
        if (strcmp(*known, module) == 0)
            return true;
    return false;
}

/* The limit that a guest puts on each of its tests is not the harness's. */
static bool is_limit(const char *variable)
{
    return strcasestr(variable, "timeout") != NULL && strcmp(variable, "REGRTEST_TIMEOUT") != 0;
}

static int merge(struct string_list *list, const struct string_list *more,
                 bool (*wanted)(const char *name))
{
    for (size_t i = 0; i < more->count; i++) {
        const char *name = more->items[i];
        if ((wanted == NULL || wanted(name)) && !string_list_has(list, name) &&
            string_list_add(list, name) != 0)
            return -1;
    }
    return 0;
}

static bool is_new_module(const char *module)
{
    return !is_known_module(module);
}

static int survey_part(const struct source *source, struct harness_survey *survey)
{
    struct text_names names = {.built = false};
    int failed = survey_text(source->text, language_of(source), &names);
    if (failed == 0 && (merge(&survey->variables, &names.variables, NULL) != 0 ||
                        merge(&survey->limits, &names.variables, is_limit) != 0 ||
                        merge(&survey->options, &names.options, NULL) != 0 ||
                        merge(&survey->modules, &names.modules, is_new_module) != 0))
        failed = -1;
    survey->built = survey->built || names.built;
    survey->uses_timeout = survey->uses_timeout || text_uses_timeout_program(source->text);
    survey->names_kvm = survey->names_kvm || strstr(source->text, "/dev/kvm") != NULL;
    survey->asks_for_terminal = survey->asks_for_terminal || text_asks_for_terminal(source->text);
    survey->asks_for_system = survey->asks_for_system || text_asks_for_system(source->text);
    text_names_free(&names);
    return failed;
}

static int survey_source(const struct source *source, struct harness_survey *survey)
{
    if (source->part && survey_part(source, survey) != 0)
        return -1;
    size_t line = text_line_of_start(source->text);
    if (line == 0 || (!source->part && strcasestr(source->text, "python") == NULL))
        return 0;
    return string_list_add_format(source->part ? &survey->own_starts : &survey->other_starts,
                                  "%s:%zu", source->name, line);
}

static void free_sources(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        free(sources->items[i].name);
        free(sources->items[i].text);
        free(sources->items[i].imports);
    }
    free(sources->items);
}

static int read_sources(const char *harness, struct sources *sources, bool *unread,
                        struct error *error)
{
    char directory[PATH_MAX];
    if (path_format(directory, sizeof directory, error, "%s", harness) != 0)
        return -1;
    *strrchr(directory, '/') = '\0';
    char *text = read_text(harness);
    *unread = text == NULL;
    if (text == NULL && errno == 0)
        return 0;
    if (text == NULL)
        return error_set_errno(error, errno, harness, "cannot read the harness");
    if (add_source(sources, last_component(harness), text, true) != 0 ||
        (directory[0] != '\0' && read_directory(sources, directory, harness) != 0))
        return out_of_memory(error);
    return 0;
}

int harness_survey(const char *harness, struct harness_survey *survey, struct error *error)
{
    *survey = (struct harness_survey){.built = false};
    struct sources sources = {.items = NULL};
    int failed = read_sources(harness, &sources, &survey->unread, error);
    if (failed == 0 && find_parts(&sources) != 0)
        failed = out_of_memory(error);
    survey->cut = sources.cut;
    for (size_t i = 0; i < sources.count && failed == 0; i++)
        if (survey_source(&sources.items[i], survey) != 0)
            failed = out_of_memory(error);
    free_sources(&sources);
    if (failed != 0)
        harness_survey_free(survey);
    return failed;
}

void harness_survey_free(struct harness_survey *survey)
{
    string_list_free(&survey->variables);
    string_list_free(&survey->limits);
    string_list_free(&survey->modules);
    string_list_free(&survey->options);
    string_list_free(&survey->own_starts);
    string_list_free(&survey->other_starts);
    *survey = (struct harness_survey){.built = false};
}
