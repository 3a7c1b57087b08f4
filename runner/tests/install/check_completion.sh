#!/bin/bash
# The completion offers what the program's own --help names.
set -euo pipefail

build=${1:?the build tree}
program=$build/runner/rename-oracle
# shellcheck source=/dev/null
. "$(dirname -- "${BASH_SOURCE[0]}")/../../../ci/completion/rename-oracle.bash"

# offers WORD...: what is offered when the last word is completed, sorted, on one line.
offers() {
    COMP_WORDS=("$program" "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _rename_oracle
    printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

expect() {
    local got
    got=$(offers "${@:2}")
    [[ $got == *"$1"* ]] || { echo "FAILED: '${*:2}' offers '$got', not '$1'" && exit 1; }
}

expect '--help --version' ''
expect 'help ' hel
expect '--version ' --v
for command in $("$program" --help | sed -n 's/^  \([a-z]\{2,\}\) .*/\1/p'); do
    expect "$command " "${command:0:3}"
    expect '--help ' "$command" --he
done
expect 'native ' run --target nat
expect 'native ' run --target = nat
expect 'uml-9p uml-block uml-fat uml-fat12 uml-hostfs ' run -t uml
expect 'subdir_sibling subdir_to_root ' run -s subdir
expect 'html junit markdown tap ' report -f ''

# Every long option that a command's help explains.
for command in $("$program" --help | sed -n 's/^  \([a-z]\{2,\}\) .*/\1/p'); do
    explained=$("$program" "$command" --help | grep -oE '^ {2,6}(-., )?--[a-z-]+' | grep -oE -- '--.*')
    [[ $(wc -l <<<"$explained") -ge 2 ]] || { echo "FAILED: the help of $command explains nothing" && exit 1; }
    offered=" $(offers "$command" --)"
    for option in $explained; do
        [[ $offered == *" $option "* || $offered == *" $option= "* ]] ||
            { echo "FAILED: '$command --' does not offer $option" && exit 1; }
    done
    for option in $offered; do
        [[ " ${explained//$'\n'/ } " == *" ${option%=} "* ]] ||
            { echo "FAILED: '$command --' offers $option, which is another's" && exit 1; }
    done
done
expect 'guard ' help gu
echo "every command and option is offered"
