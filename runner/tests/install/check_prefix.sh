#!/bin/bash
# An installation below any prefix is whole, may be moved, and works without the source tree.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

cmake --install "$build" --prefix "$scratch/first" >"$scratch/install.log" ||
    { cat "$scratch/install.log" && fail "cmake --install"; }
mv "$scratch/first" "$scratch/moved away"
check_tree "$scratch/moved away"
check_program "$scratch/moved away/bin/rename-oracle" native uml-fat

# Data that is gone is missed by name, not replaced by what lies elsewhere.
rm -r "$scratch/moved away/share/rename-oracle/targets"
code=0
without_source "$scratch/moved away/bin/rename-oracle" run -t native -o "$scratch/none" \
    >"$scratch/out" 2>&1 || code=$?
[[ $code -eq 2 ]] || { cat "$scratch/out" && fail "missing data: exit $code, not 2"; }
grep -qF "$scratch/moved away/share/rename-oracle" "$scratch/out" ||
    { cat "$scratch/out" && fail "missing data: does not say where it looked"; }
echo "an installation below any prefix works"
