# SPDX-License-Identifier: MIT
"""A rename that not even SIGKILL ends: what the runner says of it, and that it ends all the same.

The probe's place is taken by one that freezes the ext4 of its work directory just before its rename.
The verdict must be `hang`, the evidence `blocked`, the process named as `unkillable` with its state
and what it waits in; and the runner must have ended while the file system was still frozen.
"""
import os
import shutil

import pytest

import frozen_ext4
from support import misbehaving
from support.privately import privately


def run_on(ext4, oracle, program):
    """Runs the cell; returns its document. The file system stays frozen."""
    target = misbehaving.descriptor(program, "freezes", "a rename on a frozen ext4")
    path = oracle.descriptor(target.pop("name"), **target)
    clock = misbehaving.Clock()
    # A runner that waits for the process waits until the thaw, which comes when it has ended.
    status, said, _ = oracle.run("-t", path, "-s", "tmp_root_sibling", "--no-controls",
                                 "--root", ext4.path)
    assert status == 1, (status, said)
    seconds, excused = clock.seconds(), clock.excused()
    document = oracle.documents()["freezes"]
    late = misbehaving.time_complaints("freezes", seconds, excused, document)
    assert not late, late
    print(f"the runner ended after {seconds:.1f} s, {excused:.1f} s excused")
    return document, said


def judge(document, said, comm):
    cell, = document["cells"]
    assert cell["verdict"] == "hang" and cell["step"]["call"] == "rename", cell
    assert cell["evidence"]["state"] == "blocked", cell["evidence"]
    stuck = [process for process in cell["unkillable"] if process["comm"] == comm]
    assert len(stuck) == 1 and stuck[0]["state"] == "D", cell["unkillable"]
    assert stuck[0]["waits_in"] != "" or not os.access("/proc/self/wchan", os.R_OK), stuck
    assert str(stuck[0]["pid"]) in said, ("the process that was left is not in the output", said)
    with open(f"/proc/{stuck[0]['pid']}/stat", encoding="ascii") as file:
        assert f"({comm}) D " in file.read(), "it is not stuck any more: what was shown?"
    return stuck[0]


def freeze_and_judge(scratch, oracle, misbehave):
    frozen_ext4.need_frozen_ext4()
    comm = f"fz{os.getpid()}"
    program = shutil.copy(misbehave, f"{scratch.path}/{comm}")
    with frozen_ext4.FrozenExt4(scratch, "root") as ext4:
        judge(*run_on(ext4, oracle, program), comm)


@pytest.mark.sanitize
def test_a_rename_that_not_even_kill_ends_is_named_and_the_runner_ends(oracle, build):
    privately(freeze_and_judge, oracle, build.tool("zoo/misbehave"))
