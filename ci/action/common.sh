# shellcheck shell=bash
# What the action's steps share. Inputs arrive as RO_... variables, so that no text of a workflow is
# ever part of a script.

# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../common.sh"

set -f # inputs are split into words; none of them is a pattern

# shellcheck disable=SC2034 # these two are used where this is sourced
program=${RO_PROGRAM:-$repository/build/runner/rename-oracle}
# shellcheck disable=SC2034
guest_build=$repository/build-guest

# annotate_job LEVEL TITLE MESSAGE: a line on the workflow's page. A name may hold anything, so what
# could end the line or begin another command is escaped as GitHub asks for.
annotate_job() {
    local message=${3//'%'/%25}
    message=${message//$'\r'/%0D}
    printf '::%s title=%s::%s\n' "$1" "$2" "${message//$'\n'/%0A}"
}

# stop TITLE MESSAGE: the same, and the end.
stop() {
    annotate_job error "$@"
    exit 2
}

# find_documents DIRECTORY: fills the array `documents` with every *.json below it, at any depth and
# whatever it is called; nothing is passed over. The files beside the documents of a run have no such
# names; how many were not read is said. Links are followed, so that a document behind one counts, too.
find_documents() {
    local below=$1 names
    [[ $below == /* ]] || below=./$below
    documents=()
    [[ -d $below ]] || stop "No documents" "$1 is not a directory"
    names=$(mktemp)
    # A directory that can't be read may hold a document, so that find has to succeed.
    if ! find -L "$below" ! -type d -name '*.json' -print0 | sort -z >"$names"; then
        rm -f "$names"
        stop "Documents" "$1 could not be searched; the log above says where"
    fi
    mapfile -d '' -t documents <"$names"
    rm -f "$names"
    [[ ${#documents[@]} -gt 0 ]] || stop "No documents" "there is no *.json below $1"
    echo "$(find -L "$below" ! -type d ! -name '*.json' ! -name '*.json.sig' -printf x | wc -c) files below are no *.json and were not read"
}
