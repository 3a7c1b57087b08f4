/* SPDX-License-Identifier: MIT */
#include "gate/refuse/refuse.h"

bool document_stands(const struct document *document)
{
    return document->verdict && document->refusals.count == 0;
}

static int run_checks_of(refusal_check *const *checks, const struct refusal_context *context,
                         struct document *document, struct error *error)
{
    for (size_t i = 0; checks[i] != NULL; i++)
        if (checks[i](context, document, error) != 0)
            return -1;
    return 0;
}

/** Several things can be wrong with a document; all of them are told. */
static int refuse_alone(const struct refusal_context *context, struct document *document,
                        struct error *error)
{
    if (run_checks_of(target_checks, context, document, error) != 0)
        return -1;
    if (document_stands(document)) {
        if (run_checks_of(subject_checks, context, document, error) != 0)
            return -1;
        if (document->refusals.count > 0)
            return 0;
    }
    refusal_check *const *const groups[] = {signature_checks, identity_checks, agreement_checks,
                                            launcher_checks,  run_checks,      control_checks,
                                            cell_checks};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (run_checks_of(groups[i], context, document, error) != 0)
            return -1;
    return 0;
}

int refuse_documents(const struct refusal_context *context, struct document_list *list,
                     struct error *error)
{
    if (refuse_repeated_documents(list, error) != 0)
        return -1;
    for (size_t i = 0; i < list->count; i++)
        if (document_stands(&list->items[i]) && refuse_alone(context, &list->items[i], error) != 0)
            return -1;
    if (refuse_copied_journals(list, error) != 0 || refuse_mixed_documents(list, error) != 0)
        return -1;
    return refuse_shared_binaries(context, list, error);
}
