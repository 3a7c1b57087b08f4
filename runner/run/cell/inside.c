/* SPDX-License-Identifier: MIT */
#include "run/cell/inside.h"

#include "base/cleanup.h"

#include <string.h>

/* A guest tells twice a second, of a few tasks; one that floods pushes its own words out. */
enum { LINES_KEPT = 64, FRAMES_MAX = 40 };

struct inside_lines {
    uint64_t count;
    struct {
        uint64_t heard_ns;
        char text[sizeof((struct inside *)0)->line];
    } all[LINES_KEPT];
};

static void keep(struct inside *inside, const char *text, uint64_t now_ns)
{
    if (inside->lines == NULL && (inside->lines = calloc(1, sizeof *inside->lines)) == NULL)
        return;
    size_t at = inside->lines->count++ % LINES_KEPT;
    inside->lines->all[at].heard_ns = now_ns;
    memcpy(inside->lines->all[at].text, text, strlen(text) + 1);
}

static void end_line(struct inside *inside, const char *nonce, uint64_t now_ns)
{
    static const char prefix[] = INSIDE_PREFIX;
    size_t nonce_length = strlen(nonce);
    char *rest = inside->line + sizeof prefix - 1;
    inside->line[inside->length] = '\0';
    if (inside->length > sizeof prefix - 1 + nonce_length &&
        strncmp(inside->line, prefix, sizeof prefix - 1) == 0 &&
        strncmp(rest, nonce, nonce_length) == 0 && rest[nonce_length] == ' ')
        keep(inside, rest + nonce_length + 1, now_ns);
    inside->length = 0;
}

void inside_feed(struct inside *inside, const char *nonce, const void *bytes, size_t length,
                 uint64_t now_ns)
{
    const char *rest = bytes;
    const char *end = rest + length;
    while (rest < end) {
        const char *stop = memchr(rest, '\n', (size_t)(end - rest));
        size_t piece = (size_t)((stop == NULL ? end : stop) - rest);
        size_t room = sizeof inside->line - 1 - inside->length;
        memcpy(inside->line + inside->length, rest, piece < room ? piece : room);
        inside->length += piece < room ? piece : room;
        if (stop != NULL)
            end_line(inside, nonce, now_ns);
        rest += piece + (stop != NULL ? 1 : 0);
    }
}

/* "COMMAND STATE FUNCTION..." */
static void describe(struct builder *builder, json_t *task, char *text)
{
    char *rest = text;
    const char *command = strsep(&rest, " ");
    const char *state = strsep(&rest, " ");
    build_text(builder, task, "comm", command);
    build_text(builder, task, "state", state == NULL ? "?" : state);
    json_t *stack = build_array_in(builder, task, "stack");
    for (int i = 0; rest != NULL && i < FRAMES_MAX; i++)
        build_next_text(builder, stack, strsep(&rest, " \r"));
}

static bool was_told_before(const struct inside_lines *lines, uint64_t first, uint64_t index)
{
    const char *text = lines->all[index % LINES_KEPT].text;
    for (uint64_t i = first; i < index; i++)
        if (strcmp(lines->all[i % LINES_KEPT].text, text) == 0)
            return true;
    return false;
}

json_t *inside_tell(const struct inside *inside, uint64_t since_ns, struct builder *builder)
{
    json_t *tasks = build_array(builder);
    const struct inside_lines *lines = inside->lines;
    uint64_t count = lines == NULL ? 0 : lines->count;
    uint64_t first = count > LINES_KEPT ? count - LINES_KEPT : 0;
    while (first < count && lines->all[first % LINES_KEPT].heard_ns < since_ns)
        first++;
    for (uint64_t i = first; i < count; i++) {
        char text[sizeof inside->line];
        if (was_told_before(lines, first, i))
            continue;
        memcpy(text, lines->all[i % LINES_KEPT].text, sizeof text);
        describe(builder, build_next_object(builder, tasks), text);
    }
    return tasks;
}

void inside_release(struct inside *inside)
{
    free(inside->lines);
    *inside = (struct inside){0};
}
