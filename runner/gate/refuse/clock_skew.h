/* SPDX-License-Identifier: MIT */
#ifndef RO_CLOCK_SKEW_H
#define RO_CLOCK_SKEW_H

/**
 * How far ahead another machine's clock may be, in seconds, before what it wrote is from the
 * future: machines of a CI matrix agree only roughly.
 */
#define CLOCK_SKEW_S 300

#endif
