/* SPDX-License-Identifier: MIT */
/* Removing what others had their hands in: nothing outside goes, whatever they put there. */
#include "base/cleanup.h"
#include "base/files.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { DEEP = 300, TOO_DEEP = 600, MANY = 2000 };

/* A scratch directory with `outside`, which must stay as it is, and `own`, which is to go. */
struct scene {
    char path[64];
    int fd;
};

static void make_file(int directory, const char *path)
{
    CLEANUP_FD int fd = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    assert_true(fd >= 0 && write(fd, "kept", 4) == 4);
}

static bool is_there(const struct scene *scene, const char *path)
{
    return faccessat(scene->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int set_scene(void **state)
{
    static struct scene scene;
    (void)snprintf(scene.path, sizeof scene.path, "/tmp/test-files.XXXXXX");
    assert_non_null(mkdtemp(scene.path));
    scene.fd = open(scene.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(scene.fd >= 0);
    assert_int_equal(mkdirat(scene.fd, "outside", 0755), 0);
    make_file(scene.fd, "outside/file");
    assert_int_equal(mkdirat(scene.fd, "own", 0755), 0);
    make_file(scene.fd, "own/file");
    *state = &scene;
    return 0;
}

static int clear_scene(void **state)
{
    const struct scene *scene = *state;
    bool kept = is_there(scene, "outside/file");
    (void)close(scene->fd);
    return remove_tree(scene->path, NULL) == 0 && kept ? 0 : -1;
}

static void remove_well(const struct scene *scene, const char *path)
{
    struct error error = ERROR_INIT;
    if (files_remove(scene->fd, path, &error) != 0)
        fail_msg("%s: %s: %s", path, error.where, error.what);
    assert_false(is_there(scene, path));
}

static void a_tree_goes(void **state)
{
    const struct scene *scene = *state;
    char name[64];
    assert_int_equal(mkdirat(scene->fd, "own/a", 0755), 0);
    assert_int_equal(mkfifoat(scene->fd, "own/a/fifo", 0600), 0);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof name, "own/a/%d", i);
        make_file(scene->fd, name);
    }
    remove_well(scene, "own/a/fifo");
    remove_well(scene, "own");
    remove_well(scene, "own");
    remove_well(scene, "own/that/never/was");
}

static void links_are_not_followed(void **state)
{
    const struct scene *scene = *state;
    assert_int_equal(symlinkat("../outside", scene->fd, "own/directory"), 0);
    assert_int_equal(symlinkat("../outside/file", scene->fd, "own/link"), 0);
    assert_int_equal(symlinkat("outside", scene->fd, "way"), 0);
    assert_int_equal(files_remove(scene->fd, "own/directory/file", NULL), -1);
    assert_int_equal(files_remove(scene->fd, "way/file", NULL), -1);
    assert_int_equal(files_make_directories(scene->fd, "way/new", NULL), -1);
    assert_int_equal(files_open(scene->fd, "way/new", O_WRONLY | O_CREAT, 0644), -1);
    assert_int_equal(files_open(scene->fd, "own/link", O_WRONLY | O_TRUNC, 0644), -1);
    remove_well(scene, "own");
    remove_well(scene, "way");
    assert_false(is_there(scene, "outside/new"));
}

static void the_anchor_stays(void **state)
{
    const struct scene *scene = *state;
    static const char *const paths[] = {
        ".",    "..", "own/..", "own/../outside", "../own", "own/./file", "own//file",
        "own/", "/",  ""};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(files_remove(scene->fd, paths[i], NULL), -1);
        assert_int_equal(files_make_directories(scene->fd, paths[i], NULL), -1);
        assert_int_equal(files_open(scene->fd, paths[i], O_RDONLY, 0), -1);
    }
    assert_int_equal(remove_tree("/", NULL), -1);
    assert_int_equal(remove_tree(".", NULL), -1);
    assert_true(is_there(scene, "own/file"));
}

/* In a child, which is an ordinary user: nothing is locked for root. */
static int remove_locked(const struct scene *scene)
{
    static const char *const locked[] = {"open/a/b/c", "open/a/b", "open/a"};
    static const mode_t modes[] = {0500, 0100, 0};
    CLEANUP_FD int open_fd = openat(scene->fd, "open", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 1;
    if (files_make_directories(scene->fd, "open/a/b/c", NULL) != 0)
        return 2;
    make_file(scene->fd, "open/a/b/c/file");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (fchmodat(scene->fd, locked[i], modes[i], 0) != 0)
            return 3;
    return files_remove(open_fd, "a", NULL) == 0 && !is_there(scene, "open/a") ? 0 : 4;
}

static int exit_status_of(int (*what)(const struct scene *), const struct scene *scene)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(what(scene));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void locked_directories_go(void **state)
{
    const struct scene *scene = *state;
    assert_int_equal(mkdirat(scene->fd, "open", 0755), 0);
    assert_int_equal(fchmodat(scene->fd, "open", 0777, 0), 0);
    assert_int_equal(fchmod(scene->fd, 0755), 0);
    assert_int_equal(exit_status_of(remove_locked, scene), 0);
}

/* Makes so many directories in each other. */
static void nest(const struct scene *scene, int levels)
{
    CLEANUP_FD int fd = openat(scene->fd, "own", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < levels; i++) {
        assert_int_equal(mkdirat(fd, "d", 0755), 0);
        int next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        (void)close(fd);
        fd = next;
    }
}

static void deep_ones_go_or_are_named(void **state)
{
    const struct scene *scene = *state;
    struct error error = ERROR_INIT;
    nest(scene, DEEP);
    remove_well(scene, "own/d");
    nest(scene, TOO_DEEP);
    assert_int_equal(files_remove(scene->fd, "own", &error), -1);
    assert_non_null(strstr(error.what, "too deep"));
    /* From half of the way on it is not. */
    char half[2 * DEEP] = "own/d";
    for (int i = 1; i < DEEP - 10; i++)
        memcpy(half + strlen(half), "/d", sizeof "/d");
    remove_well(scene, half);
    remove_well(scene, "own");
}

/* In a child, whose mounts go with it. Returns what it exits with: 0 when the mount stayed. */
static int remove_over_a_mount(const struct scene *outer)
{
    char place[128];
    struct scene inner = *outer;
    const struct scene *scene = &inner;
    struct error error = ERROR_INIT;
    (void)snprintf(place, sizeof place, "%s/own/mount", scene->path);
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mkdir(place, 0755) != 0 || mount("test", place, "tmpfs", 0, NULL) != 0)
        return 77;
    inner.fd = open(scene->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    make_file(scene->fd, "own/mount/file");
    if (files_remove(scene->fd, "own", &error) == 0 || strstr(error.what, "is a mount") == NULL ||
        !is_there(scene, "own/mount/file"))
        return 1;
    /* What stands beside it goes all the same. */
    return is_there(scene, "own/file") || files_remove(scene->fd, "own/mount/file", NULL) == 0;
}

static void mounts_stay(void **state)
{
    const struct scene *scene = *state;
    int status = exit_status_of(remove_over_a_mount, scene);
    if (status == 77)
        skip(); /* no mounts for this user */
    assert_int_equal(status, 0);
    remove_well(scene, "own");
}

int test_files(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tree_goes, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(links_are_not_followed, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(the_anchor_stays, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(locked_directories_go, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(deep_ones_go_or_are_named, set_scene, clear_scene),
        cmocka_unit_test_setup_teardown(mounts_stay, set_scene, clear_scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
