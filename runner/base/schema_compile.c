/* SPDX-License-Identifier: MIT */
#include "base/schema_compile.h"

#include "base/json_file.h"

#include <math.h>
#include <string.h>

struct compiler {
    struct schema *schema;
    struct error *error;
};

static struct schema_node *compile_node(struct compiler *compiler, json_t *definition);

static int refuse(struct compiler *compiler, const char *keyword, const char *what)
{
    return error_set(compiler->error, ERROR_INTERNAL, keyword, "the built-in schema %s", what);
}

static int out_of_memory(struct compiler *compiler)
{
    return error_set(compiler->error, ERROR_MEMORY, NULL, "out of memory in a schema");
}

static struct schema_node *new_node(struct compiler *compiler)
{
    struct schema_node *node = calloc(1, sizeof *node);
    if (node == NULL) {
        (void)out_of_memory(compiler);
        return NULL;
    }
    node->types = SCHEMA_ANY;
    node->max_length = SIZE_MAX;
    node->max_items = SIZE_MAX;
    node->minimum = -HUGE_VAL;
    node->maximum = HUGE_VAL;
    node->next = compiler->schema->nodes;
    compiler->schema->nodes = node;
    return node;
}

static int compile_nothing(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    (void)compiler;
    (void)node;
    (void)value;
    return 0;
}

static int compile_reference(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    static const char prefix[] = "#/$defs/";
    const char *target = json_string_value(value);
    if (target == NULL || strncmp(target, prefix, sizeof prefix - 1) != 0)
        return refuse(compiler, "$ref", "refers to something outside #/$defs/");
    for (size_t i = 0; i < compiler->schema->definition_count; i++) {
        if (strcmp(compiler->schema->definitions[i].key, target + sizeof prefix - 1) != 0)
            continue;
        node->reference = compiler->schema->definitions[i].node;
        return 0;
    }
    return refuse(compiler, target, "refers to a definition that is not there");
}

static unsigned type_of_name(const char *name)
{
    static const struct {
        const char *name;
        unsigned types;
    } known[] = {
        {"null", SCHEMA_NULL},       {"boolean", SCHEMA_BOOLEAN},
        {"integer", SCHEMA_INTEGER}, {"number", SCHEMA_INTEGER | SCHEMA_REAL},
        {"string", SCHEMA_STRING},   {"array", SCHEMA_ARRAY},
        {"object", SCHEMA_OBJECT},
    };
    for (size_t i = 0; name != NULL && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].types;
    return 0;
}

static int compile_type(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->types = type_of_name(json_string_value(value));
    size_t index = 0;
    json_t *name = NULL;
    json_array_foreach(value, index, name) {
        unsigned types = type_of_name(json_string_value(name));
        if (types == 0)
            return refuse(compiler, "type", "names a type that does not exist");
        node->types |= types;
    }
    return node->types != 0 ? 0 : refuse(compiler, "type", "names no type");
}

static int compile_constant(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    (void)compiler;
    node->constant = value;
    return 0;
}

static int compile_choices(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->choices = value;
    return json_array_size(value) > 0 ? 0 : refuse(compiler, "enum", "lists no choice");
}

/** Takes only what ECMA-262 and POSIX extended regular expressions read alike. */
static int compile_pattern(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    const char *text = json_string_value(value);
    if (text == NULL || strchr(text, '\\') != NULL || strstr(text, "(?") != NULL ||
        strstr(text, "[:") != NULL ||
        strstr(text, "?"
                     "?") != NULL ||
        strstr(text, "*?") != NULL || strstr(text, "+?") != NULL)
        return refuse(compiler, text, "has a pattern that POSIX reads differently");
    int problem = regcomp(&node->pattern, text, REG_EXTENDED | REG_NOSUB);
    if (problem == REG_ESPACE)
        return out_of_memory(compiler);
    if (problem != 0)
        return refuse(compiler, text, "has a pattern that is not one");
    node->has_pattern = true;
    node->pattern_text = text;
    return 0;
}

