# SPDX-License-Identifier: MIT
"""Real renames in the reference VM that never return, because what lies below it has stopped:
    hostfs-fuse   hostfs onto a FUSE file system whose rename never answers
    fat-fuse      vfat on an image on FUSE, where the write of the new directory entry never answers
    hostfs-ext4   hostfs onto an ext4 that was frozen when rename had been entered
    fat-ext4      vfat on an image on an ext4 that was frozen when rename had been entered
The verdict must be `hang` with the evidence `blocked`, and the evidence must name where the VM waits,
as far as this machine lets us see that. Nothing may be left afterwards, neither running nor mounted.
"""
import glob
import json
import os
import subprocess
import time

import pytest

import frozen_ext4
import private_mounts as mounts
from support.build import TESTS
from support.privately import privately

DEADLINE_S = 60
# What some process of the VM waits in, as the kernel's function is called: for FUSE's answer, or for
# the thaw.
WAITS_IN = {"fuse": "request_wait_answer", "ext4": "percpu_rwsem_wait"}


def start_runner(program, scratch, target, root):
    command = [program, "run", "-t", TESTS / f"guest/targets/{target}.json", "-s", "subdir_sibling",
               "--no-controls", "--step-budget", "1", "--grace", "1", "--root", root, "--json",
               "-o", scratch.subdirectory("results")]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT,
                            env={**os.environ, "TMPDIR": scratch.subdirectory("tmp")})


def freeze_at_gate(ext4, gate):
    """The guest says when it is at rename, and goes on when we say so: no race to be won."""
    end = time.monotonic() + DEADLINE_S
    while not os.path.exists(f"{gate}/reached"):
        assert time.monotonic() < end, "the guest did not come to rename"
        time.sleep(0.01)
    ext4.freeze()
    with open(f"{gate}/go", "wb"):
        pass


def judge(runner, scratch, case):
    said, _ = runner.communicate(timeout=DEADLINE_S)
    documents = glob.glob(f"{scratch.path}/results/**/*.json", recursive=True)
    assert runner.returncode == 1 and len(documents) == 1, (runner.returncode, said)
    with open(documents[0], encoding="utf-8") as file:
        cell, = json.load(file)["cells"]
    assert cell["verdict"] == "hang", cell
    assert cell["step"]["call"] == "rename", cell["step"]
    assert cell["evidence"]["state"] == "blocked", cell["evidence"]
    waits = {thread["waits_in"] for thread in cell["evidence"]["threads"]}
    wanted = WAITS_IN[case.rpartition("-")[2]]
    # Without the right to see it there is no name at all.
    assert any(place.startswith(wanted) for place in waits) or waits == {""}, cell["evidence"]
    inside = cell["evidence"]["inside"]
    print(inside)
    if case.startswith("hostfs"):  # the whole guest stands still with its one thread
        assert inside["tasks"] == [], inside
    else:
        probe = [task for task in inside["tasks"] if task["comm"] == "subdir_sibling"]
        assert any("rename" in frame for task in probe for frame in task["stack"]), inside


def on_fuse(scratch, case, build):
    mounts.need_fuse()
    target, fault = {"hostfs-fuse": ("uml-hostfs-on-root", "rename-hangs"),
                     "fat-fuse": ("uml-fat-on-root", "write-hangs-on-bytes")}[case]
    fuse = mounts.FuseMount(build.tool("zoo/zoofs"), scratch, "root", fault)
    try:
        judge(start_runner(build.program, scratch, target, fuse.path), scratch, case)
    finally:
        fuse.release()


def on_ext4(scratch, case, build):
    frozen_ext4.need_frozen_ext4()
    target = {"hostfs-ext4": "uml-hostfs-gated", "fat-ext4": "uml-fat-gated"}[case]
    with frozen_ext4.FrozenExt4(scratch, "root") as ext4:
        gate = scratch.subdirectory("root.gate")
        runner = start_runner(build.program, scratch, target, ext4.path)
        try:
            freeze_at_gate(ext4, gate)
            judge(runner, scratch, case)
        finally:
            runner.kill()
            runner.wait(timeout=DEADLINE_S)


def get_stuck(scratch, on, case, build):
    on(scratch, case, build)
    left = mounts.wait_until_childless(deadline_s=10)
    assert not left, f"left running after the release: {left}"


@pytest.mark.parametrize("case", ["hostfs-fuse", "fat-fuse", "hostfs-ext4", "fat-ext4"])
def test_a_rename_that_never_returns_is_a_hang_that_is_blocked(case, build):
    privately(get_stuck, on_fuse if case.endswith("fuse") else on_ext4, case, build)
