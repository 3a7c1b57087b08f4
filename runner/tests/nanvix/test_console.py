#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The guest's console as a file that grows and as a FIFO. Its other way, nanvixd's own standard
output, is that of test_targets.py.

Usage: test_console.py file|fifo BUILD
Exit codes: 0 the journal arrives whole, 1 it does not, 77 skipped.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [f"{HERE}/double", f"{HERE}/../run", f"{HERE}/../zoo"]

import make_sysroot  # noqa: E402  (its directory is not on the path before)
from oracle import Oracle, expect  # noqa: E402
import private_mounts as mounts  # noqa: E402

KIND, BUILD = sys.argv[1:]
SHIPPED = f"{HERE}/../../targets/nanvix-standalone.json"


def write_descriptor(path):
    with open(SHIPPED, encoding="utf-8") as file:
        descriptor = json.load(file)
    argv = descriptor["launch"]["argv"]
    at = argv.index("-console-file")
    argv[at + 1] = "{cell}/console"
    descriptor["console"] = {"file": "{cell}/console"}
    if KIND == "fifo":
        descriptor["requires"] = [{"program": "mkfifo", "package": "coreutils"}]
        descriptor["prepare"].append({"run": ["{program:mkfifo}", "{cell}/console"],
                                      "deadline": 10})
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor, file)
    return path


def main():
    for name in ("linux.uml", "mkfs.fat", "mcopy"):
        mounts.find_program(name)
    with Oracle(f"{BUILD}/runner/rename-oracle") as oracle:
        sysroot = make_sysroot.lay_out(f"{oracle.scratch}/sysroot", BUILD, "standalone", "none",
                                       "0.20.8")
        target = write_descriptor(f"{oracle.scratch}/target.json")
        code, said, errors = oracle.run("--nanvix", sysroot, "-t", target, "-s", "pycache_replace",
                                        "--no-controls", "--boot-budget", "30")
        expect(code == 0, code, said, errors)
        cell, = oracle.documents()["nanvix-standalone"]["cells"]
        expect(cell["verdict"] == "pass" and cell["journal"]["damaged"] == 0, cell)
        # Kernel lines stood inside the journal's, and were cut out.
        expect(cell["journal"]["repaired"] > 0, cell["journal"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
