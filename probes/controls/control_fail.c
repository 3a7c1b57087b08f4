/* SPDX-License-Identifier: MIT */

/*
 * control_fail: the calls of control_pass, and then one broken check on purpose
 *
 * Proves that a broken check in a guest arrives as the verdict `fail`.
 *
 * Ends with `fail`, the check `on_purpose` broken and no other. Left behind with --keep: D/a.
 */
#include "story.h"

int main(int argc, char **argv)
{
    static const struct content source = {"source", 3000};
    static const struct listing root = {".", "a"};
    if (begin_story(argc, argv, "control_fail", "a b") != 0)
        return PROBE_USAGE;
    make_file("a", source);
    check_file("a", source);
    check_listing(&root);
    if (story_goes_on()) {
        tell_about_rename();
        report_check("on_purpose", "broken", "broken");
    }
    return end_story();
}
