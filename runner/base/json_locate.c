/* SPDX-License-Identifier: MIT */
#include "base/json_locate.h"

#include "base/cleanup.h"

#include <jansson.h>
#include <stdint.h>
#include <string.h>

struct scan {
    const char *text;
    size_t length;
};

static bool at_end(const struct scan *scan, size_t at)
{
    return at >= scan->length;
}

static size_t skip_space(const struct scan *scan, size_t at)
{
    while (!at_end(scan, at) && strchr(" \t\r\n", scan->text[at]) != NULL)
        at++;
    return at;
}

/** `at` is an opening quote; returns the offset after the closing one. */
static size_t skip_string(const struct scan *scan, size_t at)
{
    for (at++; !at_end(scan, at) && scan->text[at] != '"'; at++)
        if (scan->text[at] == '\\')
            at++;
    return at_end(scan, at) ? scan->length : at + 1;
}

static size_t skip_value(const struct scan *scan, size_t at)
{
    size_t depth = 0;
    while (!at_end(scan, at)) {
        char byte = scan->text[at];
        if (byte == '"') {
            at = skip_string(scan, at);
            if (depth == 0)
                return at;
            continue;
        }
        if (depth == 0 && strchr(",]} \t\r\n", byte) != NULL)
            return at;
        if (byte == '{' || byte == '[')
            depth++;
        if ((byte == '}' || byte == ']') && --depth == 0)
            return at + 1;
        at++;
    }
    return at;
}

/** Compares one reference token, in which ~1 is a slash and ~0 a tilde, with a key's bytes. */
static bool token_equals(const char *token, size_t length, const char *key, size_t key_length)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++, used++) {
        char byte = token[i];
        if (byte == '~' && i + 1 < length)
            byte = token[++i] == '1' ? '/' : '~';
        if (used >= key_length || key[used] != byte)
            return false;
    }
    return used == key_length;
}

/** `at` is the opening quote of a key in the text. */
static bool key_matches(const struct scan *scan, size_t at, size_t end, const char *token,
                        size_t token_length)
{
    const char *raw = scan->text + at;
    size_t raw_length = end - at;
    if (raw_length < 2)
        return false;
    if (memchr(raw, '\\', raw_length) == NULL)
        return token_equals(token, token_length, raw + 1, raw_length - 2);
    CLEANUP_JSON json_t *decoded = json_loadb(raw, raw_length, JSON_DECODE_ANY, NULL);
    return json_is_string(decoded) && token_equals(token, token_length, json_string_value(decoded),
                                                   json_string_length(decoded));
}

/** `at` is the brace of an object. */
static bool find_member(const struct scan *scan, size_t at, const char *token, size_t token_length,
                        struct json_place *place)
{
    at = skip_space(scan, at + 1);
    while (!at_end(scan, at) && scan->text[at] == '"') {
        size_t key_end = skip_string(scan, at);
        size_t value = skip_space(scan, key_end);
        value = skip_space(scan, value + 1); /* behind the colon */
        if (at_end(scan, value))
            return false;
        if (key_matches(scan, at, key_end, token, token_length)) {
            place->key = at;
            place->value = value;
            return true;
        }
        at = skip_space(scan, skip_value(scan, value));
        at = skip_space(scan, at + 1); /* behind the comma */
    }
    return false;
}

/** `at` is the bracket of an array. */
static bool find_element(const struct scan *scan, size_t at, const char *token, size_t token_length,
                         struct json_place *place)
{
    size_t wanted = 0;
    for (size_t i = 0; i < token_length; i++) {
        if (token[i] < '0' || token[i] > '9' || wanted > SIZE_MAX / 16)
            return false;
        wanted = wanted * 10 + (size_t)(token[i] - '0');
    }
    at = skip_space(scan, at + 1);
    for (size_t index = 0; !at_end(scan, at) && scan->text[at] != ']'; index++) {
        if (index == wanted) {
            place->key = at;
            place->value = at;
            return true;
        }
        at = skip_space(scan, skip_value(scan, at));
        if (at_end(scan, at) || scan->text[at] != ',')
            return false;
        at = skip_space(scan, at + 1);
    }
    return false;
}

bool json_locate(const char *text, size_t length, const char *pointer, struct json_place *place)
{
    const struct scan scan = {.text = text, .length = length};
    place->value = skip_space(&scan, 0);
    place->key = place->value;
    while (*pointer == '/') {
        const char *token = pointer + 1;
        size_t token_length = strcspn(token, "/");
        if (at_end(&scan, place->value))
            return false;
        bool found = false;
        if (text[place->value] == '{')
            found = find_member(&scan, place->value, token, token_length, place);
        else if (text[place->value] == '[')
            found = find_element(&scan, place->value, token, token_length, place);
        if (!found)
            return false;
        pointer = token + token_length;
    }
    return *pointer == '\0';
}

void json_line_and_column(const char *text, size_t length, size_t offset, size_t *line,
                          size_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < length; i++) {
        bool continues_character = ((unsigned char)text[i] & 0xc0) == 0x80;
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (!continues_character) {
            ++*column;
        }
    }
}

size_t json_nesting(const char *text, size_t length, size_t limit, size_t *offset)
{
    const struct scan scan = {.text = text, .length = length};
    size_t depth = 0;
    size_t deepest = 0;
    for (size_t at = 0; at < length;) {
        if (text[at] == '"') {
            at = skip_string(&scan, at);
            continue;
        }
        if (text[at] == '{' || text[at] == '[')
            depth++;
        else if ((text[at] == '}' || text[at] == ']') && depth > 0)
            depth--;
        if (depth > deepest)
            deepest = depth;
        if (deepest > limit) {
            *offset = at;
            return deepest;
        }
        at++;
    }
    return deepest;
}
