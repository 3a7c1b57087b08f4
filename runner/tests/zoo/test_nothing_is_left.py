#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A test that is killed in the middle leaves no mount, no process and no loop device behind.

Starts a victim that gets a process stuck for ever (in a rename on zoofs, with its daemon alive or
dead but its connection held open, or in a mkdir on a frozen ext4), kills the victim with SIGKILL,
once alone and once with all of its descendants as ctest does at a timeout, and looks at what is
left: the stuck process included, because it must have been released.

Exit codes: 0 nothing is left, 1 something is, 77 skipped.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import frozen_ext4  # noqa: E402  (the directory of this file is not on the path before)
import private_mounts as mounts  # noqa: E402

DEADLINE_S = 20
READY = b"ready\n"


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


def be_victim(kind, zoofs, directory):
    mounts.enter_private_namespace()
    scratch = mounts.Scratch(directory)
    stuck = stick_on_ext4(scratch) if kind == "ext4" else stick_on_zoofs(zoofs, scratch, kind)
    stuck.send_signal(signal.SIGKILL)  # in vain, but now it waits for its release only
    os.write(1, READY)
    signal.pause()


def loop_devices(text):
    listed = subprocess.run([mounts.find_program("losetup"), "--list", "--noheadings"],
                            capture_output=True, text=True, timeout=DEADLINE_S)
    return [line for line in listed.stdout.splitlines() if text in line]


def wait_for_no_loop_device(text):
    end = time.monotonic() + DEADLINE_S
    while (left := loop_devices(text)) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def kill_and_look(kind, zoofs, whole_tree):
    directory = tempfile.mkdtemp(prefix="zoo-")
    try:
        command = [sys.executable, os.path.abspath(__file__), "--victim", kind, zoofs, directory]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
            ready, _, _ = select.select([victim.stdout], [], [], DEADLINE_S)
            said = os.read(victim.stdout.fileno(), 64) if ready else b""
            began = time.monotonic()
            for pid in mounts.descendants(victim.pid) if whole_tree else [victim.pid]:
                os.kill(pid, signal.SIGKILL)
            victim.wait(timeout=DEADLINE_S)
        if said != READY:
            return [f"{kind}: the victim was not ready: {said!r}"]
        left = [f"{kind}: process {entry}"
                for entry in mounts.wait_until_gone(directory, DEADLINE_S)]
        if kind == "ext4":
            left += [f"{kind}: {line}" for line in wait_for_no_loop_device(directory)]
        print(f"{kind}: released after {1000 * (time.monotonic() - began):.0f} ms")
        with open("/proc/self/mounts", encoding="utf-8") as file:
            left += [f"{kind}: mounted {line}" for line in file if directory in line]
        left += [f"{kind}: file {name}" for name in os.listdir(directory)]
        return left
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main(arguments):
    if arguments[0] == "--victim":
        be_victim(*arguments[1:])
    kind, zoofs = arguments
    if kind == "ext4":
        frozen_ext4.need_frozen_ext4()
    else:
        mounts.need_fuse()
    left = kill_and_look(kind, zoofs, whole_tree=False)
    left += kill_and_look(kind, zoofs, whole_tree=True)
    print("\n".join(left) if left else f"{kind}: nothing is left")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
