/* SPDX-License-Identifier: MIT */
/* Only a static 32-bit program of this probe build is taken for a guest's; everything else that may
 * stand under a probe's name is refused with what it is instead. Shown on the probes themselves. */
#include "base/cleanup.h"
#include "base/data_dir.h"
#include "base/version.h"
#include "target/guest_program.h"
#include "unit.h"

#include <elf.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char abi[] = "nanvix-i686";
static const char another_build[] = "fedcba9876543210"; /* a text that is in no probe */

/** A program's bytes, and a file to write changed ones to. */
struct fixture {
    char probe[PATH_MAX];
    char path[64];
    unsigned char *bytes;
    size_t size;
};

/* One change of a good program: `width` bytes at `at` become `value`; then it is cut to `keep`. */
struct row {
    const char *name;
    size_t at;
    size_t width;
    uint32_t value;
    size_t keep;      /* 0: all of it */
    const char *what; /* must be in the message; NULL: it must be accepted */
};

#define HEADER(field) offsetof(Elf32_Ehdr, field), sizeof(((const Elf32_Ehdr *)NULL)->field)

static const struct row rows[] = {
    {"unchanged", 0, 0, 0, 0, NULL},
    {"an empty file", 0, 0, 0, SIZE_MAX, "is no ELF program"},
    {"a header cut short", 0, 0, 0, sizeof(Elf32_Ehdr) - 1, "is no ELF program"},
    {"a header and nothing else", 0, 0, 0, sizeof(Elf32_Ehdr), "is not a static program"},
    {"a program table cut short", 0, 0, 0, sizeof(Elf32_Ehdr) + 2, "is not a static program"},
    {"another magic number", 0, 4, 0x0a212123, 0, "is no ELF program"},
    {"big-endian", EI_DATA, 1, ELFDATA2MSB, 0, "is no ELF program"},
    {"no class", EI_CLASS, 1, ELFCLASSNONE, 0, "is no ELF program"},
    {"64-bit by its class", EI_CLASS, 1, ELFCLASS64, 0, "is for another machine (64-bit"},
    {"ARM", HEADER(e_machine), EM_ARM, 0, "is for another machine (32-bit, ELF machine 40)"},
    {"32-bit code for x86-64", HEADER(e_machine), EM_X86_64, 0, "is for another machine (32-bit"},
    {"an object file", HEADER(e_type), ET_REL, 0, "is not a static program"},
    {"a core dump", HEADER(e_type), ET_CORE, 0, "is not a static program"},
    {"a program table far away", HEADER(e_phoff), UINT32_MAX, 0, "is not a static program"},
    {"a program table that leaves the file", HEADER(e_phnum), UINT16_MAX, 0,
     "is not a static program"},
    {"no program table", HEADER(e_phnum), 0, 0, "is not a static program"},
    {"a program table of nothing", HEADER(e_phentsize), 0, 0, "is not a static program"},
    {"wants a dynamic linker", sizeof(Elf32_Ehdr), 4, PT_INTERP, 0, "is not a static program"},
};

static int read_probe(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.path = "/tmp/test-guest-program.XXXXXX"};
    *state = &fixture;
    CLEANUP_FD int fd = mkstemp(fixture.path);
    if (fd < 0)
        return -1;
    if (data_path(fixture.probe, sizeof fixture.probe, "probes/linux-i686/subdir_sibling", NULL) !=
        0)
        return 0;
    CLEANUP_FILE FILE *file = fopen(fixture.probe, "re");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return -1;
    fixture.size = (size_t)ftell(file);
    fixture.bytes = malloc(fixture.size);
    rewind(file);
    return fixture.bytes != NULL && fread(fixture.bytes, 1, fixture.size, file) == fixture.size
               ? 0
               : -1;
}

static int forget_probe(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->bytes);
    return unlink(fixture->path);
}

static struct fixture *need_probe(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->bytes == NULL) {
        print_message("SKIPPED: the probes for linux-i686 (package gcc-multilib)\n");
        skip();
    }
    return fixture;
}

