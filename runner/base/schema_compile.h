/* SPDX-License-Identifier: MIT */
#ifndef RO_SCHEMA_COMPILE_H
#define RO_SCHEMA_COMPILE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A JSON Schema turned into nodes that a value is compared with; the inside of schema_check.h.
 * Compiling is also where a schema with a keyword that nobody implemented is refused.
 */
enum schema_type {
    SCHEMA_NULL = 1U << 0U,
    SCHEMA_BOOLEAN = 1U << 1U,
    SCHEMA_INTEGER = 1U << 2U,
    SCHEMA_REAL = 1U << 3U,
    SCHEMA_STRING = 1U << 4U,
    SCHEMA_ARRAY = 1U << 5U,
    SCHEMA_OBJECT = 1U << 6U,
    SCHEMA_ANY = (1U << 7U) - 1U,
};

/** One object schema lists at most so many properties, one bit each in `required`. */
#define SCHEMA_PROPERTY_LIMIT 64

struct schema_node;

struct schema_property {
    const char *key;
    struct schema_node *node;
};

struct schema_node {
    struct schema_node *next; /* all nodes of a schema form a list, for releasing them */
    struct schema_node *reference;
    unsigned types; /* of enum schema_type */
    const json_t *constant;
    const json_t *choices;
    bool has_pattern;
    regex_t pattern;
    const char *pattern_text;
    size_t min_length;
    size_t max_length;
    double minimum;
    double maximum;
    size_t min_items;
    size_t max_items;
    bool unique_items;
    struct schema_node *items;
    struct schema_property *properties;
    size_t property_count;
    uint64_t required;
    bool closed; /* additionalProperties: false */
    struct schema_node *additional;
    struct schema_node *property_names;
    struct schema_node **alternatives; /* oneOf */
    size_t alternative_count;
};

struct schema {
    json_t *text; /* what the nodes' strings and constants live in */
    struct schema_node *nodes;
    struct schema_node *root;
    struct schema_property *definitions;
    size_t definition_count;
};

#define CLEANUP_SCHEMA CLEANUP(schema_release)

/**
 * Compiles `text` into `schema`, to be released with schema_release also after a failure.
 * Returns 0, or -1 with ERROR_INTERNAL (the schema is wrong; `where` names the keyword) or
 * ERROR_MEMORY.
 */
int schema_compile(struct schema *schema, const char *text, struct error *error);

void schema_release(struct schema *schema);

#endif
