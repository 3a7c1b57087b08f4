/* SPDX-License-Identifier: MIT */
#include "run/cell/artifact.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct artifact *artifact, size_t wanted, struct error *error)
{
    size_t room = artifact->room == 0 ? 4096 : artifact->room;
    while (room < wanted)
        room *= 2;
    char *kept = room == artifact->room ? artifact->kept : realloc(artifact->kept, room);
    if (kept == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "no memory to keep output");
        return false;
    }
    artifact->kept = kept;
    artifact->room = room;
    return true;
}

void artifact_add(struct artifact *artifact, struct output *output, const char *bytes,
                  size_t length, struct error *error)
{
    artifact->captured = true;
    if (output == NULL)
        return;
    if (artifact->length + length > PAYLOAD_MAX) {
        (void)output_capture(output, artifact->name, artifact->kept, artifact->length, error);
        artifact->length = 0;
    }
    if (!make_room(artifact, artifact->length + length, error))
        return;
    memcpy(artifact->kept + artifact->length, bytes, length);
    artifact->length += length;
}

void artifact_end(struct artifact *artifact, struct output *output, bool *cut, struct error *error)
{
    bool was_cut = false;
    if (artifact->captured && output != NULL)
        (void)output_end_capture(output, artifact->name, artifact->kept, artifact->length, &was_cut,
                                 error);
    *cut = *cut || was_cut;
    artifact_release(artifact);
}

void artifact_release(struct artifact *artifact)
{
    free(artifact->kept);
    artifact->kept = NULL;
    artifact->length = 0;
    artifact->room = 0;
}
