/* SPDX-License-Identifier: MIT */
/*
 * Applies every single change to one file of a set that yields yes, gives the document a fresh and
 * right digest, as somebody would who means it, and prints the changes that keep the yes, one a
 * line: "POINTER CHANGE". What the gate makes of such a line is judged by test_mutations.py.
 * Changes without a fresh digest are tried here too, and have to leave the gate undecided.
 *
 * usage: gate_mutations DIRECTORY FILE NOW [weaker]; DIRECTORY holds standalone.json, single.json,
 * multi.json, upstream.json and criteria.json; with "weaker", --accept-weaker-criteria is given.
 */
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/version.h"
#include "gate/gate.h"

#include <string.h>
#include <sys/mman.h>

enum { POINTER_MAX = 512 };

struct bench {
    struct gate_options options;
    char *documents[3];
    json_t *root; /* of the file that is changed */
    int fd;       /* what the gate reads in its place */
    bool sealed;  /* the file carries a digest */
    unsigned long changes;
    unsigned long failures;
};

static void give_up(const char *what)
{
    (void)fprintf(stderr, "gate_mutations: %s\n", what);
    exit(2);
}

static enum gate_answer ask_gate(struct bench *bench)
{
    enum gate_answer answer = GATE_UNDECIDED;
    struct error error = ERROR_INIT;
    CLEANUP_JSON json_t *decision = NULL;
    (void)gate_decide(&bench->options, &answer, &decision, &error);
    return answer;
}

static void write_file(struct bench *bench)
{
    CLEANUP_FREE char *text = json_dumps(bench->root, JSON_COMPACT | JSON_REAL_PRECISION(15));
    if (text == NULL || ftruncate(bench->fd, 0) != 0 ||
        pwrite(bench->fd, text, strlen(text), 0) != (ssize_t)strlen(text))
        give_up("cannot write");
}

/** The careless way: the content changes, the digest stays. Every 16th change is tried so. */
static void try_unsealed(struct bench *bench, const char *pointer, const char *change)
{
    if (!bench->sealed || bench->changes % 16 != 0 || strcmp(pointer, "/digest") == 0)
        return;
    write_file(bench);
    if (ask_gate(bench) == GATE_UNDECIDED)
        return;
    (void)fprintf(stderr, "unsealed, and decided all the same: %s %s\n", pointer, change);
    bench->failures++;
}

/** The file is changed; what does the gate say? */
static void try_change(struct bench *bench, const char *pointer, const char *change)
{
    struct error error = ERROR_INIT;
    bench->changes++;
    try_unsealed(bench, pointer, change);
    if (bench->sealed && strcmp(pointer, "/digest") != 0 && document_seal(bench->root, &error) != 0)
        give_up("cannot seal");
    write_file(bench);
    if (ask_gate(bench) == GATE_MAY_BE_REMOVED)
        (void)printf("%s %s\n", pointer, change);
}

/** What a text is replaced by: every word that means something somewhere, and nonsense. */
static const char *const words[] = {
    "",
    "x",
    "unknown",
    "0",
    "pass",
    "fail",
    "hang",
    "stall",
    "crash",
    "no_start",
    "error",
    "skip",
    "reference",
    "double",
    "nanvix",
    "none",
    "standalone",
    "hosted-single-process",
    "blocked",
    "spinning",
    "starved",
    "agrees",
    "contradicts",
    "unavailable",
    "open",
    "closed",
    "completed",
    "not_planned",
    "duplicate",
    "reopened",
    "v0.20.2",
    "v0.20.4",
    "v99.0.0",
    "c4b8847",
    "subdir_sibling",
    "control_block",
    "2020-01-01T00:00:00Z",
    "2026-11-20T00:00:00Z",
    "2030-01-01T00:00:00Z",
};

struct place {
    json_t *container;
    const char *key; /* NULL in an array */
    size_t index;
    char pointer[POINTER_MAX];
};

static void put(const struct place *place, json_t *value)
{
    int failed = place->key != NULL ? json_object_set(place->container, place->key, value)
                                    : json_array_set(place->container, place->index, value);
    if (failed != 0)
        give_up("cannot change");
}

