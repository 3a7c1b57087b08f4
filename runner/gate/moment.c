/* SPDX-License-Identifier: MIT */
#include "gate/moment.h"

#include <string.h>
#include <time.h>

bool moment_parse(const char *text, moment *out)
{
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == NULL || *end != '\0')
        return false;
    time_t seconds = timegm(&parts);

    /* timegm takes February 30th for March 2nd, and strptime a year of three digits: only a text
     * that comes back as it was is a time. */
    char again[32];
    struct tm normal;
    if (gmtime_r(&seconds, &normal) == NULL ||
        strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", &normal) == 0)
        return false;
    *out = seconds;
    return strcmp(again, text) == 0;
}
