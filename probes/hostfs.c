/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "hostfs.h"

#include "checks.h"
#include "steps.h"

#include <errno.h>

#ifdef PROBE_LINUX_MOUNT
#include <sys/mount.h>

static int call_mount(const char *directory)
{
    return mount("", directory, "hostfs", 0, NULL);
}
#else
/* Nanvix's takes no options, and not every libc of its has a header that declares it. */
int mount(const char *source, const char *directory, const char *type, unsigned long flags);

static int call_mount(const char *directory)
{
    return mount("", directory, "hostfs", 0);
}
#endif

void mount_hostfs(const char *directory)
{
    start_line("enter", "mount");
    add_text("path", directory);
    add_text("type", "hostfs");
    send_line();
    errno = 0;
    int result = call_mount(directory);
    leave_call("mount", result, errno);
    if (result != 0)
        report_failed_call("setup_mount", errno);
}
