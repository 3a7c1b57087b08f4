# shellcheck shell=bash
# What the scripts in ci/ share. Sourced, never run; sets `repository` and defines functions only.

# shellcheck disable=SC2034 # used where this is sourced
repository=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && cd .. && pwd -P)

# The scripts announce what they are at, so that a reader of a CI log finds the place.
say() {
    printf '== %s\n' "$*"
}

complain() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# Builds wait for the slowest core anyway; a machine that hides its number of cores gets one job.
jobs_here() {
    nproc 2>/dev/null || echo 1
}
