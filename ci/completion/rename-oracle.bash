# shellcheck shell=bash
# Completion for rename-oracle. Commands and options are read from the program's own --help and
# --usage, so that this file can't know less than the program, nor more: --usage has a command's own
# options in brackets, where the text of --help names others' as well.

_rename_oracle_options() {
    "$@" --usage 2>/dev/null | grep -oE -- '\[--[a-z][a-z-]*=?' | tr -d '[' | sort -u
}

_rename_oracle_commands() {
    "$1" --help 2>/dev/null | sed -n 's/^  \([a-z]\{2,\}\) .*/\1/p'
}

# The names that `list` shows below one of its headings.
_rename_oracle_names() {
    "$1" list 2>/dev/null | sed -n "/^$2:/,/^\$/s/^  \([a-z0-9][^ ]*\).*/\1/p"
}

_rename_oracle() {
    local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-}
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local words=''
    COMPREPLY=()
    # "--option=value" arrives as three words.
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    if [[ $COMP_CWORD -eq 1 ]]; then
        words="$(_rename_oracle_commands "$program") help --help --version"
    elif [[ $command == help ]]; then
        words=$(_rename_oracle_commands "$program")
    elif [[ $current == -* ]]; then
        words=$(_rename_oracle_options "$program" "$command")
    else
        case $previous in
        -t | --target) words=$(_rename_oracle_names "$program" Targets) ;;
        -s | --shape) words=$(_rename_oracle_names "$program" Shapes) ;;
        -f | --format) words='html junit markdown tap' ;;
        esac
    fi

    if [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
    fi
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -F _rename_oracle rename-oracle