static int take_count(struct compiler *compiler, const char *keyword, const json_t *value,
                      size_t *count)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return refuse(compiler, keyword, "has a count that is not one");
    *count = (size_t)json_integer_value(value);
    return 0;
}

static int compile_min_length(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    return take_count(compiler, "minLength", value, &node->min_length);
}

static int compile_max_length(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    return take_count(compiler, "maxLength", value, &node->max_length);
}

static int compile_min_items(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    return take_count(compiler, "minItems", value, &node->min_items);
}

static int compile_max_items(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    return take_count(compiler, "maxItems", value, &node->max_items);
}

static int compile_minimum(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->minimum = json_number_value(value);
    return json_is_number(value) ? 0 : refuse(compiler, "minimum", "has a limit without a number");
}

static int compile_maximum(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->maximum = json_number_value(value);
    return json_is_number(value) ? 0 : refuse(compiler, "maximum", "has a limit without a number");
}

static int compile_unique_items(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->unique_items = json_is_true(value);
    return json_is_boolean(value) ? 0 : refuse(compiler, "uniqueItems", "is not a boolean");
}

static int compile_items(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->items = compile_node(compiler, value);
    return node->items != NULL ? 0 : -1;
}

static int compile_property_names(struct compiler *compiler, struct schema_node *node,
                                  json_t *value)
{
    node->property_names = compile_node(compiler, value);
    return node->property_names != NULL ? 0 : -1;
}

static int compile_additional(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->closed = json_is_false(value);
    if (json_is_boolean(value))
        return 0;
    node->additional = compile_node(compiler, value);
    return node->additional != NULL ? 0 : -1;
}

static int compile_properties(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    size_t count = json_object_size(value);
    if (!json_is_object(value) || count > SCHEMA_PROPERTY_LIMIT)
        return refuse(compiler, "properties", "lists too many properties, or none");
    node->properties = calloc(count + 1, sizeof *node->properties);
    if (node->properties == NULL)
        return out_of_memory(compiler);
    const char *key = NULL;
    json_t *definition = NULL;
    json_object_foreach(value, key, definition) {
        struct schema_property *property = &node->properties[node->property_count++];
        property->key = key;
        property->node = compile_node(compiler, definition);
        if (property->node == NULL)
            return -1;
    }
    return 0;
}

/** Runs after `properties`, whichever the schema has first. */
static int compile_required(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    size_t index = 0;
    json_t *name = NULL;
    json_array_foreach(value, index, name) {
        const char *key = json_string_value(name);
        size_t at = 0;
        while (key != NULL && at < node->property_count &&
               strcmp(node->properties[at].key, key) != 0)
            at++;
        if (key == NULL || at == node->property_count)
            return refuse(compiler, "required", "requires a key that it does not describe");
        node->required |= UINT64_C(1) << at;
    }
    return 0;
}

static int compile_one_of(struct compiler *compiler, struct schema_node *node, json_t *value)
{
    node->alternatives = calloc(json_array_size(value) + 1, sizeof(struct schema_node *));
    if (node->alternatives == NULL)
        return out_of_memory(compiler);
    size_t index = 0;
    json_t *definition = NULL;
    json_array_foreach(value, index, definition) {
        struct schema_node *alternative = compile_node(compiler, definition);
        if (alternative == NULL)
            return -1;
        node->alternatives[node->alternative_count++] = alternative;
    }
    return node->alternative_count > 0 ? 0 : refuse(compiler, "oneOf", "offers no alternative");
}

