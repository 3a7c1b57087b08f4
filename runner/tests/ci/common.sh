# shellcheck shell=bash
# What the tests of the scripts in ci/ share. A test that sources it has a function `show`, which
# prints what its script has said, and $code, what the script has ended with.

# shellcheck disable=SC2034 # the tests use it
source_tree=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
code=0

# expect WHAT COMMAND...: counts and tells a failure unless the command holds.
expect() {
    local what=$1
    shift
    "$@" && return
    echo "FAILED: $what (exit $code)"
    show
    failures=$((failures + 1))
}

# shellcheck disable=SC2317 # called through expect
code_is() { [[ $code -eq $1 ]]; }
# shellcheck disable=SC2317 # called through expect
not() { ! "$@"; }