static void try_value(struct bench *bench, const struct place *place, const json_t *original,
                      json_t *value)
{
    CLEANUP_JSON json_t *owned = value;
    if (json_equal(value, original))
        return;
    CLEANUP_FREE char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    char change[80];
    (void)snprintf(change, sizeof change, "= %.60s", text == NULL ? "" : text);
    put(place, owned);
    try_change(bench, place->pointer, change);
}

static void try_numbers(struct bench *bench, const struct place *place, json_t *original)
{
    if (json_is_integer(original)) {
        json_int_t number = json_integer_value(original);
        json_int_t others[] = {0, -1, number + 1, number - 1, number * 1000, 1, 1000000000};
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
            try_value(bench, place, original, json_integer(others[i]));
    } else {
        double number = json_real_value(original);
        double others[] = {0.0, -1.0, number + 1, number * 1000, 1e15};
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
            try_value(bench, place, original, json_real(others[i]));
    }
}

/** Words of a kind are replaced by all others; a host's name or a line of a journal is just text.
 */
static bool has_meaning(const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0 && text[0] != '\0')
            return true;
    return text[0] == 'v' || (strlen(text) == 20 && text[19] == 'Z');
}

static void try_texts(struct bench *bench, const struct place *place, json_t *original)
{
    const char *text = json_string_value(original);
    size_t count = has_meaning(text) ? sizeof words / sizeof words[0] : 3;
    for (size_t i = 0; i < count; i++)
        try_value(bench, place, original, json_string(words[i]));
    try_value(bench, place, original, json_sprintf("%sx", text));
    CLEANUP_FREE char *flipped = strdup(text);
    if (flipped == NULL)
        give_up("out of memory");
    size_t length = strlen(flipped);
    if (length > 0)
        flipped[length - 1] = flipped[length - 1] == '0' ? '1' : '0';
    try_value(bench, place, original, json_string(flipped));
}

/** A member too many, an element too many, nothing left. */
static void try_containers(struct bench *bench, const struct place *place, json_t *original)
{
    CLEANUP_JSON json_t *more = json_deep_copy(original);
    if (json_is_object(original)) {
        try_value(bench, place, original, json_object());
        (void)json_object_set_new(more, "surplus", json_string("x"));
        try_value(bench, place, original, json_incref(more));
        return;
    }
    try_value(bench, place, original, json_array());
    if (json_array_size(more) > 0)
        (void)json_array_append(more, json_array_get(original, 0));
    else
        (void)json_array_append_new(more, json_string("x"));
    try_value(bench, place, original, json_incref(more));
}

static void try_removal(struct bench *bench, const struct place *place, json_t *original)
{
    if (place->key != NULL)
        (void)json_object_del(place->container, place->key);
    else
        (void)json_array_remove(place->container, place->index);
    try_change(bench, place->pointer, "removed");
    if (place->key == NULL && json_array_insert(place->container, place->index, original) != 0)
        give_up("cannot put back");
}

static void try_all(struct bench *bench, const struct place *place, json_t *original)
{
    try_value(bench, place, original, json_null());
    if (json_is_boolean(original))
        try_value(bench, place, original, json_boolean(json_is_false(original)));
    try_value(bench, place, original,
              json_is_string(original) ? json_integer(7) : json_string("x"));
    if (json_is_number(original))
        try_numbers(bench, place, original);
    if (json_is_string(original))
        try_texts(bench, place, original);
    if (json_is_object(original) || json_is_array(original))
        try_containers(bench, place, original);
    try_removal(bench, place, original);
    put(place, original);
}

/**
 * Most cells are alike: every field is changed in the first of each list and in one that renames
 * twice or hangs, in the others what tells them apart.
 */
