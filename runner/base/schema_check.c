/* SPDX-License-Identifier: MIT */
#include "base/schema_check.h"

#include "base/nearest.h"

#include <stdarg.h>
#include <string.h>

/** References that lead to references end somewhere, or the schema is circular. */
#define DEPTH_LIMIT (4 * JSON_DEPTH_LIMIT)

/** The way from the root to the value at hand, as a chain of stack frames. */
struct trail {
    const struct trail *parent;
    const char *key; /* NULL in an array */
    size_t index;
    unsigned depth;
};

struct checker {
    const struct json_source *source;
    struct error *error;
    bool quiet;  /* an alternative is being tried: a violation is an answer, not a complaint */
    bool broken; /* memory ran out or the schema is wrong: no answer at all */
};

static int check(struct checker *checker, const struct schema_node *node, json_t *value,
                 const struct trail *trail);

static int break_off(struct checker *checker, enum error_code code, const char *what)
{
    checker->broken = true;
    return error_set(checker->error, code, checker->source->path, "%s", what);
}

/** Writes "~0" and "~1" for the two characters that are special in a JSON pointer. */
static void print_token(FILE *stream, const char *key)
{
    for (; *key != '\0'; key++) {
        if (*key == '~' || *key == '/')
            (void)fputs(*key == '~' ? "~0" : "~1", stream);
        else
            (void)fputc(*key, stream);
    }
}

static void print_trail(FILE *stream, const struct trail *trail)
{
    if (trail->parent == NULL)
        return;
    print_trail(stream, trail->parent);
    (void)fputc('/', stream);
    if (trail->key != NULL)
        print_token(stream, trail->key);
    else
        (void)fprintf(stream, "%zu", trail->index);
}

/** The JSON pointer of a trail, to be freed; NULL when memory ran out. */
static char *trail_pointer(const struct trail *trail)
{
    char *pointer = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&pointer, &length);
    if (stream == NULL)
        return NULL;
    print_trail(stream, trail);
    bool failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed) {
        free(pointer);
        return NULL;
    }
    return pointer;
}

static int violation(struct checker *checker, const struct trail *trail, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int violation(struct checker *checker, const struct trail *trail, const char *format, ...)
{
    if (checker->quiet)
        return -1;
    CLEANUP_FREE char *pointer = trail_pointer(trail);
    if (pointer == NULL)
        return break_off(checker, ERROR_MEMORY, "out of memory while checking against a schema");
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const char *name = pointer[0] == '\0' ? "the document" : pointer;
    return json_source_fail(checker->source, pointer, checker->error, "%.200s: %s", name, what);
}

static unsigned type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return SCHEMA_OBJECT;
    case JSON_ARRAY:
        return SCHEMA_ARRAY;
    case JSON_STRING:
        return SCHEMA_STRING;
    case JSON_INTEGER:
        return SCHEMA_INTEGER;
    case JSON_REAL:
        return SCHEMA_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return SCHEMA_BOOLEAN;
    case JSON_NULL:
    default:
        return SCHEMA_NULL;
    }
}

static const char *name_of_types(unsigned types)
{
    switch (types) {
    case SCHEMA_NULL:
        return "null";
    case SCHEMA_BOOLEAN:
        return "true or false";
    case SCHEMA_INTEGER:
        return "a whole number";
    case SCHEMA_REAL:
    case SCHEMA_INTEGER | SCHEMA_REAL:
        return "a number";
    case SCHEMA_STRING:
        return "a string";
    case SCHEMA_ARRAY:
        return "an array";
    case SCHEMA_OBJECT:
        return "an object";
    case SCHEMA_OBJECT | SCHEMA_NULL:
        return "an object or null";
    case SCHEMA_STRING | SCHEMA_NULL:
        return "a string or null";
    case SCHEMA_INTEGER | SCHEMA_NULL:
        return "a whole number or null";
    case SCHEMA_INTEGER | SCHEMA_REAL | SCHEMA_NULL:
        return "a number or null";
    default:
        return "something else";
    }
}

