#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Everything a sysroot serves, with the controls, when it does not say its release: the mode that it
has passes and is admissible, the others are skipped by name, and the gate takes none of it.

Usage: test_controls.py BUILD
Exit codes: 0 so it is, 1 it is not, 77 skipped.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [f"{HERE}/double", f"{HERE}/../run", f"{HERE}/../zoo"]

import make_sysroot  # noqa: E402  (its directory is not on the path before)
from oracle import Oracle, expect  # noqa: E402
import private_mounts as mounts  # noqa: E402

BUILD, = sys.argv[1:]
ABSENT = ("nanvix-standalone-legacy", "nanvix-hosted-single", "nanvix-hosted-multi")


def check_gate(program, documents):
    """The gate names the double as such; it never counts it."""
    done = subprocess.run([program, "gate", *documents], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          check=False)
    expect(done.returncode == 1, "the gate let a double through:", done.returncode, done.stdout)
    expect("double" in done.stdout, "the gate does not say that it was a double:", done.stdout)


def main():
    for name in ("linux.uml", "mkfs.fat", "mcopy"):
        mounts.find_program(name)
    with Oracle(f"{BUILD}/runner/rename-oracle") as oracle:
        sysroot = make_sysroot.lay_out(f"{oracle.scratch}/sysroot", BUILD, "standalone", "none",
                                       None)
        code, said, errors = oracle.run("--nanvix", sysroot, "-s", "subdir_sibling",
                                        "--boot-budget", "30", "--control-step-budget", "1")
        expect(code == 0, code, said, errors)
        documents = oracle.documents()
        tested = documents["nanvix-standalone"]
        expect(tested["subject"]["kind"] == "double", tested["subject"])
        expect(tested["subject"]["release"] == "unknown", tested["subject"])
        expect(tested["admissible"] and len(tested["controls"]) == 4, tested["controls"])
        for name in ABSENT:
            for cell in documents[name]["cells"]:
                expect(cell["verdict"] == "skip" and "mode not in this release" in cell["reason"],
                       name, cell)
        paths = [os.path.join(directory, name) for directory, _, names in os.walk(oracle.output)
                 for name in names if name.endswith(".json")]
        check_gate(oracle.program, paths)
    return 0


if __name__ == "__main__":
    sys.exit(main())
