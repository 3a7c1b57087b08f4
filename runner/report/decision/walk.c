/* SPDX-License-Identifier: MIT */
#include "report/decision/walk.h"

#include "base/json_access.h"
#include "report/decision/decision.h"

#include <stdarg.h>
#include <string.h>

enum verdict decision_status(const char *status)
{
    if (strcmp(status, "met") == 0)
        return VERDICT_PASS;
    return strcmp(status, "unmet") == 0 ? VERDICT_FAIL : VERDICT_MISSING;
}

/**
 * Says something of a part or a point: words of ours, in which stand for the next argument, a text:
 * %h a headline, %l a loud word, %s a status, %n a name, %c code, %t another text.
 */
static void say(struct decision_format *to, const char *format, ...)
{
    static const char letters[] = {[WORD_HEADLINE] = 'h', [WORD_LOUD] = 'l', [WORD_STATUS] = 's',
                                   [WORD_NAME] = 'n',     [WORD_CODE] = 'c', [WORD_TEXT] = 't'};
    va_list texts;
    if (to->silent)
        return;
    va_start(texts, format);
    for (;;) {
        size_t ours = strcspn(format, "%");
        (void)fwrite(format, 1, ours, to->out);
        format += ours;
        if (*format == '\0')
            break;
        const char *letter = memchr(letters, format[1], sizeof letters);
        if (letter != NULL)
            to->word(to, (enum decision_word)(letter - letters), va_arg(texts, const char *));
        format += 2;
    }
    va_end(texts);
}

static void begin_part(struct decision_format *to, enum decision_part part, bool loud)
{
    to->silent = false;
    to->part(to, part, loud);
}

static void begin(struct decision_format *to, enum decision_point point, int depth)
{
    to->silent = !to->point(to, point, depth);
}

static void say_reasons(struct decision_format *to, const json_t *object, const char *mark,
                        int depth)
{
    size_t index;
    json_t *reason;
    json_array_foreach(json_object_get(object, "reasons"), index, reason) {
        const char *detail = member_text(reason, "detail");
        begin(to, POINT_REASON, depth);
        say(to, mark);
        say(to, *detail == '\0' ? "%t: %t" : "%t: %t (%t)", member_text(reason, "id"),
            member_text(reason, "meaning"), detail);
    }
}

static void say_terms(struct decision_format *to, const json_t *terms)
{
    static const struct {
        const char *id, *words;
    } meanings[] = {
        {"waiver", " (not measured, but waived)"},
        {"weaker_criteria", " (weaker criteria were accepted)"},
        {"unshipped_target", " (a descriptor that is not shipped was accepted)"},
    };
    size_t index;
    json_t *term;
    json_array_foreach(terms, index, term) {
        const char *id = member_text(term, "id");
        if (strcmp(id, "clock_set") == 0) /* the headline has it */
            continue;
        begin(to, POINT_TERM, 0);
        say(to, "%l %c: %t", "term", id, member_text(term, "detail"));
        for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
            if (strcmp(id, meanings[i].id) == 0)
                say(to, meanings[i].words);
    }
}

static void say_answer(struct decision_format *to, const json_t *decision, size_t absent)
{
    const struct decision_words *words = decision_words(decision);
    const char *release = json_text(decision, "tested_release");
    begin_part(to, PART_ANSWER, false);
    say(to, "%h", words->headline);
    decision_write_set_time(to->out, decision);
    begin(to, POINT_MEANING, 0);
    say(to, words->meaning);
    begin(to, POINT_NOTE, 0);
    say(to, release == NULL ? "No evidence counts about any release." : "Tested release: %n.",
        release);
    if (absent > 0) {
        char count[32];
        (void)snprintf(count, sizeof count, "%zu", absent);
        begin(to, POINT_REMARK, 0);
        say(to, "The decision also rests on %t documents that are not in this report.", count);
    }
    say_terms(to, json_object_get(decision, "terms"));
}

