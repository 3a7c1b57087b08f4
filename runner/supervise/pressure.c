/* SPDX-License-Identifier: MIT */
#include "supervise/pressure.h"

#include "base/clock.h"
#include "supervise/process_table.h"

#include <stdlib.h>
#include <string.h>

uint64_t pressure_parse(const char *text)
{
    static const char total[] = " total=";
    const char *end = strchr(text, '\n');
    const char *value = strncmp(text, "some ", 5) == 0 ? strstr(text, total) : NULL;
    if (value == NULL || (end != NULL && value > end))
        return 0;
    return strtoull(value + sizeof total - 1, NULL, 10) * (NS_PER_MS / 1000); /* microseconds */
}

uint64_t pressure_stalled_ns(void)
{
    char text[256];
    return proc_read("/proc/pressure/cpu", text, sizeof text) > 0 ? pressure_parse(text) : 0;
}

uint64_t pressure_stalled_since(uint64_t earlier_ns)
{
    uint64_t now_ns = pressure_stalled_ns();
    return now_ns > earlier_ns ? now_ns - earlier_ns : 0;
}