static void write_program(const struct fixture *fixture, const unsigned char *bytes, size_t size)
{
    CLEANUP_FILE FILE *file = fopen(fixture->path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
}

static void only_a_static_i686_program_is_accepted(void **state)
{
    const struct fixture *fixture = need_probe(state);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct error error = ERROR_INIT;
        CLEANUP_FREE unsigned char *bytes = malloc(fixture->size);
        assert_non_null(bytes);
        memcpy(bytes, fixture->bytes, fixture->size);
        memcpy(bytes + row->at, &row->value, row->width); /* this machine is little-endian, too */
        size_t size = row->keep == 0 ? fixture->size : row->keep == SIZE_MAX ? 0 : row->keep;
        write_program(fixture, bytes, size);
        int failed = guest_program_check(fixture->path, abi, RO_PROBE_BUILD, &error);
        if (row->what == NULL && failed != 0)
            fail_msg("%s was refused: %s", row->name, error.what);
        if (row->what != NULL && failed == 0)
            fail_msg("%s was accepted", row->name);
        if (row->what != NULL &&
            (error.code != ERROR_INPUT || strcmp(error.where, fixture->path) != 0 ||
             strstr(error.what, row->what) == NULL))
            fail_msg("%s: %s: %s", row->name, error.where, error.what);
    }
}

static void a_program_of_another_build_is_refused(void **state)
{
    const struct fixture *fixture = need_probe(state);
    struct error error = ERROR_INIT;
    assert_int_equal(guest_program_check(fixture->probe, abi, another_build, &error), -1);
    assert_int_equal(error.code, ERROR_INPUT);
    assert_non_null(strstr(error.what, "of another probe build"));
    assert_non_null(strstr(error.what, another_build));
}

static void each_abi_wants_its_own_width(void **state)
{
    const struct fixture *fixture = need_probe(state);
    char wide[PATH_MAX];
    struct error error = ERROR_INIT;
    assert_int_equal(data_path(wide, sizeof wide, "probes/linux-x86_64/subdir_sibling", &error), 0);
    assert_int_equal(guest_program_check(wide, "linux-x86_64", RO_PROBE_BUILD, &error), 0);
    assert_int_equal(guest_program_check(wide, abi, RO_PROBE_BUILD, &error), -1);
    assert_non_null(strstr(error.what, "64-bit, ELF machine 62"));
    error = (struct error)ERROR_INIT;
    assert_int_equal(guest_program_check(fixture->probe, "linux-x86_64", RO_PROBE_BUILD, &error),
                     -1);
    assert_non_null(strstr(error.what, "32-bit, ELF machine 3"));
}

static void a_hostfs_target_wants_programs_that_mount_it(void **state)
{
    const struct fixture *fixture = need_probe(state);
    char mounting[PATH_MAX];
    struct error error = ERROR_INIT;
    assert_int_equal(
        guest_program_check(fixture->probe, "nanvix-i686-hostfs", RO_PROBE_BUILD, &error), -1);
    assert_int_equal(error.code, ERROR_INPUT);
    assert_non_null(strstr(error.what, "does not mount hostfs"));
    error = (struct error)ERROR_INIT;
    assert_int_equal(
        data_path(mounting, sizeof mounting, "probes/linux-x86_64-hostfs/subdir_sibling", &error),
        0);
    assert_int_equal(guest_program_check(mounting, "linux-x86_64-hostfs", RO_PROBE_BUILD, &error),
                     0);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    assert_int_equal(guest_program_check("/nowhere/probe", abi, RO_PROBE_BUILD, &error), -1);
    assert_int_equal(error.code, ERROR_ENVIRONMENT);
    error = (struct error)ERROR_INIT;
    assert_int_equal(guest_program_check("/tmp", abi, RO_PROBE_BUILD, &error), -1);
    assert_int_equal(error.code, ERROR_INPUT);
}

int test_guest_program(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_static_i686_program_is_accepted),
        cmocka_unit_test(a_program_of_another_build_is_refused),
        cmocka_unit_test(each_abi_wants_its_own_width),
        cmocka_unit_test(a_hostfs_target_wants_programs_that_mount_it),
        cmocka_unit_test(what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, read_probe, forget_probe);
}
