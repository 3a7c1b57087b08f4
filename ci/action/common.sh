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

# What names, documents and guests say is printed below, and a line of it may look like a command of
# the workflow (::NAME::, or ##[NAME] anywhere). So commands are stopped until a word comes that nobody
# can know, and go on only for our own lines. Both streams are one, or the order would not hold.
exec 2>&1
stop_word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
stop_commands() { printf '::stop-commands::%s\n' "$stop_word"; }
resume_commands() { printf '\n::%s::\n' "$stop_word"; } # what came before may have no end of line
stop_commands
trap resume_commands EXIT

# as_commands COMMAND...: what it prints is for the workflow.
as_commands() {
    local code=0
    resume_commands
    "$@" || code=$?
    stop_commands
    return "$code"
}

# annotate_job LEVEL TITLE MESSAGE: a line on the workflow's page. A name may hold anything, so what
# could end the line or begin another command is escaped as GitHub asks for.
annotate_job() {
    local message=${3//'%'/%25}
    message=${message//$'\r'/%0D}
    as_commands printf '::%s title=%s::%s\n' "$1" "$2" "${message//$'\n'/%0A}"
}

# stop TITLE MESSAGE: the same, and the end.
stop() {
    annotate_job error "$@"
    exit 2
}

# find_documents DIRECTORY: fills the array `documents` with every *.json below it, at any depth and
# whatever it is called, in small letters or capitals. Nothing is passed over: a file that is called
# otherwise and looks like a document ends the step, and how many of the others were not read is said.
# Links are followed, so that a document behind one counts, too.
find_documents() {
    local below=$1 names others
    [[ $below == /* ]] || below=./$below
    documents=()
    [[ -d $below ]] || stop "No documents" "$1 is not a directory"
    names=$(mktemp)
    others=$(mktemp)
    # A directory that can't be read may hold a document, so that find has to succeed.
    if ! find -L "$below" ! -type d \( -iname '*.json' -print0 -o ! -iname '*.json.sig' -fprint0 "$others" \) |
        sort -z >"$names"; then
        rm -f "$names" "$others"
        stop "Documents" "$1 could not be searched; the log above says where"
    fi
    mapfile -d '' -t documents <"$names"
    local overlooked count
    overlooked=$("$repository/ci/action/overlooked" "$others") || overlooked="they could not be looked at"
    count=$(tr -cd '\0' <"$others" | wc -c)
    rm -f "$names" "$others"
    [[ -z $overlooked ]] ||
        stop "Documents" "not called *.json, and so not read, but they look like documents: $overlooked"
    [[ ${#documents[@]} -gt 0 ]] || stop "No documents" "there is no *.json below $1"
    echo "$count files below are no *.json and were not read"
}
