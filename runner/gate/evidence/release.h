/* SPDX-License-Identifier: MIT */
#ifndef RO_RELEASE_H
#define RO_RELEASE_H

/** How one release stands to another. */
enum release_order {
    RELEASE_OLDER,
    RELEASE_SAME,
    RELEASE_NEWER,
    RELEASE_INCOMPARABLE,
};

/**
 * Orders `left` against `right`. Known is the form [v]N.N[.N...][SUFFIX], where a suffix begins
 * with
 * '-', '+' or '~'. Numbers decide; a missing one counts as 0. Where all numbers are equal and the
 * suffixes are not, nobody can say which is newer (0.20.3-rc1 is older than 0.20.3, but
 * 0.20.3-sdk.2 is not), so that is incomparable, as is every other form, a commit's hash for
 * example. Only two equal texts are the same whatever their form.
 */
enum release_order release_order(const char *left, const char *right);

#endif
