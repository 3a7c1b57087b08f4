#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Through a double of a sysroot, in one mode of deployment: every control gets its verdict and its
evidence; with the wrong programs in the controls' places the document is inadmissible, names each of
them, and the exit code is 1.

Usage: test_every_control.py MODE BUILD
Exit codes: 0 so it is, 1 it is not, 77 skipped.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [f"{HERE}/double", f"{HERE}/../run", f"{HERE}/../zoo"]

import make_sysroot  # noqa: E402  (its directory is not on the path before)
from oracle import (Oracle, expect, expect_controls, expect_swapped_controls,  # noqa: E402
                    probes_with_swapped_controls)
import private_mounts as mounts  # noqa: E402

MODE, BUILD = sys.argv[1:]
TARGET = "nanvix-standalone-legacy" if MODE == "legacy" else f"nanvix-{MODE}"
BUILT_FOR = "standalone" if MODE == "hostfs" else MODE
ABI = "linux-x86_64-hostfs" if MODE == "hostfs" else "linux-x86_64"
RELEASE = "0.14.2" if MODE == "legacy" else "0.15.7"
OPTIONS = ["-s", "subdir_sibling", "--boot-budget", "30", "--control-step-budget", "1"]


def run(oracle, sysroot, *options):
    """Runs the controls and a cell, which must pass; returns the exit code and the document."""
    code, said, errors = oracle.run("--nanvix", sysroot, "-t", TARGET, *OPTIONS, *options)
    document, = oracle.documents().values()
    verdicts = [cell["verdict"] for cell in document["cells"]]
    expect(verdicts == ["pass"], code, document["cells"], said, errors)
    return code, document


def main():
    for name in ("linux.uml", "mkfs.fat", "mcopy"):
        mounts.find_program(name)
    if MODE.startswith("hosted"):
        mounts.need_hosted()
    with Oracle(f"{BUILD}/runner/rename-oracle") as oracle:
        sysroot = make_sysroot.lay_out(f"{oracle.scratch}/sysroot", BUILD, BUILT_FOR, "none",
                                       RELEASE)
        code, document = run(oracle, sysroot)
        expect_controls(TARGET, document)
        expect(code == 0, "exit code", code)
        swapped = probes_with_swapped_controls(f"{BUILD}/probes/{ABI}", oracle.scratch)
        code, document = run(oracle, sysroot, "--probes", swapped)
        expect_swapped_controls(TARGET, document)
        expect(code == 1, "exit code with the wrong controls", code)
        left = mounts.wait_until_gone(sysroot, 5)
        expect(not left, "left running:", left)
    return 0


if __name__ == "__main__":
    sys.exit(main())