/** What its status means beside the answer about -B. */
static void say_harness_status(struct decision_format *to, const char *status, bool removable)
{
    begin(to, POINT_PLAIN, 0);
    if (strcmp(status, "protected") == 0)
        say(to, removable ? "still passes -B in everything that was exercised, and may stop"
                          : "passes -B in everything that was exercised, as it has to");
    else if (strcmp(status, "unprotected") == 0)
        say(to,
            removable ? "does not pass -B in every mode checked, and need not" : "%l, and has to",
            "does not pass -B in every mode");
    else if (strcmp(status, "not_exercised") == 0)
        say(to, "was not exercised, so it can't be judged: it started too little");
    else
        say(to, "can't be judged");
}

static void say_harness_mode(struct decision_format *to, const json_t *mode)
{
    const char *reason = member_text(mode, "reason");
    size_t index;
    json_t *command;
    begin(to, POINT_PLAIN, 0);
    say(to, *reason == '\0' ? "%n: %t" : "%n: %t, %t", member_text(mode, "mode"),
        member_text(mode, "verdict"), reason);
    json_array_foreach(json_object_get(mode, "unprotected_commands"), index, command) {
        begin(to, POINT_PLAIN, 1);
        say(to, "%l %c", "unprotected:", json_string_value(command));
    }
}

/** What the harness does, and what no run of it has shown. */
static void say_harness(struct decision_format *to, const json_t *harness, bool removable)
{
    const char *status = member_text(harness, "status");
    size_t index;
    json_t *entry;
    if (!json_is_object(harness))
        return;
    begin_part(to, PART_HARNESS, !removable && strcmp(status, "unprotected") == 0);
    say(to, "The harness: %n", status);
    begin(to, POINT_DETAIL, 0);
    say(to, "%c", member_text(harness, "digest"));
    say_harness_status(to, status, removable);
    json_array_foreach(json_object_get(harness, "modes"), index, entry) {
        say_harness_mode(to, entry);
    }
    json_array_foreach(json_object_get(harness, "not_exercised"), index, entry) {
        size_t number;
        json_t *name;
        begin(to, POINT_PLAIN, 0);
        say(to, "not exercised: %t", member_text(entry, "kind"));
        json_array_foreach(json_object_get(entry, "names"), number, name) {
            say(to, number == 0 ? " %c" : ", %c", json_string_value(name));
        }
        say(to, ": %t", member_text(entry, "why"));
    }
    begin(to, POINT_PLAIN, 0);
    say(to, json_truth(harness, "confined") ? "confined: %t" : "unconfined: %t",
        member_text(harness, "confinement"));
}

static bool has_weaker_reason(const json_t *criteria)
{
    size_t index;
    json_t *reason;
    json_array_foreach(json_object_get(criteria, "reasons"), index, reason) {
        if (strcmp(member_text(reason, "id"), "weaker_criteria") == 0)
            return true;
    }
    return false;
}

static void say_criteria(struct decision_format *to, const json_t *criteria)
{
    bool as_written = json_truth(criteria, "as_written");
    size_t index;
    json_t *waiver;
    begin_part(to, PART_CRITERIA, !as_written);
    say(to, "Criteria: ");
    if (as_written)
        say(to, "the exit criteria as written, or stricter");
    else if (!has_weaker_reason(criteria))
        say(to, "the exit criteria %l", "as written but for their waivers");
    else
        say(to,
            json_truth(criteria, "weaker_accepted")
                ? "%l than the exit criteria as written, %l on the command line"
                : "%l than the exit criteria as written",
            "weaker", "accepted");
    begin(to, POINT_DETAIL, 0);
    say(to, "%c", member_text(criteria, "digest"));
    say_reasons(to, criteria, "", 0);
    json_array_foreach(json_object_get(criteria, "waivers"), index, waiver) {
        begin(to, POINT_PLAIN, 0);
        say(to, "%l on file for %n from %t, decided by %t: %t", "waiver",
            member_text(waiver, "mode"), member_text(waiver, "from_release"),
            member_text(waiver, "decided_by"), member_text(waiver, "reason"));
    }
}

