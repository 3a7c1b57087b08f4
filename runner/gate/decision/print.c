/* SPDX-License-Identifier: MIT */
#include "gate/gate.h"

#include "gate/decision/clean_print.h"
#include "gate/evidence/document.h"

#include <stdarg.h>
#include <string.h>

/*
 * The decision in words. It is written from the document and from nothing else, so that the two
 * can't say different things.
 */

/** Prints texts one after the other; the last argument is NULL. */
static void print_texts(FILE *stream, const char *first, ...) __attribute__((sentinel));

static void print_texts(FILE *stream, const char *first, ...)
{
    va_list texts;
    va_start(texts, first);
    for (const char *text = first; text != NULL; text = va_arg(texts, const char *))
        clean_print(stream, text);
    va_end(texts);
}

static const char *text_or(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_text(object, key);
    return text != NULL ? text : otherwise;
}

static void print_reasons(const json_t *object, const char *indent, const char *mark, FILE *stream)
{
    size_t index = 0;
    const json_t *reason = NULL;
    json_array_foreach(json_object_get(object, "reasons"), index, reason) {
        const char *detail = text_or(reason, "detail", "");
        (void)fprintf(stream, "%s%s%s: ", indent, mark, text_or(reason, "id", ""));
        print_texts(stream, text_or(reason, "meaning", ""), detail[0] != '\0' ? " (" : "", detail,
                    detail[0] != '\0' ? ")" : "", NULL);
        (void)fputc('\n', stream);
    }
}

static bool is_term(const json_t *term, const char *id)
{
    return strcmp(text_or(term, "id", ""), id) == 0;
}

/** A time that was set stands in the headline, whatever the answer. */
static void print_clock(const json_t *decision, FILE *stream)
{
    size_t index = 0;
    const json_t *term = NULL;
    json_array_foreach(json_object_get(decision, "terms"), index, term)
        if (is_term(term, "clock_set"))
            print_texts(stream, " AS OF ", text_or(term, "detail", ""),
                        ", A TIME THAT WAS SET (--now)", NULL);
}

static const struct answer {
    const char *name;
    const char *headline;
    const char *meaning;
} answers[] = {
    {"may_be_removed", "-B MAY BE REMOVED", "every exit criterion is met."},
    {"may_be_removed_on_terms", "-B MAY BE REMOVED ON TERMS",
     "not all of the exit criteria as written; somebody has to stand for the terms."},
    {"keep", "KEEP -B", "the exit criteria are not all met."},
    {"undecided", "CAN'T DECIDE", "not every input can be used. -B stays."},
};

static void print_answer(const json_t *decision, FILE *stream)
{
    const struct answer *answer = answers;
    while (strcmp(answer->name, text_or(decision, "answer", "")) != 0)
        answer++;
    (void)fputs(answer->headline, stream);
    print_clock(decision, stream);
    (void)fprintf(stream, ": %s\n", answer->meaning);
    size_t index = 0;
    const json_t *term = NULL;
    json_array_foreach(json_object_get(decision, "terms"), index, term) {
        if (is_term(term, "waiver"))
            print_texts(stream, "  TERM: not measured, but waived: ", text_or(term, "detail", ""),
                        NULL);
        else if (is_term(term, "weaker_criteria"))
            print_texts(stream,
                        "  TERM: weaker criteria were accepted: ", text_or(term, "detail", ""),
                        NULL);
        else if (is_term(term, "unshipped_target"))
            print_texts(stream, "  TERM: a descriptor that is not shipped was accepted: ",
                        text_or(term, "detail", ""), NULL);
        else
            continue;
        (void)fputc('\n', stream);
    }
}

static bool has_weaker_reason(const json_t *criteria)
{
    size_t index = 0;
    const json_t *reason = NULL;
    json_array_foreach(json_object_get(criteria, "reasons"), index, reason)
        if (is_term(reason, "weaker_criteria"))
            return true;
    return false;
}

static void print_criteria(const json_t *decision, FILE *stream)
{
    const json_t *criteria = json_object_get(decision, "criteria");
    bool accepted = json_truth(criteria, "weaker_accepted");
    (void)fputc('\n', stream);
    print_texts(stream, "Criteria ", text_or(criteria, "digest", ""), NULL);
    if (json_truth(criteria, "as_written")) {
        (void)fputs(": the exit criteria as written, or stricter\n", stream);
    } else if (has_weaker_reason(criteria)) {
        (void)fprintf(stream, ": WEAKER than the exit criteria as written%s\n",
                      accepted ? ", ACCEPTED on the command line" : "");
    } else {
        (void)fputs(": the exit criteria as written BUT FOR THEIR WAIVERS\n", stream);
    }
    print_reasons(criteria, "  ", "", stream);
    size_t index = 0;
    const json_t *waiver = NULL;
    json_array_foreach(json_object_get(criteria, "waivers"), index, waiver) {
        print_texts(stream, "  WAIVER on file for ", text_or(waiver, "mode", ""), " from ",
                    text_or(waiver, "from_release", ""), ", decided by ",
                    text_or(waiver, "decided_by", ""), ": ", text_or(waiver, "reason", ""), NULL);
        (void)fputc('\n', stream);
    }
}

