/* SPDX-License-Identifier: MIT */
/*
 * Says for each line of standard input, a JSON text, what the project's own validator makes of it:
 * "valid", "invalid WHERE: WHAT" or "error WHAT". usage: schema_tool SCHEMA
 */
#include "base/schema_check.h"

#include <stdio.h>
#include <string.h>

static char *read_whole(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    CLEANUP_FILE FILE *file = fopen(path, "re");
    if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        return NULL;
    }
    return text;
}

int main(int argc, char **argv)
{
    CLEANUP_FREE char *schema = argc == 2 ? read_whole(argv[1]) : NULL;
    CLEANUP_FREE char *line = NULL;
    size_t size = 0;
    if (schema == NULL) {
        (void)fprintf(stderr, "usage: schema_tool SCHEMA <LINES\n");
        return 2;
    }
    while (getline(&line, &size, stdin) > 0) {
        CLEANUP_JSON_SOURCE struct json_source source = {0};
        struct error error = ERROR_INIT;
        if (json_source_parse(&source, "line", line, strlen(line), &error) == 0 &&
            json_source_check(&source, schema, &error) == 0)
            (void)puts("valid");
        else
            (void)printf("%s %s: %s\n", error.code == ERROR_INPUT ? "invalid" : "error",
                         error.where, error.what);
    }
    return 0;
}
