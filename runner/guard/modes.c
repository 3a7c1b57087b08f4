/* SPDX-License-Identifier: MIT */
#include "guard/modes.h"

#include "guard/recording_format.h"

#include <string.h>

static const char *const nothing[] = {NULL};
static const char *const flag_standalone[] = {
    "NANVIX_STANDALONE=1", "NANVIXD_EXTRA_ARGS=-bin-dir ./bin -ramfs rootfs.img", NULL};
static const char *const variable_standalone[] = {
    "NANVIX_PROCESS_MODE=standalone", "NANVIXD_EXTRA_ARGS=-bin-dir ./bin -ramfs rootfs.img", NULL};
static const char *const variable_single[] = {"NANVIX_PROCESS_MODE=single-process", NULL};
static const char *const variable_multi[] = {"NANVIX_PROCESS_MODE=multi-process", NULL};
static const char *const image[] = {"NANVIX_BIN_DIR={tools}",
                                    "NANVIXD_EXTRA_ARGS=-bin-dir {tools} -ramfs rootfs.img", NULL};
static const char *const image_forced[] = {"NANVIX_STANDALONE=1", "NANVIX_PROCESS_MODE=standalone",
                                           "NANVIX_BIN_DIR={tools}",
                                           "NANVIX_PYTHON_BIN=./bin/python3.12.elf", NULL};

const struct guard_mode guard_modes[] = {
    {"flag-standalone", "standalone", "NANVIX_STANDALONE=1", flag_standalone, NULL},
    {"flag-direct", "hosted", "NANVIX_STANDALONE not set", nothing, NULL},
    {"variable-standalone", "standalone", "NANVIX_PROCESS_MODE=standalone", variable_standalone,
     NULL},
    {"variable-single-process", "hosted-single-process", "NANVIX_PROCESS_MODE=single-process",
     variable_single, NULL},
    {"variable-multi-process", "hosted-multi-process", "NANVIX_PROCESS_MODE=multi-process",
     variable_multi, NULL},
    {"manifest-standalone", "standalone", "manifest.json says standalone", nothing, "standalone"},
    {"manifest-single-process", "hosted-single-process", "manifest.json says single-process",
     nothing, "single-process"},
    {"manifest-multi-process", "hosted-multi-process", "manifest.json says multi-process", nothing,
     "multi-process"},
    {"image", "standalone", "NANVIX_BIN_DIR names the tools", image, NULL},
    {"image-forced", "standalone", "every variable that says standalone", image_forced,
     "standalone"},
    {NULL, NULL, NULL, NULL, NULL},
};

const struct guard_scenario guard_scenarios[] = {
    {"one-module", "one test module", "", 1, TOOLS_ALL, true},
    {"many-modules", "enough for several batches", "", 26, TOOLS_ALL, true},
    {"no-modules", "called without modules", "", 0, TOOLS_ALL, false},
    {"guests-fail", "every guest ends with a failed test", RECORDER_FAIL_RUN, 5, TOOLS_ALL, false},
    {"guests-die", "every guest dies of a signal", RECORDER_DIE, 1, TOOLS_ALL, false},
    {"builds-fail", "no image can be made", RECORDER_FAIL_BUILD, 5, TOOLS_ALL, false},
    {"help-fails", "--help is an unknown flag", RECORDER_FAIL_HELP, 1, TOOLS_ALL, false},
    {"standalone-tools", "only what a standalone release has", "", 1, TOOLS_STANDALONE, false},
    {"hosted-tools", "only what a hosted or an older release has", "", 1, TOOLS_HOSTED, false},
    {"windows-tools", "only .exe tools", "", 1, TOOLS_WINDOWS, false},
    {NULL, NULL, NULL, 0, TOOLS_ALL, false},
};

bool guard_mode_matches(const struct guard_mode *mode, const char *word)
{
    if (strcmp(word, mode->name) == 0 || strcmp(word, mode->deployment) == 0)
        return true;
    return strcmp(mode->deployment, "hosted") == 0 && strncmp(word, "hosted-", 7) == 0;
}

static const char *const modules[] = {
    "test_json",     "test_bisect",  "test_heapq",     "test_string",   "test_textwrap",
    "test_struct",   "test_bool",    "test_dict",      "test_list",     "test_tuple",
    "test_set",      "test_slice",   "test_int",       "test_float",    "test_complex",
    "test_bytes",    "test_range",   "test_zip",       "test_operator", "test_copy",
    "test_enum",     "test_base64",  "test_calendar",  "test_csv",      "test_fractions",
    "test_keyword",  "test_abc",     "test_array",     "test_binascii", "test_class",
    "test_colorsys", "test_compare", "test_decorators"};

size_t guard_module_limit(void)
{
    return sizeof modules / sizeof modules[0];
}

const char *guard_module_name(size_t number)
{
    return number < guard_module_limit() ? modules[number] : NULL;
}