static void print_shape(const json_t *shape, FILE *stream)
{
    (void)fprintf(stream, "      %-20s %-8s %lld of %lld needed passed\n",
                  text_or(shape, "shape", ""), text_or(shape, "status", ""),
                  (long long)json_integer_value(json_object_get(shape, "passed")),
                  (long long)json_integer_value(json_object_get(shape, "needed")));
    print_reasons(shape, "        ", "", stream);
}

/** Six times "not tested" says no more than once. */
static bool is_untested(const json_t *mode)
{
    size_t index = 0;
    const json_t *shape = NULL;
    json_array_foreach(json_object_get(mode, "shapes"), index, shape)
        if (json_integer_value(json_object_get(shape, "attempts")) > 0)
            return false;
    return index > 0;
}

static void print_mode(const json_t *mode, FILE *stream)
{
    const json_t *shapes = json_object_get(mode, "shapes");
    bool waived = json_truth(mode, "waived");
    (void)fprintf(stream, "    %s: %s%s\n", text_or(mode, "mode", ""), text_or(mode, "status", ""),
                  waived ? ", WAIVED and not measured" : "");
    print_reasons(mode, "      ", "", stream);
    if (is_untested(mode)) {
        (void)fprintf(stream, "      all %zu shapes\n", json_array_size(shapes));
        print_reasons(json_array_get(shapes, 0), "        ", "", stream);
        return;
    }
    size_t index = 0;
    const json_t *shape = NULL;
    json_array_foreach(shapes, index, shape)
        print_shape(shape, stream);
}

static void print_upstream(const json_t *issue, FILE *stream)
{
    const json_t *upstream = json_object_get(issue, "upstream");
    print_texts(stream, "    resolved upstream (", text_or(issue, "reference", ""),
                "): ", text_or(upstream, "status", ""), NULL);
    if (!json_truth(upstream, "required"))
        (void)fputs(", not required by these criteria", stream);
    if (json_text(upstream, "state") != NULL)
        print_texts(stream, ", ", text_or(upstream, "state", ""), " ",
                    text_or(upstream, "state_reason", ""), ", fixed in ",
                    text_or(upstream, "fixed_in", "an unknown release"), ", looked up ",
                    text_or(upstream, "looked_up_at", ""), NULL);
    (void)fputc('\n', stream);
    print_reasons(upstream, "      ", "", stream);
}

static void print_issues(const json_t *decision, FILE *stream)
{
    (void)fputs("\nExit criteria for -B\n", stream);
    size_t index = 0;
    const json_t *issue = NULL;
    json_array_foreach(json_object_get(decision, "issues"), index, issue) {
        print_texts(stream, "  ", text_or(issue, "issue", ""), ": ", text_or(issue, "status", ""),
                    NULL);
        (void)fputc('\n', stream);
        print_upstream(issue, stream);
        size_t at = 0;
        const json_t *mode = NULL;
        json_array_foreach(json_object_get(issue, "modes"), at, mode)
            print_mode(mode, stream);
    }
}

/** Whom one trusts with a yes. */
static void print_signers(const json_t *decision, FILE *stream)
{
    const char *digest = json_text(decision, "signers_digest");
    if (digest == NULL)
        (void)fputs("  nobody vouches for any document: no signature was asked for (--signers)\n",
                    stream);
    else
        (void)fprintf(stream, "  each is signed by one of the signers %s\n", digest);
}

static void print_evidence(const json_t *decision, FILE *stream)
{
    size_t index = 0;
    const json_t *document = NULL;
    const json_t *evidence = json_object_get(decision, "evidence");
    (void)fprintf(stream, "\nEvidence used: %zu documents\n", json_array_size(evidence));
    print_signers(decision, stream);
    json_array_foreach(evidence, index, document) {
        (void)fprintf(stream, "  %s\n", text_or(document, "digest", ""));
        print_texts(stream, "    ", text_or(document, "target", ""), ", ",
                    text_or(document, "mode", ""), ", release ", text_or(document, "release", ""),
                    ", probe build ", text_or(document, "probe_build", ""), ", finished ",
                    text_or(document, "finished", ""), NULL);
        if (json_text(document, "signer") != NULL)
            print_texts(stream, ", signed by ", text_or(document, "signer", ""), NULL);
        (void)fputc('\n', stream);
        print_texts(stream, "    descriptor ", text_or(document, "target_digest", ""), NULL);
        (void)fputc('\n', stream);
        const char *name = NULL;
        json_t *digest = NULL;
        json_object_foreach(json_object_get(document, "subject_digests"), name, digest) {
            print_texts(stream, "    ", name, " ", json_string_value(digest), NULL);
            (void)fputc('\n', stream);
        }
    }
}

