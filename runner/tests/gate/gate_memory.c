/* SPDX-License-Identifier: MIT */
/*
 * Makes a decision, or a comparison, again and again, each time with another allocation failing:
 * the first, the second, and so on to the last; once alone, once with all that follow. A decision
 * that yields yes must never do so when anything failed, a comparison must never come out, and
 * nothing may crash or leak (which the sanitizers see).
 * Every allocation of the gate counts: those that jansson makes, and, by the linker's --wrap, those
 * that this project's own code asks the C library for. Most are malloc for the parts of a JSON
 * value, one like the other; of these every STEPth is tried, of all others every OTHERth.
 *
 * usage: gate_memory STEP OTHER yes|no NOW CRITERIA UPSTREAM DOCUMENT...
 *        gate_memory STEP OTHER compare BASELINE NEW
 * "yes" is what comes out undisturbed.
 */
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/version.h"
#include "gate/gate.h"
#include "guard/harness_answer.h"
#include "report/compare/compare.h"

#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <string.h>

/* NOLINTBEGIN: the names are the linker's. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
int __real_vasprintf(char **out, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
FILE *__real_open_memstream(char **text, size_t *length);
int __real_regcomp(regex_t *regex, const char *pattern, int flags);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_vasprintf(char **out, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
FILE *__wrap_open_memstream(char **text, size_t *length);
int __wrap_regcomp(regex_t *regex, const char *pattern, int flags);

static unsigned long asked; /* allocations so far */
static char *is_other;      /* of each of the first, whether it was no malloc; NULL: not noted */
static unsigned long noted_most;
static unsigned long failing; /* the one that fails; 0 for none */
static bool and_all_after;
static unsigned long failed; /* how many did */

static bool fails(bool other)
{
    asked++;
    if (is_other != NULL && asked <= noted_most)
        is_other[asked - 1] = other;
    if (failing == 0 || asked < failing || (asked > failing && !and_all_after))
        return false;
    failed++;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails(false) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(true) ? NULL : __real_calloc(count, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails(true) ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(true) ? NULL : __real_strdup(text);
}

int __wrap_vasprintf(char **out, const char *format, va_list arguments)
{
    *out = NULL;
    return fails(true) ? -1 : __real_vasprintf(out, format, arguments);
}

int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = __wrap_vasprintf(out, format, arguments);
    va_end(arguments);
    return length;
}

FILE *__wrap_open_memstream(char **text, size_t *length)
{
    return fails(true) ? NULL : __real_open_memstream(text, length);
}

int __wrap_regcomp(regex_t *regex, const char *pattern, int flags)
{
    return fails(true) ? REG_ESPACE : __real_regcomp(regex, pattern, flags);
}
/* NOLINTEND */

/** What is done again and again. */
struct work {
    const struct gate_options *options; /* NULL for a comparison */
    const char *baseline;
    const char *fresh;
};

/** The whole way to an answer that somebody could read; for a comparison, one is "may go". */
static enum gate_answer decide(const struct work *work, struct error *error)
{
    const struct gate_options *options = work->options;
    enum gate_answer answer = GATE_UNDECIDED;
    CLEANUP_JSON json_t *decision = NULL;
    if (gate_decide(options, &answer, &decision, error) != 0) {
        if (answer == GATE_MAY_BE_REMOVED || decision != NULL)
            abort();
        return GATE_UNDECIDED;
    }
    if (document_seal(decision, error) != 0)
        return GATE_UNDECIDED;
    CLEANUP_FREE char *text = json_canonical_dump(decision);
    return text == NULL ? GATE_UNDECIDED : answer;
}

static enum gate_answer compare(const struct work *work, struct error *error)
{
    bool regressed = false;
    CLEANUP_JSON json_t *comparison = NULL;
    if (compare_results(work->baseline, work->fresh, &comparison, &regressed, error) == 0)
        return GATE_MAY_BE_REMOVED;
    if (!regressed || comparison != NULL)
        abort();
    return GATE_UNDECIDED;
}

static enum gate_answer do_work(const struct work *work, struct error *error)
{
    return work->options != NULL ? decide(work, error) : compare(work, error);
}

