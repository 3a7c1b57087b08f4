#!/bin/sh
# SPDX-License-Identifier: MIT
# The same job as a shell script: the flag chooses the form, the options stand in variables.
options="-B"
variables="PYTHONHOME=/ PYTHONDONTWRITEBYTECODE=1"
status=0

run_batch() {
    if [ "${NANVIX_STANDALONE:-}" = 1 ]; then
        # shellcheck disable=SC2086
        ./bin/nanvixd.elf ${NANVIXD_EXTRA_ARGS:-} -- ./bin/python3.12 "$options -m test $*;$variables"
    else
        # shellcheck disable=SC2086
        ./bin/nanvixd.elf -- ./bin/python3.12 $options ./run-regrtest.py "$@"
    fi || status=1
}

[ $# -gt 0 ] || exit 2
while [ $# -gt 0 ]; do
    if [ $# -ge 4 ]; then
        run_batch "$1" "$2" "$3" "$4"
        shift 4
    else
        run_batch "$@"
        shift $#
    fi
done
exit $status
