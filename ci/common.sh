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

show_steps() {
    local line
    while IFS= read -r line; do
        [[ ! $line =~ ^\[[\ 0-9/%]+\] ]] || printf '\r   %s' "${BASH_REMATCH[0]}"
    done
}

# build_quietly COMMAND...: runs a build and keeps what it says to itself, unless it fails: then the
# whole log comes out. A terminal sees in one line how far it is (ninja's [1/267] or make's [ 1%]).
build_quietly() {
    local log code=0 begin=$SECONDS
    log=$(mktemp) || return 1
    if [[ -t 1 ]]; then
        "$@" 2>&1 | tee -- "$log" | show_steps || code=1
        printf '\r\033[K'
    else
        "$@" >"$log" 2>&1 || code=1
    fi
    if [[ $code -ne 0 ]]; then
        cat -- "$log"
        complain "the build failed after $((SECONDS - begin)) s; its whole log stands above"
    fi
    rm -f -- "$log"
    return "$code"
}