static void print_refused(const json_t *decision, FILE *stream)
{
    const json_t *refused = json_object_get(decision, "refused");
    size_t index = 0;
    const json_t *document = NULL;
    if (json_array_size(refused) == 0)
        return;
    (void)fputs("\nEvidence refused\n", stream);
    json_array_foreach(refused, index, document) {
        print_texts(stream, "  ", text_or(document, "digest", "no digest"), " ",
                    text_or(document, "target", ""), NULL);
        (void)fputc('\n', stream);
        print_reasons(document, "    ", "refused: ", stream);
    }
}

static void print_missing(const json_t *decision, FILE *stream)
{
    const json_t *missing = json_object_get(decision, "missing");
    size_t index = 0;
    const json_t *entry = NULL;
    if (json_array_size(missing) == 0)
        return;
    (void)fputs("\nStill missing before -B may be removed\n", stream);
    json_array_foreach(missing, index, entry) {
        const char *issue = text_or(entry, "issue", NULL);
        print_texts(stream, "  ", issue != NULL ? issue : "input", ": ", text_or(entry, "what", ""),
                    NULL);
        (void)fputc('\n', stream);
    }
}

static const char *guard_words(const char *answer)
{
    if (strcmp(answer, "evidence_allows_removal") == 0)
        return "the evidence would let them go";
    if (strcmp(answer, "evidence_forbids_removal") == 0)
        return "they have to stay";
    return "they stay, as the evidence does not show enough";
}

static void print_guards(const json_t *decision, FILE *stream)
{
    size_t index = 0;
    const json_t *guard = NULL;
    (void)fputs("\nThe issues' own @skipIf guards on explicit renames (another question than -B, "
                "answered\nfrom the same cells alone)\n",
                stream);
    json_array_foreach(json_object_get(decision, "explicit_rename_guards"), index, guard) {
        print_texts(stream, "  guards of ", text_or(guard, "issue", ""), ": ",
                    guard_words(text_or(guard, "answer", "")), NULL);
        (void)fputc('\n', stream);
    }
}

static void print_harness_mode(const json_t *mode, FILE *stream)
{
    print_texts(stream, "  ", text_or(mode, "mode", ""), ": ", text_or(mode, "verdict", ""), ", ",
                text_or(mode, "reason", ""), NULL);
    (void)fputc('\n', stream);
    size_t index = 0;
    const json_t *command = NULL;
    json_array_foreach(json_object_get(mode, "unprotected_commands"), index, command) {
        print_texts(stream, "    UNPROTECTED ", json_string_value(command), NULL);
        (void)fputc('\n', stream);
    }
}

static void print_harness_gaps(const json_t *harness, FILE *stream)
{
    size_t index = 0;
    const json_t *gap = NULL;
    json_array_foreach(json_object_get(harness, "not_exercised"), index, gap) {
        size_t number = 0;
        const json_t *name = NULL;
        print_texts(stream, "  not exercised: ", text_or(gap, "kind", ""), NULL);
        json_array_foreach(json_object_get(gap, "names"), number, name)
            print_texts(stream, number == 0 ? " " : ", ", json_string_value(name), NULL);
        print_texts(stream, ": ", text_or(gap, "why", ""), NULL);
        (void)fputc('\n', stream);
    }
    bool confined = json_is_true(json_object_get(harness, "confined"));
    print_texts(stream,
                confined ? "  confined: " : "  unconfined: ", text_or(harness, "confinement", ""),
                NULL);
    (void)fputc('\n', stream);
}

/** What the harness does, and what that means beside the answer about -B. */
static void print_harness(const json_t *decision, FILE *stream)
{
    const json_t *harness = json_object_get(decision, "harness");
    const char *status = text_or(harness, "status", "");
    bool removable = strncmp(text_or(decision, "answer", ""), "may_be_removed", 14) == 0;
    if (json_object_size(harness) == 0)
        return;
    (void)fprintf(stream, "\nThe harness: %s\n", text_or(harness, "digest", ""));
    if (strcmp(status, "protected") == 0)
        (void)fputs(removable ? "  still passes -B in everything that was exercised, and may stop\n"
                              : "  passes -B in everything that was exercised, as it has to\n",
                    stream);
    else if (strcmp(status, "unprotected") == 0)
        (void)fputs(removable ? "  does not pass -B in every mode checked, and need not\n"
                              : "  DOES NOT PASS -B IN EVERY MODE, and has to\n",
                    stream);
    else if (strcmp(status, "not_exercised") == 0)
        (void)fputs("  was not exercised, so it can't be judged: it started too little\n", stream);
    else
        (void)fputs("  can't be judged\n", stream);
    size_t index = 0;
    const json_t *mode = NULL;
    json_array_foreach(json_object_get(harness, "modes"), index, mode)
        print_harness_mode(mode, stream);
    print_harness_gaps(harness, stream);
}

void gate_print(const json_t *decision, FILE *stream)
{
    print_answer(decision, stream);
    print_harness(decision, stream);
    print_criteria(decision, stream);
    print_issues(decision, stream);
    print_evidence(decision, stream);
    print_refused(decision, stream);
    print_missing(decision, stream);
    print_guards(decision, stream);
}