/** Whether the same is to be said of every one of several shapes. */
static bool are_alike(const json_t *shapes)
{
    static const char *const said[] = {"status", "needed", "passed", "reasons"};
    const json_t *first = json_array_get(shapes, 0);
    size_t index;
    json_t *shape;
    json_array_foreach(shapes, index, shape) {
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
            if (!json_equal(json_object_get(shape, said[i]), json_object_get(first, said[i])))
                return false;
    }
    return json_array_size(shapes) > 1;
}

static bool is_met(const json_t *object)
{
    return strcmp(member_text(object, "status"), "met") == 0;
}

/** Says of a shape, or of `all` that are like it, how it stands. */
static void say_shape(struct decision_format *to, const json_t *shape, size_t all)
{
    char counts[64];
    (void)snprintf(counts, sizeof counts, "%.0f of %.0f", member_number(shape, "passed", 0),
                   member_number(shape, "needed", 0));
    begin(to, is_met(shape) ? POINT_DETAIL : POINT_SHAPE, 2);
    if (all > 0) {
        char name[64];
        (void)snprintf(name, sizeof name, "all %zu shapes", all);
        say(to, "%t", name);
    } else {
        say(to, "%c", member_text(shape, "shape"));
    }
    say(to, ": %s, %t needed passed", member_text(shape, "status"), counts);
    say_reasons(to, shape, "", 3);
}

static void say_mode(struct decision_format *to, const json_t *mode)
{
    const json_t *shapes = json_object_get(mode, "shapes");
    size_t index;
    json_t *shape;
    size_t met = 0;
    json_array_foreach(shapes, index, shape) {
        met += is_met(shape) ? 1 : 0;
    }
    begin(to, POINT_CRITERION, 1);
    say(to, "%n: %s", member_text(mode, "mode"), member_text(mode, "status"));
    if (json_truth(mode, "waived"))
        say(to, ", %l and not measured", "waived");
    if (met > 0 && met < json_array_size(shapes)) {
        char counts[64];
        (void)snprintf(counts, sizeof counts, "%zu of %zu", met, json_array_size(shapes));
        say(to, ", %t shapes met", counts);
    }
    say_reasons(to, mode, "", 2);
    if (met == 0 && are_alike(shapes)) {
        say_shape(to, json_array_get(shapes, 0), json_array_size(shapes));
        return;
    }
    json_array_foreach(shapes, index, shape) {
        say_shape(to, shape, 0);
    }
}

static void say_upstream(struct decision_format *to, const json_t *issue)
{
    const json_t *upstream = json_object_get(issue, "upstream");
    const char *fixed_in = json_text(upstream, "fixed_in");
    begin(to, POINT_CRITERION, 1);
    say(to, "resolved upstream (%t): %s", member_text(issue, "reference"),
        member_text(upstream, "status"));
    if (!json_truth(upstream, "required"))
        say(to, ", not required by these criteria");
    if (json_text(upstream, "state") != NULL)
        say(to, ", %t %t, fixed in %t, looked up %t", member_text(upstream, "state"),
            member_text(upstream, "state_reason"),
            fixed_in == NULL ? "an unknown release" : fixed_in,
            member_text(upstream, "looked_up_at"));
    say_reasons(to, upstream, "", 2);
}

static void say_issues(struct decision_format *to, const json_t *issues)
{
    size_t index;
    json_t *issue;
    begin_part(to, PART_ISSUES, false);
    say(to, "Exit criteria for -B");
    json_array_foreach(issues, index, issue) {
        size_t number;
        json_t *mode;
        begin(to, POINT_ISSUE, 0);
        say(to, "%n: %s", member_text(issue, "issue"), member_text(issue, "status"));
        say_upstream(to, issue);
        json_array_foreach(json_object_get(issue, "modes"), number, mode) {
            say_mode(to, mode);
        }
    }
}

