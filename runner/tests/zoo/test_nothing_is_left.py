# SPDX-License-Identifier: MIT
"""A test that is killed in the middle leaves no mount, no process and no loop device behind.

Starts a victim that gets a process stuck for ever (in a rename on zoofs, with its daemon alive or
dead but its connection held open, or in a mkdir on a frozen ext4), kills the victim with SIGKILL,
once alone and once with all of its descendants, and looks at what is
left: the stuck process included, because it must have been released.
"""
import os
import select
import signal
import subprocess
import sys
import time

import pytest

import frozen_ext4
import private_mounts as mounts
from support import needs
from support.build import TESTS
from support.privately import privately

DEADLINE_S = 20
VICTIM = "import sys; sys.path[:0] = sys.argv[3:]; import test_nothing_is_left as test; " \
         "test.be_victim(*sys.argv[1:3])"


def stick_on_zoofs(zoofs, scratch, fault):
    mount = mounts.FuseMount(zoofs, scratch, "victim", fault, "--depth=0")
    with open(f"{mount.path}/a", "w", encoding="ascii") as file:
        file.write("content")
    rename = "import os, sys; os.rename(sys.argv[1] + '/a', sys.argv[1] + '/b')"
    stuck = subprocess.Popen([sys.executable, "-c", rename, mount.path])
    if fault == "daemon-dies-silently":
        mount.daemon.wait(timeout=DEADLINE_S)
    else:
        mount.wait_until_stuck()
    return stuck


def stick_on_ext4(scratch):
    ext4 = frozen_ext4.FrozenExt4(scratch, "ext4")
    ext4.freeze()
    stuck = subprocess.Popen(["mkdir", f"{ext4.path}/directory"])
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        with open(f"/proc/{stuck.pid}/stat", encoding="ascii") as file:
            if file.read().rpartition(")")[2].split()[0] == "D":
                return stuck
        time.sleep(0.01)
    raise RuntimeError("mkdir did not get stuck on a frozen file system")


def be_stuck(scratch, kind, zoofs):
    stuck = stick_on_ext4(scratch) if kind == "ext4" else stick_on_zoofs(zoofs, scratch, kind)
    stuck.send_signal(signal.SIGKILL)  # in vain, but now it waits for its release only
    os.write(1, f"{scratch.path}\n".encode())
    signal.pause()


def be_victim(kind, zoofs):
    """What a process that runs tests does; called in a process of its own."""
    privately(be_stuck, kind, zoofs)


def loop_devices(text):
    listed = subprocess.run([needs.program("losetup"), "--list", "--noheadings"],
                            capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    return [line for line in listed.stdout.splitlines() if text in line]


def wait_for_no_loop_device(text):
    end = time.monotonic() + DEADLINE_S
    while (left := loop_devices(text)) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@pytest.mark.parametrize("whole_tree", [False, True], ids=["alone", "whole-tree"])
@pytest.mark.parametrize("kind", ["rename-hangs", "daemon-dies-silently", "ext4"])
def test_a_test_that_is_killed_leaves_nothing(kind, whole_tree, build):
    if kind == "ext4":
        frozen_ext4.need_frozen_ext4()
    else:
        mounts.need_fuse()
    command = [sys.executable, "-B", "-c", VICTIM, kind, build.tool("zoo/zoofs"), TESTS, TESTS / "zoo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
        ready, _, _ = select.select([victim.stdout], [], [], DEADLINE_S)
        directory = os.read(victim.stdout.fileno(), 64).decode().strip() if ready else ""
        for pid in mounts.descendants(victim.pid) if whole_tree else [victim.pid]:
            os.kill(pid, signal.SIGKILL)
        victim.wait(timeout=DEADLINE_S)
    assert directory, "the victim was not ready"
    assert mounts.wait_until_gone(directory, DEADLINE_S) == []
    assert kind != "ext4" or wait_for_no_loop_device(directory) == []
    with open("/proc/self/mounts", encoding="utf-8") as file:
        assert [line for line in file if directory in line] == []
    os.rmdir(directory)  # which fails if a file is left
