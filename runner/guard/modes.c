/* SPDX-License-Identifier: MIT */
#include "guard/modes.h"

#include "guard/recording_format.h"

#include <string.h>

static const char *const nothing[] = {NULL};
static const char *const extra_ramfs[] = {"NANVIXD_EXTRA_ARGS=-bin-dir ./bin -ramfs rootfs.img",
                                          NULL};
static const char *const in_ci[] = {"CI=true", "GITHUB_ACTIONS=true", NULL};
static const char *const flag_standalone[] = {
    "NANVIX_STANDALONE=1", "NANVIXD_EXTRA_ARGS=-bin-dir ./bin -ramfs rootfs.img", NULL};
static const char *const variable_standalone[] = {
    "NANVIX_PROCESS_MODE=standalone", "NANVIXD_EXTRA_ARGS=-bin-dir ./bin -ramfs rootfs.img", NULL};
static const char *const variable_single[] = {"NANVIX_PROCESS_MODE=single-process", NULL};
static const char *const variable_multi[] = {"NANVIX_PROCESS_MODE=multi-process", NULL};
static const char *const image[] = {"NANVIX_BIN_DIR={tools}",
                                    "NANVIXD_EXTRA_ARGS=-bin-dir {tools} -ramfs rootfs.img", NULL};
static const char *const image_forced[] = {"NANVIX_STANDALONE=1",
                                           "NANVIX_PROCESS_MODE=standalone",
                                           "NANVIX_BIN_DIR={tools}",
                                           "NANVIX_PYTHON_BIN=./bin/python3.12.elf",
                                           "NANVIXD_EXTRA_ARGS=-bin-dir {tools} -ramfs rootfs.img",
                                           NULL};

const struct guard_mode guard_modes[] = {
    {"flag-standalone", "standalone", "NANVIX_STANDALONE=1", flag_standalone, NULL, KIND_RAMFS},
    {"flag-direct", "hosted", "NANVIX_STANDALONE not set", nothing, NULL, KIND_HOSTED},
    {"variable-standalone", "standalone", "NANVIX_PROCESS_MODE=standalone", variable_standalone,
     NULL, KIND_RAMFS},
    {"variable-single-process", "hosted-single-process", "NANVIX_PROCESS_MODE=single-process",
     variable_single, NULL, KIND_HOSTED},
    {"variable-multi-process", "hosted-multi-process", "NANVIX_PROCESS_MODE=multi-process",
     variable_multi, NULL, KIND_HOSTED},
    {"manifest-standalone", "standalone", "manifest.json says standalone", extra_ramfs,
     "standalone", KIND_RAMFS},
    {"manifest-single-process", "hosted-single-process", "manifest.json says single-process",
     nothing, "single-process", KIND_HOSTED},
    {"manifest-multi-process", "hosted-multi-process", "manifest.json says multi-process", nothing,
     "multi-process", KIND_HOSTED},
    {"image", "standalone", "NANVIX_BIN_DIR names the tools", image, NULL, KIND_IMAGE},
    {"image-forced", "standalone", "every variable that says standalone", image_forced,
     "standalone", KIND_IMAGE},
    {NULL, NULL, NULL, NULL, NULL, KIND_HOSTED},
};

enum { SEVERAL = 5, A_DOZEN = 12, MANY = 26 };

const struct guard_scenario guard_scenarios[] = {
    {"one-module", "one test module", 0, 1, TOOLS_ALL, true, NULL, NEEDS_NOTHING},
    {"many-modules", "enough for several batches", 0, MANY, TOOLS_ALL, true, NULL, NEEDS_NOTHING},
    {"no-modules", "called without modules", 0, 0, TOOLS_ALL, false, NULL, NEEDS_NOTHING},
    {"named-modules", "modules that the harness itself names", 0, 0, TOOLS_ALL, false, NULL,
     NEEDS_NAMED_MODULES},
    {"guests-fail", "every guest ends with a failed test", RECORDER_FAIL_RUN, SEVERAL, TOOLS_ALL,
     false, NULL, NEEDS_NOTHING},
    {"some-guests-fail", "some guests end so, others well", RECORDER_FAIL_SOME, A_DOZEN, TOOLS_ALL,
     false, NULL, NEEDS_NOTHING},
    {"guests-die", "every guest dies of a signal", RECORDER_DIE, SEVERAL, TOOLS_ALL, false, NULL,
     NEEDS_NOTHING},
    {"guests-time-out", "guests do not end, the harness's limit is short", RECORDER_HANG, 1,
     TOOLS_ALL, false, NULL, NEEDS_LIMIT},
    {"builds-fail", "no image can be made", RECORDER_FAIL_BUILD, SEVERAL, TOOLS_ALL, false, NULL,
     NEEDS_NOTHING},
    {"help-fails", "--help is an unknown flag", RECORDER_FAIL_HELP, 1, TOOLS_ALL, false, NULL,
     NEEDS_NOTHING},
    {"standalone-tools", "only what a standalone release has", 0, 1, TOOLS_STANDALONE, false, NULL,
     NEEDS_NOTHING},
    {"hosted-tools", "only what a hosted or an older release has", 0, 1, TOOLS_HOSTED, false, NULL,
     NEEDS_NOTHING},
    {"windows-tools", "only .exe tools", 0, 1, TOOLS_WINDOWS, false, NULL, NEEDS_NOTHING},
    {"ci", "many-modules with CI and GITHUB_ACTIONS set", 0, MANY, TOOLS_ALL, false, in_ci,
     NEEDS_NOTHING},
    {"ci-guests-fail", "guests-fail with these", RECORDER_FAIL_RUN, SEVERAL, TOOLS_ALL, false,
     in_ci, NEEDS_NOTHING},
    {"ci-guests-time-out", "guests-time-out with these", RECORDER_HANG, 1, TOOLS_ALL, false, in_ci,
     NEEDS_LIMIT},
    {NULL, NULL, 0, 0, TOOLS_ALL, false, NULL, NEEDS_NOTHING},
};

bool guard_mode_matches(const struct guard_mode *mode, const char *word)
{
    if (strcmp(word, mode->name) == 0 || strcmp(word, mode->deployment) == 0)
        return true;
    return strcmp(mode->deployment, "hosted") == 0 && strncmp(word, "hosted-", 7) == 0;
}

const char *const guard_module_names[] = {
    "test_json",       "test_import",       "test_importlib",
    "test_py_compile", "test_compileall",   "test_shutil",
    "test_os",         "test_pathlib",      "test_posix",
    "test_tempfile",   "test_unicode_file", "test_unicode_file_functions",
    "test_zipimport",  "test_runpy",        "test_cmd_line_script",
    "test_heapq",      "test_string",       "test_struct",
    "test_bool",       "test_dict",         "test_complex",
    "test_list",       "test_float",        "test_copy",
    "test_csv",        "test_base64",       NULL};