static void say_document(struct decision_format *to, const json_t *document)
{
    const char *signer = json_text(document, "signer");
    const char *name;
    json_t *digest;
    begin(to, POINT_DETAIL, 0);
    say(to, "%c", member_text(document, "digest"));
    begin(to, POINT_DETAIL, 1);
    say(to, "%t, %t, release %t, probe build %t, finished %t", member_text(document, "target"),
        member_text(document, "mode"), member_text(document, "release"),
        member_text(document, "probe_build"), member_text(document, "finished"));
    if (signer != NULL)
        say(to, ", signed by %t", signer);
    begin(to, POINT_DETAIL, 1);
    say(to, "descriptor %c", member_text(document, "target_digest"));
    json_object_foreach(iterable(json_object_get(document, "subject_digests")), name, digest) {
        begin(to, POINT_DETAIL, 1);
        say(to, "%t %c", name, json_string_value(digest));
    }
}

/** What counted, and whom one trusts with a yes. */
static void say_evidence(struct decision_format *to, const json_t *decision)
{
    const json_t *evidence = json_object_get(decision, "evidence");
    const char *signers = json_text(decision, "signers_digest");
    size_t index;
    json_t *document;
    char count[32];
    (void)snprintf(count, sizeof count, "%zu", json_array_size(evidence));
    begin_part(to, PART_EVIDENCE, false);
    say(to, "Evidence used: %t documents", count);
    begin(to, POINT_PLAIN, 0);
    say(to,
        signers == NULL
            ? "nobody vouches for any document: no signature was asked for (gate --signers)"
            : "each is signed by one of the signers %c",
        signers);
    json_array_foreach(evidence, index, document) {
        say_document(to, document);
    }
}

static void say_refused(struct decision_format *to, const json_t *refused)
{
    size_t index;
    json_t *document;
    if (json_array_size(refused) == 0)
        return;
    begin_part(to, PART_REFUSED, false);
    say(to, "Evidence refused");
    json_array_foreach(refused, index, document) {
        const char *target = json_text(document, "target");
        const char *digest = json_text(document, "digest");
        begin(to, POINT_PLAIN, 0);
        say(to, "%t (%c)", target == NULL ? "no target" : target,
            digest == NULL ? "no digest" : digest);
        say_reasons(to, document, "refused: ", 1);
    }
}

static void say_missing(struct decision_format *to, const json_t *missing)
{
    size_t index;
    json_t *entry;
    if (json_array_size(missing) == 0)
        return;
    begin_part(to, PART_MISSING, false);
    say(to, "Still missing");
    json_array_foreach(missing, index, entry) {
        const char *issue = json_text(entry, "issue");
        begin(to, POINT_PLAIN, 0);
        say(to, "%n: %t", issue == NULL ? "input" : issue, member_text(entry, "what"));
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

static void say_guards(struct decision_format *to, const json_t *guards)
{
    size_t index;
    json_t *guard;
    begin_part(to, PART_GUARDS, false);
    say(to,
        "The issues' own %c guards on explicit renames (another question than -B, "
        "answered from the same cells alone)",
        "@skipIf");
    json_array_foreach(guards, index, guard) {
        begin(to, POINT_PLAIN, 0);
        say(to, "guards of %n: ", member_text(guard, "issue"));
        say(to, guard_words(member_text(guard, "answer")));
    }
}

void decision_walk(const json_t *decision, size_t absent, struct decision_format *to)
{
    bool removable = strncmp(member_text(decision, "answer"), "may_be_removed", 14) == 0;
    say_answer(to, decision, absent);
    say_harness(to, json_object_get(decision, "harness"), removable);
    say_criteria(to, json_object_get(decision, "criteria"));
    say_issues(to, json_object_get(decision, "issues"));
    say_evidence(to, decision);
    say_refused(to, json_object_get(decision, "refused"));
    say_missing(to, json_object_get(decision, "missing"));
    say_guards(to, json_object_get(decision, "explicit_rename_guards"));
    begin_part(to, PART_ORIGIN, false);
    say(to, "Decided at %t by rename-oracle gate, decision %c", member_text(decision, "decided_at"),
        member_text(decision, "digest"));
    begin_part(to, PART_COUNT, false);
}
