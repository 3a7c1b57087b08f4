# shellcheck shell=bash
# What the action's steps share. Inputs arrive as RO_... variables, so that no text of a workflow is
# ever part of a script.

# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"

# shellcheck disable=SC2034 # these two are used where this is sourced
program=${RO_PROGRAM:-$repository/build/runner/rename-oracle}
# shellcheck disable=SC2034
guest_build=$repository/build-guest

# stop TITLE MESSAGE: an annotation that the workflow's page shows, and the end.
stop() {
    printf '::error title=%s::%s\n' "$1" "${2//$'\n'/ }"
    exit 2
}

# The documents below a directory, one path a line; what lies in artifacts/ is not one.
find_documents() {
    find "$1" -type d -name artifacts -prune -o -type f -name '*.json' -print | sort
}
