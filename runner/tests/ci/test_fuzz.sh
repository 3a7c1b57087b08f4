#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/fuzz builds what it runs, runs the targets it was asked for, tells a finding by its exit code,
# and refuses what it does not know. cmake is replaced by one that makes programs which end at once:
# the real ones take a build with clang and at least a minute; the tests fuzz_... run those.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

mkdir -p "$scratch"/{ci,bin,runner/tests/fuzz/corpus}
cp "$source_tree"/ci/{fuzz,common.sh} "$scratch/ci/"
cp "$source_tree/runner/tests/fuzz/CMakeLists.txt" "$source_tree/runner/tests/fuzz/journal.dict" \
    "$scratch/runner/tests/fuzz/"
cat >"$scratch/bin/cmake" <<'CMAKE'
#!/bin/bash
[[ ! -e $0.fails ]] || exit 1
printf '%s\n' "$*" >>"$0.called"
[[ $1 == --build ]] || exit 0
mkdir -p "$2/runner/tests/fuzz"
for word in "$@"; do
    [[ $word == fuzz_* ]] || continue
    program=$2/runner/tests/fuzz/$word
    printf '#!/bin/bash\nprintf "%%s\\n" "$@" >"$0.called"\n' >"$program"
    printf 'echo "stat::number_of_executed_units: 4242"; echo "stat::average_exec_per_sec: 21"\n' >>"$program"
    printf '[[ ! -e $0.finds ]]\n' >>"$program"
    chmod +x "$program"
done
CMAKE
chmod +x "$scratch/bin/cmake"
programs=$scratch/build-asan/runner/tests/fuzz

fuzz() {
    code=0
    PATH=$scratch/bin:$PATH "$scratch/ci/fuzz" "$@" >"$scratch/out" 2>&1 </dev/null || code=$?
}

show() {
    sed 's/^/    /' "$scratch/out"
}

said() { grep -qE -- "$1" "$scratch/out"; }
told() { grep -qxF -- "$2" "$programs/fuzz_$1.called"; }

fuzz --list
expect "list: exit 0" code_is 0
# shellcheck disable=SC2016 # Markdown's quotes
sed -n '/^| target | inputs/,/^$/s/^| `\([a-z_]*\)` .*/\1/p' "$source_tree/docs/robustness.md" |
    sort >"$scratch/page"
sort "$scratch/out" >"$scratch/listed"
expect "list: the targets of the page" diff "$scratch/page" "$scratch/listed"
[[ -s $scratch/page ]] || expect "the page has a table of targets" false

fuzz -m 1 -j 2 journal text console
expect "three targets: exit 0" code_is 0
expect "three targets: how many" said '^== 3 targets, 1 minutes each, 2 at a time$'
for target in journal text console; do
    expect "three targets: $target" said "^$target +4242 inputs +21 /s +no finding$"
done
expect "built with clang" grep -q -- '-DCMAKE_C_COMPILER=clang -DRO_SANITIZE=ON' "$scratch/bin/cmake.called"
expect "built is what was asked for" grep -q -- '-- fuzz_journal fuzz_text fuzz_console$' \
    "$scratch/bin/cmake.called"
expect "for a minute" told journal -max_total_time=60
expect "with its dictionary" told journal "-dict=$scratch/runner/tests/fuzz/journal.dict"
expect "on its corpus" told text "$scratch/runner/tests/fuzz/corpus/text"

fuzz -m 1
expect "all of them: exit 0" code_is 0
expect "all of them: how many" said "^== $(wc -l <"$scratch/listed") targets, "

touch "$programs/fuzz_text.finds"
fuzz -m 1 journal text
expect "a finding: exit 1" code_is 1
expect "a finding: is named" said '^text .* FINDING, see .*/text.log$'
expect "a finding: the others go on" said '^journal .* no finding$'

for wrong in '-m 0' '-m x' '-j' '--fast' 'nothing'; do
    # shellcheck disable=SC2086 # two words where there is a space
    fuzz $wrong
    expect "$wrong: exit 2" code_is 2
    expect "$wrong: where to read on" said 'see ci/fuzz --help$'
done

touch "$scratch/bin/cmake.fails"
fuzz -m 1 journal
expect "no build: exit 2" code_is 2
expect "no build: says so" said 'does not build'

[[ $failures -eq 0 ]] || exit 1
echo "all cases hold"
