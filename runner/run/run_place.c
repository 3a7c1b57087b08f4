/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "run/run_state.h"
#include "run/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define DEFAULT_OUTPUT "results"
#define REMOVE_NS (5 * NS_PER_S)

static void make_id(struct run *run)
{
    time_t now = time(NULL);
    struct tm parts;
    char stamp[32];
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint32_t)clock_now_ns();
    (void)gmtime_r(&now, &parts);
    (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    (void)snprintf(run->id, sizeof run->id, "%s-%08x", stamp, random);
    run->started_at = now;
    run->started_ns = clock_now_ns();
}

/* Opens a directory, made if missing; a symbolic link in its place is refused, because results
 * written through one could land anywhere. */
static int open_directory_at(int parent, const char *name, const char *shown, struct error *error)
{
    if (mkdirat(parent, name, 0755) != 0 && errno != EEXIST)
        return error_set_errno(error, errno, shown,
                               "cannot make this output directory; choose another with --output");
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        return error_set(error, ERROR_ENVIRONMENT, shown,
                         "is no directory (or a symbolic link, which is not followed); choose "
                         "another with --output");
    if (fd < 0)
        return error_set_errno(error, errno, shown, "cannot open this output directory");
    if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        int failed = errno;
        (void)close(fd);
        return error_set_errno(error, failed, shown,
                               "cannot write to this output directory; choose another with "
                               "--output");
    }
    return fd;
}

int run_make_scratch(struct run *run, struct error *error)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] != '/')
        base = "/tmp";
    if (!text_is_utf8(base, strlen(base)))
        return error_set(error, ERROR_ENVIRONMENT, base,
                         "is no UTF-8, which documents are; set TMPDIR to another directory");
    if (path_format(run->scratch, sizeof run->scratch, error, "%s/rename-oracle.XXXXXX", base) != 0)
        return -1;
    if (mkdtemp(run->scratch) == NULL) {
        error_set_errno(error, errno, base, "cannot make a temporary directory; set TMPDIR");
        run->scratch[0] = '\0';
        return -1;
    }
    run->settings.scratch = run->scratch;
    return 0;
}

int run_make_output(struct run *run, struct error *error)
{
    const char *output = run->options->output == NULL ? DEFAULT_OUTPUT : run->options->output;
    make_id(run);
    CLEANUP_FD int base = open_directory_at(AT_FDCWD, output, output, error);
    if (base < 0)
        return -1;
    char shown[PATH_MAX];
    if (path_format(shown, sizeof shown, error, "%s/%s", output, run->id) != 0)
        return -1;
    run->output_fd = open_directory_at(base, run->id, shown, error);
    if (run->output_fd < 0)
        return -1;
    run->settings.artifacts = "artifacts";
    run->settings.artifacts_fd =
        open_directory_at(run->output_fd, run->settings.artifacts, shown, error);
    return run->settings.artifacts_fd < 0 ? -1 : 0;
}

void run_remove_scratch(struct run *run)
{
    struct error failed = ERROR_INIT;
    if (run->scratch[0] == '\0')
        return;
    if (run->options->keep) {
        front_note(run->front, "kept: %s", run->scratch);
        return;
    }
    if (rmdir(run->scratch) == 0)
        return;
    struct deputy deputy = {.fd = -1};
    json_t *request =
        steps_request(json_pack("[{s:s}]", "remove", run->scratch), run->scratch, NULL);
    CLEANUP_JSON json_t *answer = run_ask_and_wait(run, &deputy, request, REMOVE_NS, &failed);
    if (!json_is_true(json_object_get(answer, "ok")))
        front_note(run->front, "could not be removed: %s", run->scratch);
    deputy_abandon(&deputy);
}
