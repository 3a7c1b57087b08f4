#!/usr/bin/python3 -IS
# SPDX-License-Identifier: MIT
"""Second generation: the mode is a variable or stands in the manifest, and the guest is told."""
import json
import os
import sys

BATCH = 4
PYTHON = os.environ.get("NANVIX_PYTHON_BIN", "./bin/python3.12")
STANDALONE_OPTIONS = "-B"
STANDALONE_VARIABLES = "PYTHONHOME=/ PYTHONDONTWRITEBYTECODE=1 TMPDIR=/tmp"
SINGLE_OPTIONS = ["-B"]
MULTI_OPTIONS = ["-B"]


def process_mode():
    if "NANVIX_PROCESS_MODE" in os.environ:
        return os.environ["NANVIX_PROCESS_MODE"]
    try:
        with open("manifest.json", encoding="utf-8") as file:
            return json.load(file)["deployment_mode"]
    except FileNotFoundError:
        return "standalone" if os.environ.get("NANVIX_STANDALONE") == "1" else "single-process"


def guest_elements(mode, batch):
    if mode == "standalone":
        return [f"{STANDALONE_OPTIONS} -m test {' '.join(batch)};{STANDALONE_VARIABLES}"
                f" NANVIX_PROCESS_MODE={mode}"]
    options = SINGLE_OPTIONS if mode == "single-process" else MULTI_OPTIONS
    elements = [*options, "./run-regrtest.py", "--tmpdir", "/tmp/batch", *batch]
    elements[-1] += f";NANVIX_PROCESS_MODE={mode}"
    return elements


def main():
    modules = sys.argv[1:]
    if not modules:
        return 1
    mode = process_mode()
    status = 0
    for start in range(0, len(modules), BATCH):
        command = ["./bin/nanvixd.elf", *os.environ.get("NANVIXD_EXTRA_ARGS", "").split(), "--",
                   PYTHON, *guest_elements(mode, modules[start:start + BATCH])]
        status |= os.spawnv(os.P_WAIT, command[0], command)
    return 1 if status else 0


sys.exit(main())
