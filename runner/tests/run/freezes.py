#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A rename that not even SIGKILL ends: what the runner says of it, and that it ends all the same.

The probe's place is taken by one that freezes the ext4 of its work directory just before its rename.
The verdict must be `hang`, the evidence `blocked`, the process named as `unkillable` with its state
and what it waits in; and the runner must have ended while the file system was still frozen.

Usage: freezes.py RENAME_ORACLE MISBEHAVE ZOO-DIRECTORY. Exit codes: 0 so it is, 1 it is not, 77
skipped.
"""

import os
import shutil
import sys

PROGRAM, MISBEHAVE, ZOO = sys.argv[1:]
sys.path.insert(0, ZOO)

import frozen_ext4  # noqa: E402  (its directory is not on the path before)
import private_mounts as mounts  # noqa: E402
import supervision  # noqa: E402  (beside this file)
from oracle import Oracle, expect  # noqa: E402


def run_on(ext4, oracle, program):
    """Runs the cell; returns its document. The file system stays frozen."""
    target = supervision.descriptor(program, "freezes", "a rename on a frozen ext4")
    path = oracle.descriptor(target.pop("name"), **target)
    clock = supervision.Clock()
    # A runner that waits for the process waits until the thaw, which comes when it has ended.
    status, said, _ = oracle.run("-t", path, "-s", "tmp_root_sibling", "--no-controls",
                                 "--root", ext4.path)
    expect(status == 1, status, said)
    seconds, excused = clock.seconds(), clock.excused()
    document = oracle.documents()["freezes"]
    late = supervision.time_complaints("freezes", seconds, excused, document)
    expect(not late, late)
    print(f"the runner ended after {seconds:.1f} s, {excused:.1f} s excused")
    return document, said


def judge(document, said, comm):
    cell, = document["cells"]
    expect(cell["verdict"] == "hang" and cell["step"]["call"] == "rename", cell)
    expect(cell["evidence"]["state"] == "blocked", cell["evidence"])
    stuck = [process for process in cell["unkillable"] if process["comm"] == comm]
    expect(len(stuck) == 1 and stuck[0]["state"] == "D", cell["unkillable"])
    expect(stuck[0]["waits_in"] != "" or not os.access("/proc/self/wchan", os.R_OK), stuck)
    expect(str(stuck[0]["pid"]) in said, "the process that was left is not in the output", said)
    with open(f"/proc/{stuck[0]['pid']}/stat", encoding="ascii") as file:
        expect(f"({comm}) D " in file.read(), "it is not stuck any more: what was shown?")
    return stuck[0]


def main():
    frozen_ext4.need_frozen_ext4()
    comm = f"fz{os.getpid()}"
    with mounts.private_scratch() as scratch:
        program = shutil.copy(MISBEHAVE, f"{scratch.path}/{comm}")
        with frozen_ext4.FrozenExt4(scratch, "root") as ext4, Oracle(PROGRAM) as oracle:
            document, said = run_on(ext4, oracle, program)
            stuck = judge(document, said, comm)
    print(f"hang, blocked, unkillable: state {stuck['state']} in {stuck['waits_in']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
