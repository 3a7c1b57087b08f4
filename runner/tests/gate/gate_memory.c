/* SPDX-License-Identifier: MIT */
/*
 * Makes a decision again and again, each time with another allocation failing: the first, the
 * second, and so on to the last; once alone, once with all that follow. A decision that yields yes
 * must never do so when anything failed, and nothing may crash or leak (which the sanitizers see).
 * Every allocation of the gate counts: those that jansson makes, and, by the linker's --wrap, those
 * that this project's own code asks the C library for.
 *
 * usage: gate_memory STEP yes|no NOW CRITERIA UPSTREAM DOCUMENT...; STEP 1 tries every allocation,
 * "yes" is what comes out undisturbed.
 */
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/version.h"
#include "gate/gate.h"

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

static unsigned long asked;   /* allocations so far */
static unsigned long failing; /* the one that fails; 0 for none */
static bool and_all_after;
static unsigned long failed; /* how many did */

static bool fails(void)
{
    asked++;
    if (failing == 0 || asked < failing || (asked > failing && !and_all_after))
        return false;
    failed++;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

int __wrap_vasprintf(char **out, const char *format, va_list arguments)
{
    *out = NULL;
    return fails() ? -1 : __real_vasprintf(out, format, arguments);
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
    return fails() ? NULL : __real_open_memstream(text, length);
}

int __wrap_regcomp(regex_t *regex, const char *pattern, int flags)
{
    return fails() ? REG_ESPACE : __real_regcomp(regex, pattern, flags);
}
/* NOLINTEND */

/** The whole way to an answer that somebody could read. */
static enum gate_answer decide(const struct gate_options *options, struct error *error)
{
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

/** Returns whether the answer is one that a shortage of memory may have. */
static bool try_failure(const struct gate_options *options, unsigned long nth, bool forever)
{
    struct error error = ERROR_INIT;
    asked = 0;
    failed = 0;
    failing = nth;
    and_all_after = forever;
    enum gate_answer answer = decide(options, &error);
    failing = 0;
    if (failed == 0)
        return false;
    if (answer != GATE_MAY_BE_REMOVED && (error.code == ERROR_NONE || error.what[0] != '\0'))
        return true;
    (void)printf("allocation %lu of a decision failed, and the answer is %d\n", nth, (int)answer);
    return false;
}

int main(int argc, char **argv)
{
    struct gate_options options = {.probe_build = RO_PROBE_BUILD,
                                   .tool_version = RO_VERSION,
                                   .tool_commit = RO_COMMIT,
                                   .accept_weaker_criteria = true};
    unsigned long step = argc < 6 ? 0 : strtoul(argv[1], NULL, 10);
    if (step == 0 || !moment_parse(argv[3], &options.now)) {
        (void)fprintf(stderr, "usage: gate_memory STEP yes|no NOW CRITERIA UPSTREAM DOCUMENT...\n");
        return 2;
    }
    json_set_alloc_funcs(__wrap_malloc, free); /* until the first parse sets its own */
    options.criteria = argv[4];
    options.upstream = argv[5];
    options.documents = argv + 6;
    options.document_count = (size_t)(argc - 6);
    bool yes = strcmp(argv[2], "yes") == 0;
    struct error error = ERROR_INIT;
    enum gate_answer answer = decide(&options, &error);
    unsigned long total = asked;
    if ((answer == GATE_MAY_BE_REMOVED) != yes) {
        (void)printf("undisturbed, the answer is %d: %s\n", (int)answer, error.what);
        return 1;
    }
    for (unsigned long nth = 1; nth <= total; nth += step)
        if (!try_failure(&options, nth, false) || !try_failure(&options, nth, true))
            return 1;
    (void)printf("%lu allocations, every %lu. failed\n", total, step);
    return total > 1000 ? 0 : 1;
}
