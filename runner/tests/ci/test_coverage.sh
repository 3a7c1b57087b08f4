#!/bin/bash
# SPDX-License-Identifier: MIT
# ci/coverage counts what the tests went through, shows the gaps that it is asked for, and passes the
# tests' failure on. The project is replaced by one file, cmake and ctest by what compiles and runs
# that; gcc and gcov are the real ones. A build of the project for it takes too long for a test.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
for tool in gcc gcov; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is missing" && exit 77; }
done

mkdir -p "$scratch"/{ci,bin,runner/small}
cp "$source_tree/ci/coverage" "$scratch/ci/"
cat >"$scratch/runner/small/one.c" <<'C'
int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return 3;
    return 0;
}
C
cat >"$scratch/bin/cmake" <<'CMAKE'
#!/bin/bash
printf '%s\n' "$*" >>"$0.called"
[[ ! -e $0.fails ]] || exit 1
[[ $1 == --build ]] || exit 0
mkdir -p "$2/runner/CMakeFiles/ro_core.dir" && cd "$2" || exit
gcc --coverage -O0 -c ../runner/small/one.c -o runner/CMakeFiles/ro_core.dir/one.c.o &&
    gcc --coverage runner/CMakeFiles/ro_core.dir/one.c.o -o one
CMAKE
cat >"$scratch/bin/ctest" <<'CTEST'
#!/bin/bash
printf '%s\n' "$*" >>"$0.called"
"$2/one" && [[ ! -e $0.fails ]]
CTEST
chmod +x "$scratch"/bin/*

coverage() {
    code=0
    PATH=$scratch/bin:$PATH "$scratch/ci/coverage" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || code=$?
}

show() {
    sed 's/^/    /' "$scratch/out" "$scratch/err"
}

said() { grep -qE -- "$1" "$scratch/out"; }

coverage -j 1 --build-only one --tests '^gate_' --show runner/small
expect "exit 0" code_is 0
expect "the columns" said '^ +lines +gone through +branches +taken$'
for row in runner/small runner/small/one.c all; do
    expect "the row of $row" said "^$row +4 +75\.0 % +2 +50\.0 %$"
done
expect "a line that was never gone through" said '^runner/small/one.c:5: never: return 3;$'
expect "a branch that was not taken" said '^runner/small/one.c:4: 1 of 2 branches: if \(argc > 1\)$'
expect "built with gcc's counters" grep -q -- '-DCMAKE_C_FLAGS=--coverage -O0$' "$scratch/bin/cmake.called"
expect "built is what was asked for" grep -q -- '-j 1 -- one$' "$scratch/bin/cmake.called"
expect "run is what was asked for" grep -q -- '-LE lint -j 1 -R ^gate_$' "$scratch/bin/ctest.called"

rm "$scratch"/bin/*.called
coverage --no-run
expect "no run: exit 0" code_is 0
expect "no run: the same figures" said '^all +4 +75\.0 %'
expect "no run: nothing is built or run" not test -e "$scratch/bin/cmake.called"
expect "no run: no gap that was not asked for" not said 'never'

touch "$scratch/bin/ctest.fails"
coverage -j 1
expect "a test failed: exit 1" code_is 1
expect "a test failed: the figures all the same" said '^all +4 '

touch "$scratch/bin/cmake.fails"
coverage -j 1
expect "no build: exit 2" code_is 2

rm -r "$scratch/build-coverage"
coverage --no-run
expect "nothing counted: exit 2" code_is 2

coverage --such-option
expect "an unknown option: exit 2" code_is 2

[[ $failures -eq 0 ]] || exit 1
echo "all cases hold"