static const struct keyword {
    const char *name;
    int (*compile)(struct compiler *compiler, struct schema_node *node, json_t *value);
} keywords[] = {
    {"$schema", compile_nothing},
    {"$id", compile_nothing},
    {"$comment", compile_nothing},
    {"$defs", compile_nothing}, /* compiled first, see compile_definitions */
    {"title", compile_nothing},
    {"description", compile_nothing},
    {"$ref", compile_reference},
    {"type", compile_type},
    {"const", compile_constant},
    {"enum", compile_choices},
    {"pattern", compile_pattern},
    {"minLength", compile_min_length},
    {"maxLength", compile_max_length},
    {"minimum", compile_minimum},
    {"maximum", compile_maximum},
    {"minItems", compile_min_items},
    {"maxItems", compile_max_items},
    {"uniqueItems", compile_unique_items},
    {"items", compile_items},
    {"propertyNames", compile_property_names},
    {"additionalProperties", compile_additional},
    {"properties", compile_properties},
    {"required", compile_nothing}, /* compiled last, see compile_into */
    {"oneOf", compile_one_of},
};

static const struct keyword *find_keyword(const char *name)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strcmp(name, keywords[i].name) == 0)
            return &keywords[i];
    return NULL;
}

static int compile_into(struct compiler *compiler, struct schema_node *node, json_t *definition)
{
    if (!json_is_object(definition))
        return refuse(compiler, NULL, "has something in the place of a schema");
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(definition, name, value) {
        const struct keyword *keyword = find_keyword(name);
        if (keyword == NULL)
            return refuse(compiler, name, "uses a keyword that is not implemented");
        if (keyword->compile(compiler, node, value) != 0)
            return -1;
    }
    /* Comparing each item with each other is only affordable for short lists. */
    if (node->unique_items && node->max_items > 1000)
        return refuse(compiler, "uniqueItems", "needs maxItems of at most 1000 beside it");
    return compile_required(compiler, node, json_object_get(definition, "required"));
}

static struct schema_node *compile_node(struct compiler *compiler, json_t *definition)
{
    struct schema_node *node = new_node(compiler);
    if (node == NULL || compile_into(compiler, node, definition) != 0)
        return NULL;
    return node;
}

/** All nodes are made before the first is filled, so that definitions may refer to each other. */
static int compile_definitions(struct compiler *compiler, json_t *definitions)
{
    struct schema_property *slots = calloc(json_object_size(definitions) + 1, sizeof *slots);
    compiler->schema->definitions = slots;
    if (slots == NULL)
        return out_of_memory(compiler);
    size_t count = 0;
    const char *key = NULL;
    json_t *definition = NULL;
    json_object_foreach(definitions, key, definition) {
        slots[count].key = key;
        slots[count].node = new_node(compiler);
        if (slots[count].node == NULL)
            return -1;
        count++;
    }
    compiler->schema->definition_count = count;
    for (size_t i = 0; i < count; i++)
        if (compile_into(compiler, slots[i].node, json_object_get(definitions, slots[i].key)) != 0)
            return -1;
    return 0;
}

int schema_compile(struct schema *schema, const char *text, struct error *error)
{
    *schema = (struct schema){0};
    struct compiler compiler = {.schema = schema, .error = error};
    json_error_t problem;
    bool memory_ran_out = false;
    schema->text =
        json_parse(text, strlen(text), JSON_REJECT_DUPLICATES, &problem, &memory_ran_out);
    if (memory_ran_out)
        return out_of_memory(&compiler);
    if (schema->text == NULL)
        return refuse(&compiler, problem.text, "is not valid JSON");
    if (compile_definitions(&compiler, json_object_get(schema->text, "$defs")) != 0)
        return -1;
    schema->root = compile_node(&compiler, schema->text);
    return schema->root != NULL ? 0 : -1;
}

void schema_release(struct schema *schema)
{
    while (schema->nodes != NULL) {
        struct schema_node *node = schema->nodes;
        schema->nodes = node->next;
        if (node->has_pattern)
            regfree(&node->pattern);
        free(node->properties);
        free((void *)node->alternatives);
        free(node);
    }
    free(schema->definitions);
    json_decref(schema->text);
    *schema = (struct schema){0};
}
