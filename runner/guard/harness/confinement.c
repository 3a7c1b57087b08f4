/* SPDX-License-Identifier: MIT */
#include "guard/harness/confinement.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Rights that are younger than the headers of Debian 12. */
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define SCOPE_ABSTRACT_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* The versions that brought a right. */
enum { ABI_REFER = 2, ABI_TRUNCATE = 3, ABI_IOCTL = 5, ABI_SCOPE = 6 };

#define FS_MAKE                                                                                    \
    (LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |    \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
     LANDLOCK_ACCESS_FS_MAKE_SYM)
#define FS_WRITE                                                                                   \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_MAKE)
/* What can be granted on a file that is no directory. */
#define FS_ON_FILE                                                                                 \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | FS_TRUNCATE | FS_IOCTL_DEV)

/* As the kernel of version 6 has it; an older one is given less of it. */
struct ruleset_attributes {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

/* Devices that every program may write to: they keep nothing. */
static const char *const devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                      "/dev/random", "/dev/urandom", "/dev/tty",
                                      "/dev/ptmx",   "/dev/pts",     NULL};

static uint64_t write_rights(int abi)
{
    uint64_t rights = FS_WRITE;
    rights |= abi >= ABI_REFER ? LANDLOCK_ACCESS_FS_REFER : 0;
    rights |= abi >= ABI_TRUNCATE ? FS_TRUNCATE : 0;
    rights |= abi >= ABI_IOCTL ? FS_IOCTL_DEV : 0;
    return rights;
}

static int create_ruleset(int abi)
{
    struct ruleset_attributes attributes = {.handled_access_fs =
                                                write_rights(abi) | LANDLOCK_ACCESS_FS_EXECUTE,
                                            .scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL};
    size_t size = abi >= ABI_SCOPE ? sizeof attributes : sizeof attributes.handled_access_fs;
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
}

static int allow(const struct confinement *confinement, const char *path, uint64_t rights,
                 struct error *error)
{
    CLEANUP_FD int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return 0;
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_set_errno(error, errno, path, "cannot be looked at");
    struct landlock_path_beneath_attr rule = {.parent_fd = fd, .allowed_access = rights};
    if (!S_ISDIR(status.st_mode))
        rule.allowed_access &= FS_ON_FILE;
    if (syscall(SYS_landlock_add_rule, confinement->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule,
                0) != 0)
        return error_set_errno(error, errno, path, "cannot be allowed to a harness (Landlock)");
    return 0;
}

static int allow_all(const struct confinement *confinement, const struct string_list *paths,
                     uint64_t rights, struct error *error)
{
    for (size_t i = 0; i < paths->count; i++)
        if (allow(confinement, paths->items[i], rights, error) != 0)
            return -1;
    return 0;
}

static int allow_devices(const struct confinement *confinement, struct error *error)
{
    uint64_t rights = write_rights(confinement->abi) & FS_ON_FILE;
    for (const char *const *device = devices; *device != NULL; device++)
        if (allow(confinement, *device, rights, error) != 0)
            return -1;
    return 0;
}

static void describe(struct confinement *confinement)
{
    int abi = confinement->abi;
    (void)snprintf(confinement->text, sizeof confinement->text,
                   "writing, making and deleting elsewhere is refused by the kernel (Landlock %d)"
                   "%s%s",
                   abi, abi < ABI_TRUNCATE ? ", but not cutting files short" : "",
                   abi < ABI_SCOPE ? ", nor signals to other processes" : "");
}

int confinement_prepare(struct confinement *confinement, const struct confinement_paths *paths,
                        struct error *error)
{
    *confinement = (struct confinement){.ruleset = -1};
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi > 0) {
        confinement->abi = abi;
        confinement->ruleset = create_ruleset(abi);
    }
    if (confinement->ruleset < 0) {
        (void)snprintf(confinement->text, sizeof confinement->text,
                       "this kernel has no Landlock (%s), so what it writes elsewhere is written",
                       strerrorname_np(errno));
        return 0;
    }
    describe(confinement);
    if (allow_all(confinement, paths->writable, write_rights(abi), error) == 0 &&
        allow_all(confinement, paths->executable, LANDLOCK_ACCESS_FS_EXECUTE, error) == 0 &&
        allow_devices(confinement, error) == 0)
        return 0;
    confinement_release(confinement);
    return -1;
}

int confinement_enter(const struct confinement *confinement)
{
    if (!confinement_holds(confinement))
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_landlock_restrict_self, confinement->ruleset, 0);
}

bool confinement_holds(const struct confinement *confinement)
{
    return confinement->ruleset >= 0;
}

void confinement_release(struct confinement *confinement)
{
    if (confinement->ruleset >= 0)
        (void)close(confinement->ruleset);
    confinement->ruleset = -1;
}
