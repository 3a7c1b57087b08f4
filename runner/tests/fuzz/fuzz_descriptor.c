/* SPDX-License-Identifier: MIT */
/* Target descriptors, which somebody may write by hand for a release that we do not know. */
#include "fuzz.h"
#include "memory_file.h"
#include "target/target.h"

#include <string.h>

static void require_input_error(const struct error *error, const char *where)
{
    REQUIRE(error->code == ERROR_INPUT);
    REQUIRE(strncmp(error->where, where, strlen(where)) == 0);
    REQUIRE(error->what[0] != '\0');
    for (const char *byte = error->what; *byte != '\0'; byte++)
        REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
}

static void require_budget(uint64_t budget_ns)
{
    REQUIRE(budget_ns >= 1000000 && budget_ns <= 86400ULL * 1000000000);
}

static void require_sense(const struct target *target)
{
    REQUIRE(target->name[0] != '\0' &&
            strspn(target->name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(target->name));
    REQUIRE(json_array_size(target->argv) > 0);
    REQUIRE(target->abi != NULL && target->guest_directory != NULL);
    REQUIRE((target->view_kind == NULL) == (target->view_path == NULL));
    REQUIRE(target->memory_mib > 0);
    require_budget(target->budgets.boot_ns);
    require_budget(target->budgets.step_ns);
    require_budget(target->budgets.control_step_ns);
    require_budget(target->budgets.exit_ns);
    require_budget(target->budgets.total_ns);
    require_budget(target->budgets.grace_ns);
}

/** Replaces what is in `value`; all but programs and files of the installation are bound. */
static void require_expansion(const struct target *target, json_t *value)
{
    static const char *const names[] = {"cell",    "cell_name",  "shared", "root",  "probe",
                                        "work",    "probe_name", "probes", "nonce", "shape",
                                        "sysroot", "python",     "release"};
    if (value == NULL)
        return;
    json_t *bindings = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)json_object_set_new(bindings, names[i], json_string("{{cell}"));
    struct error error = ERROR_INIT;
    json_t *expanded = target_expand(target, value, bindings, &error);
    REQUIRE((expanded == NULL) == (error.code != ERROR_NONE));
    REQUIRE(expanded == NULL || json_typeof(expanded) == json_typeof(value));
    json_decref(expanded);
    json_decref(bindings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = memory_file_fill(0, data, size);
    struct target target;
    struct error error = ERROR_INIT;
    if (target_load(&target, path, &error) != 0) {
        require_input_error(&error, path);
        target_release(&target);
        return 0;
    }
    REQUIRE(error.code == ERROR_NONE);
    require_sense(&target);
    require_expansion(&target, target.argv);
    require_expansion(&target, target.environment);
    require_expansion(&target, target_steps(&target, "setup"));
    require_expansion(&target, target_steps(&target, "prepare"));
    require_expansion(&target, target_steps(&target, "cleanup"));
    target_release(&target);
    return 0;
}
