# shellcheck shell=bash
# What the tests of an installation share. Sourced with the build tree as first argument.

build=${1:?the build tree}
source_tree=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch/home && mkdir "$HOME"

fail() {
    echo "FAILED: $*"
    exit 1
}

# Namespaces need no root where users may make their own.
namespaces=(unshare --mount)
[[ $(id -u) -eq 0 ]] || namespaces+=(--user --map-root-user)
"${namespaces[@]}" true 2>/dev/null || {
    echo "skipped: this user may make no mount namespace here (unshare ${namespaces[*]})"
    exit 77
}

# Runs a command where the source tree and the build tree are empty directories.
without_source() {
    # shellcheck disable=SC2016 # expands in the inner shell
    "${namespaces[@]}" bash -c '
        for hidden in "$1" "$2"; do mount -t tmpfs none "$hidden" 2>/dev/null; done
        shift 2 && cd / && exec "$@"' hide "$build" "$source_tree" "$@"
}

# Fails unless the installation below $1 is whole and depends on nothing outside of it.
check_tree() {
    local prefix=$1 file link
    for file in bin/rename-oracle share/rename-oracle/targets/native.json \
        share/rename-oracle/targets/uml-fat.json share/rename-oracle/targets/base/uml.json \
        share/rename-oracle/targets/uml-hostfs.json share/rename-oracle/targets/uml-9p.json \
        share/rename-oracle/schema/verdict-1.schema.json share/rename-oracle/criteria.json \
        share/man/man1/rename-oracle.1.gz share/bash-completion/completions/rename-oracle \
        share/doc/rename-oracle/README.md share/doc/rename-oracle/copyright \
        share/doc/rename-oracle/verdicts.md; do
        [[ -s $prefix/$file ]] || fail "not installed: $file"
    done
    "$prefix/lib/rename-oracle/upstream-state" --help >/dev/null || fail "upstream-state does not run"
    find "$prefix/lib/rename-oracle" -type f -perm -u+x -name 'tmp_root_sibling*' | grep -q . ||
        fail "no probe is installed"
    while read -r link; do
        [[ $(readlink -f "$link") == "$(readlink -f "$prefix")"/* ]] ||
            fail "a link leaves the installation: $link"
    done < <(find "$prefix" -type l)
    if find "$prefix" -type f ! -path "*/bin/*" ! -path "*/lib/*" -print0 |
        xargs -0 grep -lF -e "$source_tree" -e "$build"; then
        fail "the files above name the source tree"
    fi
}

# Runs the installed program at $1 on the targets behind it: it must know itself and its data, and get
# its verdicts.
check_program() {
    local program=$1 target targets=()
    shift
    for target in "$@"; do targets+=(-t "$target"); done
    [[ $(without_source "$program" --version) =~ ^rename-oracle\ [0-9]+\.[0-9]+\.[0-9]+\ \(commit\ .*,\ probe\ build\ [0-9a-f]{16}\) ]] ||
        fail "--version does not name version, commit and probe build"
    command -v linux.uml >/dev/null || { echo "skipped: no user-mode-linux" && exit 77; }
    without_source "$program" run "${targets[@]}" -s tmp_root_sibling -s pycache_replace \
        -o "$scratch/documents" >"$scratch/run.log" 2>&1 || {
        cat "$scratch/run.log"
        fail "the installed program did not get its verdicts"
    }
}
