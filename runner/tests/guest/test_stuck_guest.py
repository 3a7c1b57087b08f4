#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real renames in the reference VM that never return, because what lies below it has stopped.

Usage: test_stuck_guest.py CASE RUNNER TARGETS ZOOFS ZOO-DIRECTORY, with CASE one of
    hostfs-fuse   hostfs onto a FUSE file system whose rename never answers
    fat-fuse      vfat on an image on FUSE, where the write of the new directory entry never answers
    hostfs-ext4   hostfs onto an ext4 that was frozen when rename had been entered
    fat-ext4      vfat on an image on an ext4 that was frozen when rename had been entered
The verdict must be `hang` with the evidence `blocked`, and the evidence must name where the VM waits,
as far as this machine lets us see that. Nothing may be left afterwards, neither running nor mounted.
Exit codes: 0 so it is, 1 it is not, 77 skipped.
"""

import glob
import json
import os
import subprocess
import sys
import time

CASE, RUNNER, TARGETS, ZOOFS, ZOO = sys.argv[1:]
sys.path.insert(0, ZOO)

import frozen_ext4  # noqa: E402  (its directory is not on the path before)
import private_mounts as mounts  # noqa: E402

DEADLINE_S = 60
# What some process of the VM waits in, as the kernel's function is called: for FUSE's answer, or for
# the thaw.
WAITS_IN = {"fuse": "request_wait_answer", "ext4": "percpu_rwsem_wait"}


def start_runner(scratch, target, root):
    command = [RUNNER, "run", "-t", os.path.join(TARGETS, target + ".json"), "-s", "subdir_sibling",
               "--no-controls", "--step-budget", "1", "--root", root, "--json",
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


def judge(runner, scratch):
    said, _ = runner.communicate(timeout=DEADLINE_S)
    documents = glob.glob(f"{scratch.path}/results/**/*.json", recursive=True)
    assert runner.returncode == 1 and len(documents) == 1, (runner.returncode, said)
    with open(documents[0], encoding="utf-8") as file:
        cell, = json.load(file)["cells"]
    assert cell["verdict"] == "hang", cell
    assert cell["step"]["call"] == "rename", cell["step"]
    assert cell["evidence"]["state"] == "blocked", cell["evidence"]
    waits = {thread["waits_in"] for thread in cell["evidence"]["threads"]}
    wanted = WAITS_IN[CASE.rpartition("-")[2]]
    # Without the right to see it there is no name at all.
    assert any(place.startswith(wanted) for place in waits) or waits == {""}, cell["evidence"]
    return cell


def on_fuse(scratch):
    mounts.need_fuse()
    target, fault = {"hostfs-fuse": ("uml-hostfs-on-root", "rename-hangs"),
                     "fat-fuse": ("uml-fat-on-root", "write-hangs-on-bytes")}[CASE]
    fuse = mounts.FuseMount(ZOOFS, scratch, "root", fault)
    try:
        return judge(start_runner(scratch, target, fuse.path), scratch)
    finally:
        fuse.release()


def on_ext4(scratch):
    target = {"hostfs-ext4": "uml-hostfs-gated", "fat-ext4": "uml-fat-gated"}[CASE]
    with frozen_ext4.FrozenExt4(scratch, "root") as ext4:
        gate = scratch.subdirectory("root.gate")
        runner = start_runner(scratch, target, ext4.path)
        try:
            freeze_at_gate(ext4, gate)
            return judge(runner, scratch)
        finally:
            runner.kill()
            runner.wait(timeout=DEADLINE_S)


def main():
    if not CASE.endswith("fuse"):
        frozen_ext4.need_frozen_ext4()
    with mounts.private_scratch() as scratch:
        cell = on_fuse(scratch) if CASE.endswith("fuse") else on_ext4(scratch)
        left = mounts.wait_until_childless(deadline_s=10)
        assert not left, f"left running after the release: {left}"
        assert not mounts.mounted_below(scratch.path), mounts.mounted_below(scratch.path)
    print(f"{CASE}: {cell['verdict']}, {cell['evidence']['summary']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
