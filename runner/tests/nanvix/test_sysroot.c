/* SPDX-License-Identifier: MIT */
/* What a sysroot is taken for: its release and its mode from what tells them, and the targets that
 * it serves or the reason why not. Nothing is started here. */
#include "base/cleanup.h"
#include "base/files.h"
#include "target/sysroot.h"
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char scratch_template[] = "/tmp/test-sysroot.XXXXXX";

/** A directory for one sysroot at a time. */
struct fixture {
    char scratch[sizeof scratch_template];
    char path[PATH_MAX];
};

/* Where the release and the mode come from. */
struct telling {
    const char *what;
    const char *directory; /* its name */
    const char *manifest;  /* NULL: there is none */
    const char *lock;      /* NULL: there is none */
    const char *given;     /* --release, or NULL */
    const char *release;
    const char *mode;
    const char *doubt; /* must be in it; empty: there is none */
};

/* As nanvix-zutil writes it; the first version in it is its own. */
#define LOCK_HEAD                                                                                  \
    "[metadata]\nnanvix-zutil-version = \"0.16.3\"\n\n[metadata.sdk]\nsdk-version = "              \
    "\"v0.20.1-sdk.2\"\nnanvix-tag = \"v0.20.1\" # the SDK's\nmin_nanvix_os = \"0.19.9\"\n\n"
#define LOCK_ZLIB "[[package]]\nname = \"zlib\"\nresolved-tag = \"v1.3.1\"\n\n"
#define LOCK_NANVIX(tag)                                                                           \
    "[[package]]\nkind = \"sysroot\"\nresolved-tag = '" tag "'\nname = \"nanvix\"\n\n"             \
    "[[package.assets]]\nname = \"" ARCHIVE ".tar.bz2\"\nurl = \"https://example.org/a\"\n\n"
#define ARCHIVE "nanvix-x86-microvm-multi-process-release-128mb-0123abc"
#define OTHER_ARCHIVE "nanvix-x86-microvm-single-process-release-256mb-89abcde"

static const struct telling tellings[] = {
    {"nothing", "s", NULL, NULL, NULL, "unknown", "", ""},
    {"a manifest", "s", "{\"release\": \"0.15.7\", \"deployment_mode\": \"standalone\"}", NULL,
     NULL, "0.15.7", "standalone", ""},
    {"a lock", "s", NULL, LOCK_HEAD LOCK_ZLIB LOCK_NANVIX("v0.20.1") LOCK_ZLIB, NULL, "v0.20.1",
     "hosted-multi-process", ""},
    {"a lock whose SDK is of another release", "s", NULL, LOCK_HEAD LOCK_NANVIX("v0.20.0"), NULL,
     "v0.20.0", "hosted-multi-process", "the SDK in nanvix.lock says that it is release v0.20.1"},
    {"a lock without Nanvix itself", "s", NULL, LOCK_HEAD LOCK_ZLIB, NULL, "v0.20.1", "", ""},
    {"a lock of something else", "s", NULL, LOCK_ZLIB, NULL, "unknown", "", ""},
    {"a lock without a version", "s", NULL, LOCK_NANVIX("latest"), NULL, "unknown",
     "hosted-multi-process", ""},
    {"a lock with words for versions", "s", NULL, "nanvix = v0.20.8\nrelease 1.2.3\n", NULL,
     "unknown", "", ""},
    {"a lock of this archive", ARCHIVE, NULL, LOCK_NANVIX("v0.20.0"), NULL, "v0.20.0",
     "hosted-multi-process", ""},
    {"a lock of another archive", OTHER_ARCHIVE, NULL, LOCK_NANVIX("v0.20.0"), NULL, "89abcde",
     "hosted-single-process", "is of another archive"},
    {"both, and the manifest counts", "s", "{\"release\": \"0.15.7\"}", LOCK_NANVIX("v0.20.8"),
     NULL, "0.15.7", "hosted-multi-process", "nanvix.lock says that it is release v0.20.8"},
    {"a manifest whose release is none", "s", "{\"release\": \"latest\"}", LOCK_NANVIX("v0.20.8"),
     NULL, "v0.20.8", "hosted-multi-process", ""},
    {"the user, against all", "s", "{\"release\": \"0.15.7\"}", LOCK_NANVIX("v0.20.8"), "v0.14.2",
     "v0.14.2", "hosted-multi-process",
     "manifest.json says that it is release 0.15.7; nanvix.lock says that it is release v0.20.8"},
    {"a commit's hash", "s", NULL, NULL, "0123abc", "0123abc", "", ""},
    {"the archive's name", "nanvix-x86-microvm-standalone-release-128mb-0123abc", NULL, NULL, NULL,
     "0123abc", "standalone", ""},
    {"single-process", "nanvix-x86-microvm-single-process-release", NULL, NULL, NULL, "unknown",
     "hosted-single-process", ""},
    {"multi-process", "my-multi-process", NULL, NULL, NULL, "unknown", "hosted-multi-process", ""},
    {"a manifest against the name", "standalone", "{\"deployment_mode\": \"multi-process\"}", NULL,
     NULL, "unknown", "hosted-multi-process", ""},
};

