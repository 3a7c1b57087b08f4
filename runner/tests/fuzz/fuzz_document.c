/* SPDX-License-Identifier: MIT */
/* Result documents as somebody may hand them in: parsed, located and held against the Schema. */
#include "base/json_file.h"
#include "base/schema_check.h"
#include "base/schemas.h"
#include "fuzz.h"

#include <string.h>

static void require_one_line(const struct error *error)
{
    REQUIRE(error->what[0] != '\0');
    for (const char *byte = error->what; *byte != '\0'; byte++)
        REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    if (json_source_parse(&source, "input.json", (const char *)data, size, &error) != 0) {
        REQUIRE(error.code == ERROR_INPUT && strncmp(error.where, "input.json", 10) == 0);
        require_one_line(&error);
        return 0;
    }
    REQUIRE(error.code == ERROR_NONE && json_is_object(source.root) != json_is_array(source.root));
    if (json_source_check(&source, schema_verdict_1, &error) != 0) {
        REQUIRE(error.code == ERROR_INPUT && strncmp(error.where, "input.json:", 11) == 0);
        require_one_line(&error);
    }
    return 0;
}