static bool is_more_of_the_same(const char *pointer)
{
    static const char *const always[] = {"/shape", "/attempt", "/verdict"};
    const char *number = NULL;
    if (strncmp(pointer, "/cells/", 7) == 0)
        number = pointer + 7;
    if (strncmp(pointer, "/controls/", 10) == 0)
        number = pointer + 10;
    const char *field = number == NULL ? NULL : strchr(number, '/');
    if (field == NULL || number[0] == '0' || number[0] == '3')
        return false;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (strcmp(field, always[i]) == 0)
            return false;
    return true;
}

static void walk(struct bench *bench, json_t *node, const char *pointer);

static void visit(struct bench *bench, struct place *place, json_t *child)
{
    CLEANUP_JSON json_t *kept = json_incref(child);
    if (is_more_of_the_same(place->pointer))
        return;
    try_all(bench, place, kept);
    walk(bench, kept, place->pointer);
}

static void walk_object(struct bench *bench, json_t *node, const char *pointer)
{
    /* Keys are listed first: the changes take members out and put them back. */
    CLEANUP_JSON json_t *keys = json_array();
    const char *key = NULL;
    json_t *child = NULL;
    json_object_foreach(node, key, child)
        (void)json_array_append_new(keys, json_string(key));
    for (size_t i = 0; i < json_array_size(keys); i++) {
        struct place place = {.container = node, .key = json_string_value(json_array_get(keys, i))};
        (void)snprintf(place.pointer, sizeof place.pointer, "%s/%s", pointer, place.key);
        visit(bench, &place, json_object_get(node, place.key));
    }
}

static void walk(struct bench *bench, json_t *node, const char *pointer)
{
    if (json_is_object(node))
        walk_object(bench, node, pointer);
    for (size_t i = 0; i < json_array_size(node); i++) {
        struct place place = {.container = node, .index = i};
        (void)snprintf(place.pointer, sizeof place.pointer, "%s/%zu", pointer, i);
        visit(bench, &place, json_array_get(node, i));
    }
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"standalone.json", "single.json", "multi.json"};
    struct bench bench = {.options = {.probe_build = RO_PROBE_BUILD,
                                      .tool_version = RO_VERSION,
                                      .tool_commit = RO_COMMIT,
                                      .criteria = "criteria.json",
                                      .upstream = "upstream.json",
                                      .document_count = 3}};
    bench.options.accept_weaker_criteria = argc == 5 && strcmp(argv[4], "weaker") == 0;
    if (argc < 4 || argc > 5 || chdir(argv[1]) != 0 || !moment_parse(argv[3], &bench.options.now))
        give_up("usage: gate_mutations DIRECTORY FILE NOW [weaker]");
    bench.fd = memfd_create("change", MFD_CLOEXEC);
    bench.root = json_load_file(argv[2], 0, NULL);
    CLEANUP_FREE char *path = NULL;
    if (bench.fd < 0 || bench.root == NULL || asprintf(&path, "/proc/self/fd/%d", bench.fd) < 0)
        give_up("cannot begin");
    for (size_t i = 0; i < 3; i++)
        bench.documents[i] = strcmp(argv[2], names[i]) == 0 ? path : strdup(names[i]);
    bench.options.documents = bench.documents;
    bench.sealed = json_object_get(bench.root, "digest") != NULL;
    if (strcmp(argv[2], "upstream.json") == 0)
        bench.options.upstream = path;
    if (strcmp(argv[2], "criteria.json") == 0)
        bench.options.criteria = path;

    write_file(&bench);
    if (ask_gate(&bench) != GATE_MAY_BE_REMOVED)
        give_up("the set does not yield yes to begin with");
    walk(&bench, bench.root, "");
    if (bench.sealed)
        (void)document_seal(bench.root, NULL);
    write_file(&bench);
    if (ask_gate(&bench) != GATE_MAY_BE_REMOVED)
        give_up("the set does not yield yes at the end: a change was not taken back");
    (void)fprintf(stderr, "%lu changes of %s\n", bench.changes, argv[2]);
    json_decref(bench.root);
    for (size_t i = 0; i < 3; i++)
        if (bench.documents[i] != path)
            free(bench.documents[i]);
    return bench.failures == 0 ? 0 : 1;
}
