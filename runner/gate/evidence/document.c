/* SPDX-License-Identifier: MIT */
#include "gate/evidence/document.h"

#include "base/schema_check.h"
#include "base/schemas.h"

#include <stdlib.h>
#include <string.h>

void document_list_release(struct document_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        reason_list_release(&list->items[i].refusals);
        free(list->items[i].signer);
        json_source_release(&list->items[i].source);
    }
    free(list->items);
    *list = (struct document_list){0};
}

const json_t *document_filesystem(const struct document *document)
{
    const json_t *const lists[] = {document->controls, document->cells};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (size_t at = 0; at < json_array_size(lists[i]); at++) {
            const json_t *found = json_object_get(json_array_get(lists[i], at), "filesystem");
            if (json_is_object(found))
                return found;
        }
    return NULL;
}

/** Makes a refusal of what went wrong, unless it is about this program rather than the file. */
static int refuse(struct document *document, enum reason_id id, const struct error *problem,
                  struct error *error)
{
    if (problem->code != ERROR_INPUT && problem->code != ERROR_ENVIRONMENT)
        return error_set(error, problem->code, problem->where, "%s", problem->what);
    return reason_add(&document->refusals, error, id, "%s: %s", problem->where, problem->what);
}

/** A file that is not there or can't be read is told apart from one that says nonsense. */
static int load_text(const struct schema *schema, struct document *document, struct error *error)
{
    (void)schema;
    struct error problem = ERROR_INIT;
    if (json_source_load(&document->source, document->path, DOCUMENT_BYTE_LIMIT, &problem) == 0)
        return 0;
    /* The place of a syntax error is PATH:LINE:COLUMN, that of a whole file just PATH. */
    bool has_place = strlen(problem.where) > strlen(document->path);
    enum reason_id id = has_place ? REASON_NOT_JSON : REASON_UNREADABLE;
    return refuse(document, id, &problem, error);
}

/** Only the verdict schema is evidence; what else may be given by mistake gets its own word. */
static int check_schema_name(const struct schema *schema, struct document *document,
                             struct error *error)
{
    (void)schema;
    const char *name = json_text(document->source.root, "schema");
    if (name != NULL && strcmp(name, "rename-oracle/verdict/1") == 0)
        return 0;
    if (name != NULL && strcmp(name, "rename-oracle/reported/1") == 0)
        return reason_add(&document->refusals, error, REASON_REPORTED_NOT_MEASURED, "%s",
                          document->path);
    struct error problem = ERROR_INIT;
    (void)json_source_fail(&document->source, "/schema", &problem,
                           "not a rename-oracle/verdict/1 document (its schema is %.100s)",
                           name != NULL ? name : "not named");
    return refuse(document, REASON_OTHER_SCHEMA, &problem, error);
}

static int check_schema(const struct schema *schema, struct document *document, struct error *error)
{
    struct error problem = ERROR_INIT;
    if (json_source_check_compiled(&document->source, schema, &problem) == 0)
        return 0;
    return refuse(document, REASON_NOT_VALID, &problem, error);
}

static int check_digest(const struct schema *schema, struct document *document, struct error *error)
{
    (void)schema;
    char actual[DIGEST_SIZE];
    if (document_digest(document->source.root, actual, error) != 0)
        return -1;
    const char *claimed = json_text(document->source.root, "digest");
    if (strcmp(claimed, actual) == 0) {
        memcpy(document->digest, actual, sizeof actual);
        return 0;
    }
    struct error problem = ERROR_INIT;
    (void)json_source_fail(&document->source, "/digest", &problem,
                           "the content has the digest %s: edited or damaged; take the original",
                           actual);
    return refuse(document, REASON_EDITED, &problem, error);
}

static int take_time(struct document *document, const char *key, moment *out, struct error *error)
{
    const json_t *run = json_object_get(document->source.root, "run");
    if (moment_parse(json_text(run, key), out))
        return 0;
    char pointer[32];
    struct error problem = ERROR_INIT;
    (void)snprintf(pointer, sizeof pointer, "/run/%s", key);
    (void)json_source_fail(&document->source, pointer, &problem, "%s: there is no such time",
                           pointer);
    return refuse(document, REASON_NOT_VALID, &problem, error);
}

static void take_fields(struct document *document)
{
    const json_t *root = document->source.root;
    const json_t *subject = json_object_get(root, "subject");
    const json_t *target = json_object_get(root, "target");
    document->run = json_text(json_object_get(root, "run"), "id");
    document->target = json_text(target, "name");
    document->mode = json_text(target, "mode");
    document->kind = json_text(subject, "kind");
    document->release = json_text(subject, "release");
    document->controls = json_object_get(root, "controls");
    document->cells = json_object_get(root, "cells");
    document->verdict = true;
}

/** The steps in their order; each runs only while nothing speaks against the document. */
static int load_document(const struct schema *schema, struct document *document,
                         struct error *error)
{
    static int (*const steps[])(const struct schema *, struct document *, struct error *) = {
        load_text,
        check_schema_name,
        check_schema,
        check_digest,
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i](schema, document, error) != 0)
            return -1;
        if (document->refusals.count > 0)
            return 0;
    }
    if (take_time(document, "started", &document->started, error) != 0 ||
        take_time(document, "finished", &document->finished, error) != 0)
        return -1;
    if (document->refusals.count == 0)
        take_fields(document);
    return 0;
}

static int compare_documents(const void *left, const void *right)
{
    const struct document *a = left;
    const struct document *b = right;
    bool a_known = a->digest[0] != '\0';
    bool b_known = b->digest[0] != '\0';
    if (a_known != b_known)
        return a_known ? -1 : 1;
    int order = strcmp(a->digest, b->digest);
    return order != 0 ? order : strcmp(a->path, b->path);
}

int document_list_load(struct document_list *list, char *const *paths, size_t count,
                       struct error *error)
{
    CLEANUP_SCHEMA struct schema schema = {0};
    if (schema_compile(&schema, schema_verdict_1, error) != 0)
        return -1;
    *list = (struct document_list){.items = calloc(count + 1, sizeof *list->items)};
    if (list->items == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for %zu documents", count);
    for (size_t i = 0; i < count; i++) {
        struct document *document = &list->items[list->count++];
        document->path = paths[i];
        if (load_document(&schema, document, error) != 0)
            return -1;
    }
    qsort(list->items, list->count, sizeof *list->items, compare_documents);
    return 0;
}