/* The files of a release, as what a target asks for. */
#define OLD_FILES "nanvixd.elf kernel.elf mkramfs.elf"
#define NEW_FILES OLD_FILES " mkimage.elf procd.elf memd.elf vfsd.elf"
#define MULTI_FILES "nanvixd.elf kernel.elf linuxd.elf uservm.elf"

struct serving {
    const char *target;
    const char *files;
    const char *mode;    /* as its manifest has it; empty: it does not say */
    const char *release; /* --release, or NULL */
    const char *why;     /* must be in the reason; NULL: it is served */
};

static const struct serving servings[] = {
    {"nanvix-standalone", NEW_FILES, "standalone", "0.14.3", NULL},
    {"nanvix-standalone", NEW_FILES, "standalone", "0.14.2",
     "mode not in this release: it came with 0.14.3, this is 0.14.2"},
    {"nanvix-standalone", NEW_FILES, "standalone", "0123abc", NULL},
    {"nanvix-standalone", NEW_FILES, "", NULL, NULL},
    {"nanvix-standalone", OLD_FILES, "standalone", NULL,
     "mode not in this release: bin/mkimage.elf is not in the sysroot"},
    {"nanvix-standalone", NEW_FILES, "hosted-multi-process", "0.14.3",
     "mode not in this release: 0.14.3 was built for hosted-multi-process (manifest.json tells "
     "it)"},
    {"nanvix-hostfs", NEW_FILES, "standalone", "0.20.8", NULL},
    {"nanvix-hostfs", NEW_FILES, "hosted-single-process", "0.15.7",
     "mode not in this release: 0.15.7 was built for hosted-single-process"},
    {"nanvix-standalone-legacy", OLD_FILES, "standalone", "0.14.2", NULL},
    {"nanvix-standalone-legacy", OLD_FILES, "standalone", NULL, NULL},
    {"nanvix-standalone-legacy", NEW_FILES, "standalone", "0.14.3",
     "mode not in this release: it went with 0.14.3, this is 0.14.3"},
    {"nanvix-standalone-legacy", NEW_FILES, "standalone", NULL, "give --release if it is older"},
    {"nanvix-standalone-legacy", NEW_FILES, "standalone", "0.9.0", NULL},
    {"nanvix-hosted-single", OLD_FILES, "single-process", "0.15.7", NULL},
    {"nanvix-hosted-single", OLD_FILES, "standalone", "0.15.7",
     "mode not in this release: 0.15.7 was built for standalone"},
    {"nanvix-hosted-multi", MULTI_FILES, "hosted-multi-process", "0.15.7", NULL},
    {"nanvix-hosted-multi", OLD_FILES, "hosted-multi-process", "0.15.7",
     "mode not in this release: bin/linuxd.elf is not in the sysroot"},
    /* Nothing but the daemons tells which mode it is. */
    {"nanvix-hosted-single", NEW_FILES, "", "0.20.8",
     "mode not in this release: 0.20.8 was built for standalone (bin/vfsd.elf tells it)"},
    {"nanvix-hosted-single", MULTI_FILES, "", "0.15.7",
     "mode not in this release: 0.15.7 was built for hosted-multi-process"},
    {"nanvix-hosted-multi", MULTI_FILES, "", NULL, NULL},
    {"nanvix-hosted-multi", MULTI_FILES, "multi-process", "0.20.0",
     "mode not in this release: it went with 0.20.0, this is 0.20.0"},
    {"nanvix-hosted-single", OLD_FILES, "single-process", "0.20.9", NULL},
    {"nanvix-hosted-single", OLD_FILES, "single-process", "0.21.0",
     "mode not in this release: it went with 0.21.0, this is 0.21.0"},
    {"native", NEW_FILES, "standalone", "0.20.8", "does not use a sysroot"},
};

