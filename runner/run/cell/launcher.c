/* SPDX-License-Identifier: MIT */
#include "base/json_build.h"
#include "run/cell/cell.h"
#include "target/sysroot.h"

#include <string.h>

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

json_t *cell_launcher_request(const struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    CLEANUP_FREE char *logs =
        target_expand_text(target, target->verify_logs, cell->bindings, error);
    return logs == NULL ? NULL : json_pack("{s:s, s:s}", "logs", logs, "line", target->verify_line);
}

void cell_take_launcher(struct cell *cell, const json_t *found, const char *why_not)
{
    struct builder *builder = &cell->builder;
    json_t *launcher = build_object(builder);
    const char *word = text_at(found, "mode");
    const char *mode = text_at(cell->setup->target.verify_modes, word == NULL ? "" : word);
    if (word == NULL) {
        const char *why = text_at(found, "why");
        build_text(builder, launcher, "known", "claimed");
        build_text(builder, launcher, "why", why != NULL ? why : why_not);
    } else {
        build_text(builder, launcher, "known", "verified");
        build_text(builder, launcher, "mode", mode != NULL ? mode : word);
        build_text(builder, launcher, "version", text_at(found, "version"));
        build_text(builder, launcher, "line", text_at(found, "line"));
    }
    json_decref(cell->launcher);
    cell->launcher = launcher;
}

void cell_hold_against_launcher(struct cell *cell)
{
    bool comparable = false;
    const char *wanted = cell->setup->target.mode;
    const char *mode = text_at(cell->launcher, "mode");
    const char *version = text_at(cell->launcher, "version");
    const char *release = text_at(cell->bindings, "release");
    if (mode == NULL)
        return;
    if (strcmp(mode, wanted) != 0)
        (void)error_set(&cell->failure, ERROR_INPUT, NULL,
                        "the target's mode is %s, the launcher says that it is %s: '%s'", wanted,
                        mode, text_at(cell->launcher, "line"));
    /* Whether a launcher's version always is the release's is not known: told, and not judged. */
    if (release != NULL && release_compare(version, release, &comparable) != 0 && comparable)
        cell_add_anomaly(cell, "other_version",
                         "the release is %s, the launcher says that it is %s", release, version);
}