static int check_choices(struct checker *checker, const struct schema_node *node, json_t *value,
                         const struct trail *trail)
{
    size_t index = 0;
    json_t *choice = NULL;
    json_array_foreach(node->choices, index, choice)
        if (json_equal(choice, value) != 0)
            return 0;
    CLEANUP_FREE char *list = checker->quiet ? NULL : json_dumps(node->choices, JSON_ENCODE_ANY);
    return violation(checker, trail, "must be one of %s",
                     list != NULL ? list : "the listed values");
}

static int check_constant(struct checker *checker, const struct schema_node *node, json_t *value,
                          const struct trail *trail)
{
    if (json_equal(node->constant, value) != 0)
        return 0;
    CLEANUP_FREE char *wanted = checker->quiet ? NULL : json_dumps(node->constant, JSON_ENCODE_ANY);
    if (wanted == NULL || !json_is_string(value))
        return violation(checker, trail, "must be %s", wanted != NULL ? wanted : "another value");
    /* What is there says most where it is another version's document. */
    CLEANUP_FREE char *found = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    return violation(checker, trail, "must be %s, not %.80s", wanted,
                     found != NULL ? found : "what it is");
}

static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static int check_string(struct checker *checker, const struct schema_node *node, json_t *value,
                        const struct trail *trail)
{
    const char *text = json_string_value(value);
    if (node->has_pattern) {
        int problem = regexec(&node->pattern, text, 0, NULL, 0);
        if (problem != 0 && problem != REG_NOMATCH)
            return break_off(checker, ERROR_MEMORY, "out of memory while matching a pattern");
        if (problem != 0)
            return violation(checker, trail, "must have the form %s", node->pattern_text);
    }
    if (node->min_length == 0 && node->max_length == SIZE_MAX)
        return 0;
    size_t length = count_characters(text);
    if (length == 0 && node->min_length > 0)
        return violation(checker, trail, "must not be empty");
    if (length < node->min_length || length > node->max_length)
        return violation(checker, trail, "must be %zu to %zu characters long", node->min_length,
                         node->max_length);
    return 0;
}

static int check_number(struct checker *checker, const struct schema_node *node, json_t *value,
                        const struct trail *trail)
{
    double number = json_number_value(value);
    if (number < node->minimum)
        return violation(checker, trail, "must be at least %.15g", node->minimum);
    if (number > node->maximum)
        return violation(checker, trail, "must be at most %.15g", node->maximum);
    return 0;
}

static int check_array(struct checker *checker, const struct schema_node *node, json_t *value,
                       const struct trail *trail)
{
    size_t count = json_array_size(value);
    if (count < node->min_items || count > node->max_items)
        return violation(checker, trail, "must have %s items, has %zu",
                         count < node->min_items ? "more" : "fewer", count);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach(value, index, item) {
        struct trail step = {.parent = trail, .index = index, .depth = trail->depth + 1};
        if (node->items != NULL && check(checker, node->items, item, &step) != 0)
            return -1;
        for (size_t other = 0; node->unique_items && other < index; other++)
            if (json_equal(json_array_get(value, other), item) != 0)
                return violation(checker, &step, "stands in the list twice");
    }
    return 0;
}

static int report_missing(struct checker *checker, const struct schema_node *node, uint64_t missing,
                          const struct trail *trail)
{
    size_t index = 0;
    while ((missing >> index & 1U) == 0)
        index++;
    return violation(checker, trail, "the key \"%s\" is missing", node->properties[index].key);
}

static int report_unknown_key(struct checker *checker, const struct schema_node *node,
                              const struct trail *step)
{
    if (checker->quiet)
        return -1;
    CLEANUP_FREE char *pointer = trail_pointer(step);
    if (pointer == NULL)
        return break_off(checker, ERROR_MEMORY, "out of memory while checking against a schema");
    struct nearest nearest = {.word = step->key};
    for (size_t i = 0; i < node->property_count; i++)
        nearest_offer(&nearest, node->properties[i].key);
    return json_source_fail_at_key(checker->source, pointer, checker->error,
                                   "%.200s: unknown key; remove it or correct its spelling%s",
                                   pointer, nearest.hint);
}

static int check_name(struct checker *checker, const struct schema_node *node,
                      const struct trail *step)
{
    CLEANUP_JSON json_t *name = json_string(step->key);
    if (name == NULL)
        return break_off(checker, ERROR_MEMORY, "out of memory while checking against a schema");
    return check(checker, node, name, step);
}