/* How people have a release: where its bin/ and a lock lie, and what of it --nanvix is given. */
static const struct {
    const char *bin;
    const char *lock;
    const char *given;
    const char *release;
} layouts[] = {
    {"nanvix-rt/bin", NULL, "", "unknown"},
    {"nanvix-rt/bin", NULL, "nanvix-rt", "unknown"},
    {".nanvix/sysroot/bin", ".nanvix/nanvix.lock", ".nanvix/sysroot", "v0.20.0"},
    {".nanvix/sysroot/bin", ".nanvix/nanvix.lock", ".nanvix", "v0.20.0"},
    {"build/sysroot/bin", ".nanvix/nanvix.lock", "build/sysroot", "v0.20.0"},
    {".nanvix/out/test/bin", ".nanvix/nanvix.lock", ".nanvix/out/test", "v0.20.0"},
    {"nanvix-rt/bin", ".nanvix/nanvix.lock", "nanvix-rt", "v0.20.0"},
    {"nanvix-rt/bin", ".nanvix/nanvix.lock", "", "v0.20.0"},
};

static int make_scratch(void **state)
{
    static struct fixture fixture;
    memcpy(fixture.scratch, scratch_template, sizeof scratch_template);
    *state = &fixture;
    return mkdtemp(fixture.scratch) == NULL ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static int remove_scratch(void **state)
{
    const struct fixture *fixture = *state;
    return nftw(fixture->scratch, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const struct fixture *fixture, const char *name, const char *text,
                       mode_t mode)
{
    char path[PATH_MAX];
    assert_int_equal(path_format(path, sizeof path, NULL, "%s/%s", fixture->path, name), 0);
    CLEANUP_FILE FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fchmod(fileno(file), mode), 0);
}

/* In the place of the one before. */
static void start_sysroot(struct fixture *fixture, const char *name)
{
    char bin[PATH_MAX];
    if (fixture->path[0] != '\0')
        assert_int_equal(nftw(fixture->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    assert_int_equal(
        path_format(fixture->path, sizeof fixture->path, NULL, "%s/%s", fixture->scratch, name), 0);
    assert_int_equal(path_format(bin, sizeof bin, NULL, "%s/bin", fixture->path), 0);
    assert_int_equal(mkdir(fixture->path, 0755), 0);
    assert_int_equal(mkdir(bin, 0755), 0);
    write_file(fixture, "bin/nanvixd.elf", "", 0755);
}

static void release_and_mode_are_found(void **state)
{
    for (size_t i = 0; i < sizeof tellings / sizeof tellings[0]; i++) {
        const struct telling *telling = &tellings[i];
        struct sysroot sysroot;
        struct error error = ERROR_INIT;
        start_sysroot(*state, telling->directory);
        if (telling->manifest != NULL)
            write_file(*state, "manifest.json", telling->manifest, 0644);
        if (telling->lock != NULL)
            write_file(*state, "nanvix.lock", telling->lock, 0644);
        const struct fixture *fixture = *state;
        if (sysroot_inspect(&sysroot, fixture->path, telling->given, fixture->scratch, &error) != 0)
            fail_msg("%s: %s: %s", telling->what, error.where, error.what);
        if (strcmp(sysroot.release, telling->release) != 0 ||
            strcmp(sysroot.deployment_mode, telling->mode) != 0)
            fail_msg("%s: release '%s' and mode '%s', not '%s' and '%s'", telling->what,
                     sysroot.release, sysroot.deployment_mode, telling->release, telling->mode);
        if (strstr(sysroot.doubt, telling->doubt) == NULL ||
            (telling->doubt[0] == '\0') != (sysroot.doubt[0] == '\0'))
            fail_msg("%s: doubted for '%s', not '%s'", telling->what, sysroot.doubt,
                     telling->doubt);
    }
}

static void make_directories(const struct fixture *fixture, const char *name)
{
    struct error error = ERROR_INIT;
    CLEANUP_FD int anchor = open(fixture->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(files_make_directories(anchor, name, &error), 0);
}

static void it_is_found_in_what_people_have(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        char path[PATH_MAX];
        struct sysroot sysroot;
        struct error error = ERROR_INIT;
        start_sysroot(fixture, "project");
        assert_int_equal(path_format(path, sizeof path, NULL, "%s/bin/nanvixd.elf", fixture->path),
                         0);
        assert_int_equal(unlink(path), 0);
        make_directories(fixture, layouts[i].bin);
        make_directories(fixture, ".nanvix");
        (void)snprintf(path, sizeof path, "%s/nanvixd.elf", layouts[i].bin);
        write_file(fixture, path, "", 0755);
        if (layouts[i].lock != NULL)
            write_file(fixture, layouts[i].lock, LOCK_HEAD LOCK_NANVIX("v0.20.0"), 0644);
        assert_int_equal(
            path_format(path, sizeof path, NULL, "%s/%s", fixture->path, layouts[i].given), 0);
        if (sysroot_inspect(&sysroot, path, NULL, fixture->scratch, &error) != 0)
            fail_msg("%s of %s: %s", layouts[i].given, layouts[i].bin, error.what);
        assert_string_equal(sysroot.release, layouts[i].release);
    }
}

static void two_sysroots_are_not_chosen_from(void **state)
{
    struct sysroot sysroot;
    struct error error = ERROR_INIT;
    struct fixture *fixture = *state;
    start_sysroot(fixture, "two");
    make_directories(fixture, "one/bin");
    make_directories(fixture, "other/bin");
    write_file(fixture, "one/bin/nanvixd.elf", "", 0755);
    write_file(fixture, "other/bin/nanvixd.elf", "", 0755);
    char path[PATH_MAX];
    assert_int_equal(path_format(path, sizeof path, NULL, "%s/bin/nanvixd.elf", fixture->path), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(sysroot_inspect(&sysroot, fixture->path, NULL, fixture->scratch, &error), -1);
    assert_non_null(strstr(error.what, "more than one sysroot"));
}

static void add_programs(const struct fixture *fixture, const char *files)
{
    char words[256];
    char path[300];
    char *rest = NULL;
    (void)snprintf(words, sizeof words, "%s", files);
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        (void)snprintf(path, sizeof path, "bin/%s", word);
        write_file(fixture, path, "", 0755);
    }
}

static void check_serving(struct fixture *fixture, const struct serving *serving)
{
    char manifest[256];
    char found[PATH_MAX];
    char why[512] = "";
    struct sysroot sysroot;
    struct error error = ERROR_INIT;
    CLEANUP(target_release) struct target target = {0};
    start_sysroot(fixture, "s");
    add_programs(fixture, serving->files);
    /* A double, which asks for no KVM. */
    (void)snprintf(manifest, sizeof manifest, "{\"double\": true, \"deployment_mode\": \"%s\"}",
                   serving->mode);
    write_file(fixture, "manifest.json", manifest, 0644);
    assert_int_equal(target_find(serving->target, found, sizeof found, &error), 0);
    assert_int_equal(target_load(&target, found, &error), 0);
    assert_int_equal(
        sysroot_inspect(&sysroot, fixture->path, serving->release, fixture->scratch, &error), 0);
    bool served = sysroot_serves(&sysroot, &target, why, sizeof why);
    if (served != (serving->why == NULL) || (!served && strstr(why, serving->why) == NULL))
        fail_msg("%s of %s for '%s': %s", serving->target,
                 serving->release == NULL ? "an unknown release" : serving->release, serving->mode,
                 served ? "served" : why);
}

static void targets_are_served_or_say_why_not(void **state)
{
    for (size_t i = 0; i < sizeof servings / sizeof servings[0]; i++)
        check_serving(*state, &servings[i]);
}

static void releases_are_compared_as_numbers(void **state)
{
    (void)state;
    bool ok = false;
    assert_int_equal(release_compare("0.14.3", "v0.14.3", &ok), 0);
    assert_true(ok);
    assert_int_equal(release_compare("0.9.12", "0.14.3", &ok), -1);
    assert_int_equal(release_compare("1.0.0", "0.99.99", &ok), 1);
    assert_int_equal(release_compare("0.20.8-sdk.1", "0.20.8", &ok), 0);
    assert_true(ok);
    (void)release_compare("unknown", "0.14.3", &ok);
    assert_false(ok);
    (void)release_compare("0.14.3", "0.14", &ok);
    assert_false(ok);
}

int test_sysroot(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(release_and_mode_are_found),
        cmocka_unit_test(it_is_found_in_what_people_have),
        cmocka_unit_test(two_sysroots_are_not_chosen_from),
        cmocka_unit_test(targets_are_served_or_say_why_not),
        cmocka_unit_test(releases_are_compared_as_numbers),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
