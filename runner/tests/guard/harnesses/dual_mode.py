#!/usr/bin/python3 -IS
# SPDX-License-Identifier: MIT
"""First generation: a flag chooses between one packed element and separate ones."""
import os
import sys

BATCH = 4
PYTHON = os.environ.get("NANVIX_PYTHON_BIN", "./bin/python3.12")
PACKED_OPTIONS = "-B "
PACKED_ENVIRONMENT = ";PYTHONHOME=/ PYTHONDONTWRITEBYTECODE=1 TMPDIR=/tmp"
DIRECT_OPTIONS = ["-B"]


def guest_elements(number, batch):
    if os.environ.get("NANVIX_STANDALONE") == "1":
        return [f"{PACKED_OPTIONS}-m test --timeout=120 {' '.join(batch)}{PACKED_ENVIRONMENT}"]
    return [*DIRECT_OPTIONS, "./run-regrtest.py", "--tmpdir", f"/tmp/batch{number}", *batch]


def run_batch(number, batch):
    command = ["./bin/nanvixd.elf", *os.environ.get("NANVIXD_EXTRA_ARGS", "").split(), "--", PYTHON,
               *guest_elements(number, batch)]
    return os.spawnv(os.P_WAIT, command[0], command)


def main():
    modules = sys.argv[1:]
    if not modules:
        print("no modules given", file=sys.stderr)
        return 1
    failed = 0
    for start in range(0, len(modules), BATCH):
        failed += run_batch(start // BATCH, modules[start:start + BATCH]) != 0
    print(f"{failed} batches failed")
    return 1 if failed else 0


sys.exit(main())