static int check_object(struct checker *checker, const struct schema_node *node, json_t *value,
                        const struct trail *trail)
{
    uint64_t seen = 0;
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(value, key, member) {
        struct trail step = {.parent = trail, .key = key, .depth = trail->depth + 1};
        size_t at = 0;
        while (at < node->property_count && strcmp(node->properties[at].key, key) != 0)
            at++;
        const struct schema_node *next = node->additional;
        if (at < node->property_count) {
            next = node->properties[at].node;
            seen |= UINT64_C(1) << at;
        } else if (node->closed) {
            return report_unknown_key(checker, node, &step);
        }
        if (node->property_names != NULL && check_name(checker, node->property_names, &step) != 0)
            return -1;
        if (next != NULL && check(checker, next, member, &step) != 0)
            return -1;
    }
    uint64_t missing = node->required & ~seen;
    return missing == 0 ? 0 : report_missing(checker, node, missing, trail);
}

/** Which alternative the writer probably meant, so that its violation is the one that is told. */
static const struct schema_node *alternative_meant(const struct schema_node *node, unsigned type)
{
    for (size_t i = 0; i < node->alternative_count; i++) {
        const struct schema_node *choice = node->alternatives[i];
        unsigned types = choice->reference != NULL ? choice->reference->types : choice->types;
        if ((types & type) != 0)
            return choice;
    }
    return NULL;
}

static int check_alternatives(struct checker *checker, const struct schema_node *node,
                              json_t *value, const struct trail *trail)
{
    bool was_quiet = checker->quiet;
    size_t matches = 0;
    checker->quiet = true;
    for (size_t i = 0; i < node->alternative_count; i++) {
        if (check(checker, node->alternatives[i], value, trail) == 0)
            matches++;
        if (checker->broken)
            return -1;
    }
    checker->quiet = was_quiet;
    if (matches == 1)
        return 0;
    const struct schema_node *meant = alternative_meant(node, type_of(value));
    if (matches == 0 && meant != NULL)
        return check(checker, meant, value, trail);
    return violation(checker, trail, "must match exactly one of the %zu forms allowed",
                     node->alternative_count);
}

static int check_by_type(struct checker *checker, const struct schema_node *node, json_t *value,
                         const struct trail *trail)
{
    unsigned type = type_of(value);
    if ((node->types & type) == 0)
        return violation(checker, trail, "must be %s", name_of_types(node->types));
    if (type == SCHEMA_STRING)
        return check_string(checker, node, value, trail);
    if (type == SCHEMA_INTEGER || type == SCHEMA_REAL)
        return check_number(checker, node, value, trail);
    if (type == SCHEMA_ARRAY)
        return check_array(checker, node, value, trail);
    return type == SCHEMA_OBJECT ? check_object(checker, node, value, trail) : 0;
}

static int check(struct checker *checker, const struct schema_node *node, json_t *value,
                 const struct trail *trail)
{
    if (trail->depth > DEPTH_LIMIT)
        return break_off(checker, ERROR_INTERNAL, "the built-in schema is circular");
    if (node->constant != NULL && check_constant(checker, node, value, trail) != 0)
        return -1;
    if (node->choices != NULL && check_choices(checker, node, value, trail) != 0)
        return -1;
    if (check_by_type(checker, node, value, trail) != 0)
        return -1;
    if (node->alternatives != NULL && check_alternatives(checker, node, value, trail) != 0)
        return -1;
    if (node->reference == NULL)
        return 0;
    struct trail same = *trail;
    same.depth++;
    return check(checker, node->reference, value, &same);
}

int json_source_check_compiled(const struct json_source *source, const struct schema *schema,
                               struct error *error)
{
    struct checker checker = {.source = source, .error = error};
    const struct trail start = {0};
    return check(&checker, schema->root, source->root, &start);
}

int json_source_check(const struct json_source *source, const char *schema_text,
                      struct error *error)
{
    CLEANUP_SCHEMA struct schema schema = {0};
    if (schema_compile(&schema, schema_text, error) != 0)
        return -1;
    return json_source_check_compiled(source, &schema, error);
}
