#!/bin/bash
# ci/join-tests keeps what each test is, tells the trees apart, and takes tests by label.
set -euo pipefail

ci=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../../ci" && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

mkdir -p "$scratch/one" "$scratch/two"
cat >"$scratch/one/CTestTestfile.cmake" <<'TESTS'
add_test([=[plain]=] "/bin/sh" "-c" "test \"$VALUE\" = 'a;b c]=]' && pwd")
set_tests_properties([=[plain]=] PROPERTIES ENVIRONMENT [==[VALUE=a\;b c]=]]==]
                     WORKING_DIRECTORY "/usr" LABELS "unit;quick")
add_test(up "/bin/sh" "-c" "echo up >>order")
set_tests_properties(up PROPERTIES FIXTURES_SETUP "room" LABELS "e2e")
add_test(inside "/bin/sh" "-c" "echo inside >>order")
set_tests_properties(inside PROPERTIES FIXTURES_REQUIRED "room" LABELS "e2e" WILL_FAIL FALSE)
TESTS
cat >"$scratch/two/CTestTestfile.cmake" <<'TESTS'
add_test(plain "/bin/sh" "-c" "exit 0")
set_tests_properties(plain PROPERTIES LABELS "unit")
add_test(slow "/bin/sh" "-c" "echo FAILED: too slow; seq 100; exit 1")
set_tests_properties(slow PROPERTIES LABELS "unit;slow")
add_test(other "/bin/sh" "-c" "exit 1")
set_tests_properties(other PROPERTIES LABELS "lint")
add_test(unwanted "/bin/sh" "-c" "exit 1")
set_tests_properties(unwanted PROPERTIES LABELS "unit")
add_test(missing_tool "/bin/sh" "-c" "echo needs a unicorn; exit 77")
set_tests_properties(missing_tool PROPERTIES LABELS "unit" SKIP_RETURN_CODE 77)
add_test(disabled "/bin/sh" "-c" "exit 0")
set_tests_properties(disabled PROPERTIES LABELS "unit" DISABLED TRUE)
TESTS

"$ci/join-tests" "$scratch/all" "$scratch/one" "two=$scratch/two:unit,-slow,!unw"
(cd "$scratch/all" && ctest --output-on-failure) \
    >"$scratch/out" 2>&1 || {
    cat "$scratch/out"
    fail "a joined test lost what it needs"
}
names=$(cd "$scratch/all" && ctest -N | sed -n 's/^ *Test *#[0-9]*: //p' | sort | tr '\n' ' ')
[[ $names == "inside plain two.disabled two.missing_tool two.plain up "* ||
    $names == "inside plain two.disabled (Disabled) two.missing_tool two.plain up " ]] ||
    fail "wrong tests: $names"
[[ $(sort -u "$scratch"/*/order | wc -l) -eq 2 ]] || fail "the fixture did not run"

code=0
"$ci/join-tests" "$scratch/none" "$scratch/one:no-such-label" 2>/dev/null || code=$?
[[ $code -eq 1 ]] || fail "joining no test at all was accepted"
echo "all cases hold"
