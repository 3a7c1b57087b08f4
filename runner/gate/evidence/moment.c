/* SPDX-License-Identifier: MIT */
#include "gate/evidence/moment.h"

#include <string.h>
#include <time.h>

bool moment_parse(const char *text, moment *out)
{
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == NULL || *end != '\0')
        return false;
    time_t seconds = timegm(&parts);

    /* timegm takes February 30th for March 2nd, and both strptime and strftime take a year of two
     * digits: only a text of the right length that comes back as it was is a time. */
    char again[32] = "";
    struct tm normal = {0};
    (void)gmtime_r(&seconds, &normal);
    (void)strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &normal);
    *out = seconds;
    return strlen(text) == sizeof "2026-11-22T12:00:00Z" - 1 && strcmp(again, text) == 0;
}
