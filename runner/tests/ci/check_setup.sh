#!/bin/bash
# shellcheck disable=SC2016 # the replaced programs expand for themselves
#
# ci/setup installs what is missing and only that, asks for root only when it must, and says the
# exact command when it can't. apt-get, dpkg-query, id and sudo are replaced; nothing is installed.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# A copy of the scripts with lists of its own, and the replaced programs before the real ones.
# The state of the pretended machine: installed (names), known (names that apt has lists of),
# after_update (names that apt learns by an update), broken (how many installations fail), uid.
start_case() {
    rm -rf "${scratch:?}"/*
    mkdir -p "$scratch/ci" "$scratch/bin" "$scratch/state"
    cp "$source_tree/ci/setup" "$source_tree/ci/common.sh" "$scratch/ci/"
    printf '# a comment\ngcc\n' >"$scratch/ci/packages-build.txt"
    printf 'mtools # why\n' >"$scratch/ci/packages-probe.txt"
    printf 'pkgconf | pkg-config\n' >"$scratch/ci/packages.txt"
    printf '%s\n' gcc mtools pkgconf unrelated >"$scratch/state/installed"
    printf '%s\n' gcc mtools pkgconf >"$scratch/state/known"
    : >"$scratch/state/after_update"
    echo 0 >"$scratch/state/broken"
    echo 0 >"$scratch/state/uid"
    : >"$scratch/state/log"
    replace dpkg-query 'sed "s/^/installed /" "$state/installed"; echo "config-files removed"'
    replace apt-cache '
        echo "$2:"
        if grep -qxF "$2" "$state/known"; then echo "  Candidate: 1.0"
        else echo "  Candidate: (none)"; fi'
    replace apt-get '
        echo "apt-get $*" >>"$state/log"
        [ -n "${DEBIAN_FRONTEND-}" ] || echo "interactive!" >>"$state/log"
        case " $* " in
        *" update "*) cat "$state/after_update" >>"$state/known" ;;
        *" install "*)
            left=$(cat "$state/broken")
            if [ "$left" -gt 0 ]; then echo $((left - 1)) >"$state/broken"; exit 100; fi
            seen=no
            for word in "$@"; do
                if [ $seen = yes ]; then echo "$word" >>"$state/installed"; fi
                if [ "$word" = --no-install-recommends ]; then seen=yes; fi
            done ;;
        esac'
    replace id 'cat "$state/uid"'
    replace sudo 'echo "sudo $*" >>"$state/log"; exit 1'
}

replace() {
    printf '#!/bin/sh\nstate=%q\n%s\n' "$scratch/state" "$2" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}

is_missing() {
    sed -i "/^$1\$/d" "$scratch/state/installed"
}

run_setup() {
    code=0
    PATH="$scratch/bin:$PATH" "$scratch/ci/setup" "$@" >"$scratch/out" 2>&1 </dev/null || code=$?
}

show() {
    sed 's/^/    output: /' "$scratch/out"
    sed 's/^/    called: /' "$scratch/state/log"
}

called_nothing() { [[ ! -s $scratch/state/log ]]; }
called() { grep -qE -- "$1" "$scratch/state/log"; }
called_times() { [[ $(grep -cE -- "$2" "$scratch/state/log") -eq $1 ]]; }
said() { grep -qF -- "$1" "$scratch/out"; }

start_case
echo 1000 >"$scratch/state/uid"
run_setup
expect "all there, not root: exit 0" code_is 0
expect "all there: nothing is called" called_nothing
expect "all there: nothing is said" test ! -s "$scratch/out"

start_case
is_missing mtools
run_setup
expect "one missing: exit 0" code_is 0
expect "one missing: only that one" called 'install -y --no-install-recommends mtools$'
expect "one missing but known: no update" not called update
expect "never asks" not called 'interactive!'

start_case
is_missing mtools
sed -i /mtools/d "$scratch/state/known"
echo mtools >"$scratch/state/after_update"
run_setup
expect "unknown to apt: exit 0" code_is 0
expect "unknown to apt: one update" called_times 1 update
expect "unknown to apt: update comes first" \
    bash -c "head -1 '$scratch/state/log' | grep -q update"

start_case
is_missing gcc
echo 1 >"$scratch/state/broken"
run_setup
expect "fails once: exit 0" code_is 0
expect "fails once: updates before the second try" called_times 1 update
expect "fails once: two tries" called_times 2 install

start_case
is_missing gcc
echo 99 >"$scratch/state/broken"
run_setup
expect "always fails: exit 1" code_is 1
expect "always fails: three tries" called_times 3 install
expect "always fails: names the package" said 'could not install gcc'

start_case
is_missing gcc
replace apt-get 'exit 0'
run_setup
expect "apt-get lies: exit 1" code_is 1
expect "apt-get lies: names the package" said 'still missing: gcc'

start_case
is_missing mtools
is_missing gcc
echo 1000 >"$scratch/state/uid"
run_setup
expect "not root, sudo refuses: exit 1" code_is 1
expect "not root, sudo refuses: the exact command" \
    said 'apt-get update && apt-get install -y --no-install-recommends gcc mtools'
expect "not root, no terminal: sudo may not ask" called '^sudo -n '
expect "not root, sudo refuses: apt-get is not run" not called '^apt-get'

start_case
is_missing mtools
echo 1000 >"$scratch/state/uid"
replace sudo 'echo "sudo $*" >>"$state/log"; shift; exec "$@"'
run_setup
expect "not root, sudo works: exit 0" code_is 0
expect "not root, sudo works: through sudo" called '^sudo -n env DEBIAN_FRONTEND=.* mtools$'

start_case
is_missing pkgconf
run_setup probe
expect "probe: the tests' list does not count" code_is 0
expect "probe: nothing is called" called_nothing

start_case
is_missing pkgconf
echo pkg-config >>"$scratch/state/installed"
run_setup
expect "an alternative is there: nothing is called" called_nothing

start_case
is_missing pkgconf
sed -i 's/^pkgconf$/pkg-config/' "$scratch/state/known"
run_setup
expect "only the second alternative is known: installs it" called 'recommends pkg-config$'
expect "only the second alternative is known: exit 0" code_is 0

start_case
is_missing pkgconf
run_setup
expect "both alternatives fit: installs the first" called 'recommends pkgconf$'

start_case
echo 'unicorn | command:unicorn' >"$scratch/ci/packages.txt"
replace unicorn 'exit 0'
run_setup
expect "the command is there from elsewhere: nothing is called" called_nothing

start_case
echo 'unicorn | command:unicorn' >"$scratch/ci/packages.txt"
echo unicorn >>"$scratch/state/known"
run_setup
expect "the command is missing: installs the package" called 'recommends unicorn$'
expect "the command is missing: exit 0" code_is 0

start_case
run_setup everything
expect "unknown word: exit 2" code_is 2
expect "unknown word: usage" said 'usage: ci/setup [probe|build]'

start_case
rm "$scratch"/bin/*
for tool in bash sed sort dirname env cat mkdir nproc; do
    ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
done
code=0
PATH="$scratch/bin" "$scratch/ci/setup" >"$scratch/out" 2>&1 </dev/null || code=$?
expect "no Debian: exit 2" code_is 2
expect "no Debian: names what is needed" said 'gcc mtools pkgconf|pkg-config'

[[ $failures -eq 0 ]] || exit 1
echo "all cases hold"
