/* SPDX-License-Identifier: MIT */
#include "process/pressure.h"

#include "base/clock.h"
#include "process/process_table.h"

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
    static const char *const files[] = {"/proc/pressure/cpu", "/proc/pressure/io",
                                        "/proc/pressure/memory"};
    char text[256];
    uint64_t total_ns = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (proc_read(files[i], text, sizeof text) > 0)
            total_ns += pressure_parse(text);
    return total_ns;
}

uint64_t pressure_stalled_since(uint64_t earlier_ns, uint64_t most_ns)
{
    uint64_t now_ns = pressure_stalled_ns();
    uint64_t since_ns = now_ns > earlier_ns ? now_ns - earlier_ns : 0;
    return since_ns < most_ns ? since_ns : most_ns;
}
