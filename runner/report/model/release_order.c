/* SPDX-License-Identifier: MIT */
#include "report/model/model.h"

#include "gate/evidence/release.h"

#include <stdlib.h>
#include <string.h>

static int compare_started(const void *left, const void *right)
{
    const struct report_release *a = left;
    const struct report_release *b = right;
    int order = strcmp(a->started, b->started);
    return order != 0 ? order : strcmp(a->build, b->build);
}

/* Only for releases that are all comparable with each other. */
static int compare_versions(const void *left, const void *right)
{
    const struct report_release *a = left;
    const struct report_release *b = right;
    switch (release_order(a->name, b->name)) {
    case RELEASE_OLDER:
        return -1;
    case RELEASE_NEWER:
        return 1;
    case RELEASE_SAME:
    case RELEASE_INCOMPARABLE:
    default:
        return compare_started(left, right);
    }
}

/* Whether versions put all releases in order, and there is anything to put in order. */
static bool versions_decide(const struct report_target *target)
{
    bool differ = false;
    for (size_t i = 0; i < target->release_count; i++)
        for (size_t j = i + 1; j < target->release_count; j++) {
            enum release_order order =
                release_order(target->releases[i].name, target->releases[j].name);
            if (order == RELEASE_INCOMPARABLE)
                return false;
            differ = differ || order != RELEASE_SAME;
        }
    return differ;
}

void report_order_releases(struct report_target *target)
{
    target->ordered_by_version = versions_decide(target);
    if (target->release_count > 1)
        qsort(target->releases, target->release_count, sizeof *target->releases,
              target->ordered_by_version ? compare_versions : compare_started);
}