/** Returns whether the answer is one that a shortage of memory may have. */
static bool try_failure(const struct work *work, unsigned long nth, bool forever)
{
    struct error error = ERROR_INIT;
    asked = 0;
    failed = 0;
    failing = nth;
    and_all_after = forever;
    enum gate_answer answer = do_work(work, &error);
    failing = 0;
    if (failed == 0)
        return false;
    if (answer != GATE_MAY_BE_REMOVED && (error.code == ERROR_NONE || error.what[0] != '\0'))
        return true;
    (void)printf("allocation %lu failed, and the answer is %d\n", nth, (int)answer);
    return false;
}

/** Undisturbed, and notes of which kind each allocation is. Returns how many there are. */
static unsigned long note_allocations(const struct work *work, bool yes)
{
    struct error error = ERROR_INIT;
    noted_most = 1000000;
    is_other = __real_calloc(noted_most, 1);
    asked = 0;
    enum gate_answer answer = is_other == NULL ? GATE_UNDECIDED : do_work(work, &error);
    if ((answer == GATE_MAY_BE_REMOVED) == yes && asked <= noted_most)
        return asked;
    (void)printf("undisturbed, the answer is %d: %s\n", (int)answer, error.what);
    return 0;
}

static int try_all(const struct work *work, const unsigned long steps[2], bool yes)
{
    unsigned long total = note_allocations(work, yes);
    CLEANUP_FREE char *others = is_other;
    unsigned long tried = 0;
    is_other = NULL;
    for (unsigned long nth = 1; nth <= total; nth++) {
        if ((nth - 1) % steps[others[nth - 1] != 0] != 0)
            continue;
        tried++;
        if (!try_failure(work, nth, false) || !try_failure(work, nth, true))
            return 1;
    }
    (void)printf("%lu allocations, of which %lu failed\n", total, tried);
    return total > 1000 ? 0 : 1;
}

/** That there is no harness to check is a part of the decision, too, or the decision fails. */
static bool try_without_harness(void)
{
    const struct harness_options options = {.interrupt_fd = -1};
    unsigned long nth = 0;
    do {
        struct error error = ERROR_INIT;
        enum harness_status status = HARNESS_UNKNOWN;
        CLEANUP_JSON json_t *decision = json_object();
        asked = failed = 0;
        and_all_after = false;
        failing = ++nth;
        int result = harness_check(&options, decision, &status, &error);
        failing = 0;
        if (result != (failed > 0 ? -1 : 0) || (failed > 0 && error.code != ERROR_MEMORY))
            return false;
    } while (failed > 0);
    return nth > 1;
}

static int usage(void)
{
    (void)fprintf(stderr, "usage: gate_memory STEP OTHER yes|no NOW CRITERIA UPSTREAM DOCUMENT...\n"
                          "       gate_memory STEP OTHER compare BASELINE NEW\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct gate_options options = {.probe_build = RO_PROBE_BUILD,
                                   .tool_version = RO_VERSION,
                                   .tool_commit = RO_COMMIT,
                                   .accept_weaker_criteria = true};
    const unsigned long steps[2] = {argc < 6 ? 0 : strtoul(argv[1], NULL, 10),
                                    argc < 6 ? 0 : strtoul(argv[2], NULL, 10)};
    if (steps[0] == 0 || steps[1] == 0)
        return usage();
    json_set_alloc_funcs(__wrap_malloc, free); /* until the first parse sets its own */
    if (strcmp(argv[3], "compare") == 0)
        return try_all(&(struct work){.baseline = argv[4], .fresh = argv[5]}, steps, true);
    if (!try_without_harness()) {
        (void)printf("a decision without a harness came out when memory ran out\n");
        return 1;
    }
    if (argc < 8 || !moment_parse(argv[4], &options.now))
        return usage();
    options.criteria = argv[5];
    options.upstream = argv[6];
    options.documents = argv + 7;
    options.document_count = (size_t)(argc - 7);
    return try_all(&(struct work){.options = &options}, steps, strcmp(argv[3], "yes") == 0);
}
